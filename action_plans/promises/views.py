"""The partners' own pages of promises and dialogues: each view fetches, asks and shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.models import Dialogue, Promise, PromiseItem, PromiseItemMeasure, PromiseState
from action_plans.permissions import check_may_make_plans, check_may_plan_in, may_make_plans, may_plan_in
from action_plans.promises import actions, presenters, queries
from action_plans.promises.content import is_told, mark_of
from action_plans.promises.forms import (
    DecideForm,
    DialogueForm,
    DoneForm,
    ItemForm,
    PromiseFollowUpForm,
    PromiseForm,
    PromiseStartForm,
    PublishForm,
    ResultForm,
    SignatoryForm,
    TieForm,
)
from action_plans.promises.permissions import (
    check_may_publish,
    check_may_read_promises,
    check_may_work_on_promise,
    may_publish,
    may_work_on_promise,
)
from action_plans.promises.rules import FOLLOWED, PROMISE_NEXT, lacks_to_decide, lacks_to_publish
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, person, tried

PAGE_SIZE = 50
FORM_PAGE = "action_plans/promises/form.html"


def _promise_of(request: PartnerRequest, number: int) -> Promise:
    return get_object_or_404(queries.promises_for(request.user, request.collaboration), number=number)


def _to_write_in(request: PartnerRequest, number: int) -> Promise:
    promise = _promise_of(request, number)
    check_may_work_on_promise(request.user, promise)
    return promise


def _form_page(
    request: PartnerRequest, form: Any, change: Callable[[], Any], back_url: str, done: str, **page: Any
) -> HttpResponse:
    """A page that is a form: make the change and go on, or say what is wrong and keep what was typed."""
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = change()
        except NotPossible as no:
            form.add_refusal(no)
            if isinstance(no, Conflict):
                theirs = no.row
                form.meet(theirs)
        else:
            messages.success(request, done)
            return redirect(changed if isinstance(changed, str) else back_url)
    status = 200 if request.method != "POST" else 409 if theirs is not None else 422
    theirs_texts = _texts_of(form, theirs) if theirs is not None else []
    context = {"form": form, "theirs": theirs_texts, "back_url": back_url, "submit": _("Save"), "lead": "", **page}
    return render(request, FORM_PAGE, context, status=status)


def _texts_of(form: Any, row: Any) -> list[dict[str, Any]]:
    """What another has written meanwhile, where it differs."""
    found = []
    for name, field in form.fields.items():
        theirs = getattr(row, name, "")
        if name not in {"row_version", "client_uuid"} and isinstance(theirs, str) and theirs != form.data.get(name, ""):
            found.append({"label": field.label, "text": theirs})
    return found


def _said(form: Any, *without: str) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name not in without}


# --- The list and the promise -----------------------------------------------------------------------------------------


@never_cache
@require_GET
def promise_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The promises the user works with, and which of them residents read now."""
    check_may_read_promises(request.user, collaboration)
    page = Paginator(queries.promises_for(request.user, collaboration), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        {
            "promise": one,
            "url": presenters.url_of(one),
            "tag": presenters.tag_of(one),
            "version": getattr(one, "with_version", None),
        }
        for one in page.object_list
    ]
    is_public = any(town.pk == collaboration.pk for town in queries.towns())
    context = {
        "page": page,
        "rows": rows,
        "count": page.paginator.count,
        "may_make": may_make_plans(request.user, collaboration),
        "public_url": reverse("public_areas", args=[collaboration.slug]) if is_public else "",
    }
    return render(request, "action_plans/promises/promise_list.html", context)


@never_cache
@get_or_post
def promise_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Begin a promise."""
    check_may_read_promises(request.user, collaboration)
    check_may_make_plans(request.user, collaboration)
    form = PromiseStartForm(request.POST or None, user=request.user, collaboration=collaboration)

    def make() -> str:
        return presenters.url_of(actions.make_promise(by=person(request), **_said(form)))

    return _form_page(
        request,
        form,
        make,
        reverse("promise_list", args=[collaboration.slug]),
        _("The promise is begun. Residents read nothing of it until it is published."),
        heading=_("What do you want to promise?"),
    )


@never_cache
@require_GET
def promise(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """What is promised, what residents read of it now, and what comes next."""
    return _page(request, _promise_of(request, number))


def _page(request: PartnerRequest, shown: Promise, *, status: int = 200, **forms: Any) -> HttpResponse:
    items = queries.items_of(shown)
    works, publishes = may_work_on_promise(request.user, shown), may_publish(request.user, shown)
    versions = list(shown.publications.order_by("-number"))
    newest = next((one for one in versions if one.unpublished_at is None), None)
    is_draft = shown.state == PromiseState.DRAFT
    content = actions.preview(shown)
    context = {
        "promise": shown,
        "tag": presenters.tag_of(shown),
        "rows": [
            {
                "item": item,
                "links": [{"link": one, "is_told": is_told(one)} for one in item.item_measures.all()],
            }
            for item in items
        ],
        "dialogues": [link.dialogue for link in shown.promise_dialogues.select_related("dialogue")],
        "signatories": shown.signatories.select_related("organisation"),
        "follow_ups": presenters.follow_up_rows(shown),
        "versions": versions,
        "newest": newest,
        "newest_url": presenters.public_url(newest, "sv") if newest else "",
        "has_news": newest is not None and newest.content != content,
        "works": works,
        "writes": works and is_draft,
        "publishes": publishes,
        "is_draft": is_draft,
        "lacks": lacks_to_decide(shown, items) if is_draft else lacks_to_publish(shown, items),
        "may_reopen": works and PromiseState.DRAFT in PROMISE_NEXT[PromiseState(shown.state)],
        "may_follow_up": works and shown.state in FOLLOWED,
        "may_end": works and shown.state == PromiseState.FOLLOWED_UP,
        "decide_form": DecideForm(user=request.user, promise=shown) if works and is_draft else None,
        "signatory_form": SignatoryForm(promise=shown) if works and is_draft else None,
        "result_form": ResultForm(),
        **forms,
    }
    return render(request, "action_plans/promises/promise.html", context, status=status)


@never_cache
@get_or_post
def promise_edit(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write in a draft."""
    shown = _to_write_in(request, number)
    form = PromiseForm(request.POST or None, user=request.user, promise=shown)

    def change() -> None:
        actions.change_promise(by=person(request), promise=shown, **_said(form))

    return _form_page(
        request,
        form,
        change,
        presenters.url_of(shown),
        _("Saved."),
        heading=_("What do you promise, and why?"),
        back_text=shown.title_sv,
    )


@require_POST
def promise_signatory_new(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write who stands behind the promise."""
    shown = _to_write_in(request, number)
    form = SignatoryForm(request.POST, promise=shown)
    if form.is_valid():
        try:
            actions.add_signatory(by=person(request), promise=shown, **_said(form))
        except NotPossible as no:
            form.add_refusal(no)
        else:
            return redirect(f"{presenters.url_of(shown)}#signatories")
    return _page(request, shown, signatory_form=form, status=422)


@require_POST
def promise_signatory_remove(
    request: PartnerRequest, collaboration: Collaboration, number: int, pk: int
) -> HttpResponse:
    """Take somebody away from those who stand behind a draft."""
    shown = _to_write_in(request, number)
    signatory = get_object_or_404(shown.signatories.all(), pk=pk)
    tried(
        request,
        lambda: actions.remove_signatory(by=person(request), promise=shown, signatory=signatory),
        _("Taken away."),
    )
    return redirect(f"{presenters.url_of(shown)}#signatories")


# --- Undertakings and measures ----------------------------------------------------------------------------------------


def _item_of(shown: Promise, pk: int) -> PromiseItem:
    item = get_object_or_404(PromiseItem.objects.select_related("organisation"), promise=shown, pk=pk)
    item.promise = shown
    return item


def _link_of(shown: Promise, pk: int) -> PromiseItemMeasure:
    links = PromiseItemMeasure.objects.select_related("item__promise", "measure")
    return get_object_or_404(links, item__promise=shown, pk=pk)


@never_cache
@get_or_post
def promise_item_new(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write an undertaking."""
    shown = _to_write_in(request, number)
    form = ItemForm(request.POST or None, promise=shown)

    def add() -> None:
        actions.add_item(by=person(request), promise=shown, **_said(form, "row_version"))

    return _form_page(
        request,
        form,
        add,
        presenters.url_of(shown),
        _("Saved."),
        heading=_("What do you undertake to do?"),
        back_text=shown.title_sv,
    )


@never_cache
@get_or_post
def promise_item_edit(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Write in an undertaking of a draft."""
    shown = _to_write_in(request, number)
    item = _item_of(shown, pk)
    form = ItemForm(request.POST or None, promise=shown, item=item)

    def change() -> None:
        actions.change_item(by=person(request), item=item, **_said(form, "client_uuid"))

    return _form_page(
        request,
        form,
        change,
        presenters.url_of(shown),
        _("Saved."),
        heading=_("What do you undertake to do?"),
        back_text=shown.title_sv,
    )


@require_POST
def promise_item_remove(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Take an undertaking away from a draft."""
    shown = _to_write_in(request, number)
    item = _item_of(shown, pk)
    tried(request, lambda: actions.remove_item(by=person(request), item=item), _("The undertaking is taken away."))
    return redirect(presenters.url_of(shown))


@never_cache
@get_or_post
def promise_measure_new(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Say which measure carries an undertaking."""
    shown = _to_write_in(request, number)
    item = _item_of(shown, pk)
    form = TieForm(request.POST or None, user=request.user, item=item)

    def tie() -> None:
        actions.tie_measure(by=person(request), item=item, **_said(form, "row_version"))

    return _form_page(
        request,
        form,
        tie,
        presenters.url_of(shown),
        _("Saved. Residents read it once you publish."),
        heading=_("Which measure carries the undertaking?"),
        back_text=shown.title_sv,
        lead=item.text_sv,
    )


@never_cache
@get_or_post
def promise_measure_edit(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Write what residents are told of a measure."""
    shown = _to_write_in(request, number)
    link = _link_of(shown, pk)
    form = DoneForm(request.POST or None, link=link)

    def write() -> None:
        actions.write_done(by=person(request), link=link, **_said(form))

    return _form_page(
        request,
        form,
        write,
        presenters.url_of(shown),
        _("Saved. Residents read it once you publish."),
        heading=_("What has been done?"),
        back_text=shown.title_sv,
        lead=link.measure.title,
    )


@require_POST
def promise_measure_untie(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Say that a measure no longer carries an undertaking."""
    shown = _to_write_in(request, number)
    link = _link_of(shown, pk)
    tried(request, lambda: actions.untie_measure(by=person(request), link=link), _("Taken away."))
    return redirect(presenters.url_of(shown))


# --- Its life ---------------------------------------------------------------------------------------------------------


@require_POST
def promise_decide(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write down that a group has decided the promise."""
    shown = _to_write_in(request, number)
    form = DecideForm(request.POST, user=request.user, promise=shown)
    if form.is_valid():
        try:
            actions.decide_promise(by=person(request), promise=shown, **_said(form, "is_confirmed"))
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The promise is decided. A coordinator can publish it."))
            return redirect(presenters.url_of(shown))
    return _page(request, shown, decide_form=form, status=422)


@require_POST
def promise_reopen(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Make it a draft again."""
    shown = _to_write_in(request, number)
    tried(
        request,
        lambda: actions.reopen_promise(by=person(request), promise=shown),
        _("It is a draft again. What is published stays as it is until you publish anew."),
    )
    return redirect(presenters.url_of(shown))


@never_cache
@get_or_post
def promise_publish(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """This is what residents will see; and then they do."""
    shown = _promise_of(request, number)
    check_may_publish(request.user, shown)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish_promise(by=person(request), promise=shown, seen=form.cleaned_data["seen"])
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Published. Anybody can read it now."))
            return redirect(presenters.url_of(shown))
    content = actions.preview(shown)
    today = timezone.localdate()
    items = queries.items_of(shown)
    context = {
        "promise": shown,
        "form": form,
        "mark": mark_of(content),
        "lacks": lacks_to_publish(shown, items),
        "small_numbers": presenters.small_numbers(shown, content),
        "in_languages": [(code, presenters.told(content, code, today=today)) for code in ("sv", "en")],
        "limit": shown.collaboration.protect_counts_up_to,
    }
    status = 422 if form.is_bound else 200
    return render(request, "action_plans/promises/promise_publish.html", context, status=status)


@require_POST
def promise_unpublish(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Take the promise away from residents."""
    shown = _promise_of(request, number)
    check_may_publish(request.user, shown)
    tried(
        request,
        lambda: actions.unpublish_promise(by=person(request), promise=shown),
        _("Taken away. Nobody outside reads it any more."),
    )
    return redirect(presenters.url_of(shown))


@never_cache
@get_or_post
def promise_follow_up(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Say how it goes, in words for residents."""
    shown = _to_write_in(request, number)
    form = PromiseFollowUpForm(request.POST or None)

    def follow_up() -> None:
        actions.follow_up_promise(by=person(request), promise=shown, **_said(form))

    return _form_page(
        request,
        form,
        follow_up,
        presenters.url_of(shown),
        _("Saved. Residents read it once you publish."),
        heading=_("How is it going?"),
        back_text=shown.title_sv,
        lead=shown.title_sv,
    )


@require_POST
def promise_result(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Say how it went in the end."""
    shown = _to_write_in(request, number)
    form = ResultForm(request.POST)
    if form.is_valid():
        result = PromiseState(form.cleaned_data["result"])
        tried(
            request,
            lambda: actions.end_promise(by=person(request), promise=shown, result=result),
            _("Saved. Residents read it once you publish."),
        )
        return redirect(presenters.url_of(shown))
    return _page(request, shown, result_form=form, status=422)


# --- Dialogues --------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def dialogue_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Whom the partners have listened to."""
    check_may_read_promises(request.user, collaboration)
    rows = queries.dialogues_for(request.user, collaboration)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"dialogue": one, "writes": may_plan_in(request.user, one.area)} for one in page.object_list],
        "count": page.paginator.count,
        "may_make": may_make_plans(request.user, collaboration),
    }
    return render(request, "action_plans/promises/dialogue_list.html", context)


@never_cache
@get_or_post
def dialogue_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Note that people were asked."""
    check_may_read_promises(request.user, collaboration)
    check_may_make_plans(request.user, collaboration)
    form = DialogueForm(request.POST or None, user=request.user, collaboration=collaboration)

    def add() -> None:
        actions.add_dialogue(by=person(request), **_said(form, "row_version"))

    return _form_page(
        request,
        form,
        add,
        reverse("dialogue_list", args=[collaboration.slug]),
        _("Saved."),
        heading=_("Whom have you listened to?"),
        back_text=_("Dialogues"),
    )


@never_cache
@get_or_post
def dialogue_edit(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Read a dialogue, and write in it."""
    dialogue: Dialogue = get_object_or_404(queries.dialogues_for(request.user, collaboration), pk=pk)
    check_may_plan_in(request.user, dialogue.area)
    form = DialogueForm(request.POST or None, user=request.user, collaboration=collaboration, dialogue=dialogue)

    def change() -> None:
        actions.change_dialogue(by=person(request), dialogue=dialogue, **_said(form, "client_uuid"))

    return _form_page(
        request,
        form,
        change,
        reverse("dialogue_list", args=[collaboration.slug]),
        _("Saved."),
        heading=str(dialogue),
        back_text=_("Dialogues"),
    )
