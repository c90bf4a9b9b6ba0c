"""The pages of questions between the levels: the list, a new one, one of them with its answer."""

from __future__ import annotations

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

from cause_analysis.versions import Conflict
from common.errors import NotPossible
from councils.escalations import actions, permissions, presenters, queries, subjects
from councils.escalations.forms import AnswerForm, FilterForm, QuestionForm, TakeBackForm
from councils.models import Answer, Escalation, Subject
from partners.models import Collaboration, Group, Level
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried, word_in

PAGE_SIZE = 50


@never_cache
@require_GET
def escalation_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What one level has asked of another: what is late first, then what waits, then what was answered."""
    permissions.check_may_read_escalations(request.user, collaboration)
    user, today = request.user, timezone.localdate()
    asked = FilterForm(request.GET, user=user, collaboration=collaboration).asked()
    all_rows = queries.escalations_for(user, collaboration)
    found = queries.in_order(queries.narrowed(all_rows, asked, today), today)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": presenters.rows(page.object_list, today),
        "count": page.paginator.count,
        "open": all_rows.open().count(),
        "late": all_rows.late(today).count(),
        "asked": asked,
        "groups": Group.objects.visible_to(user).filter(collaboration=collaboration).order_by("name"),
        "levels": Level.choices,
        "may_begin": permissions.may_begin(user, collaboration),
    }
    return render(request, "councils/escalations/list.html", context)


@never_cache
@get_or_post
def escalation_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Take a question to another level; `?about=problem-12` says what it is about, `?again=3` which was sent back."""
    user = request.user
    permissions.check_may_begin(user, collaboration)
    again = _again(request)
    about = (
        subjects.subject_of(user, again)
        if again is not None
        else subjects.asked_about(user, collaboration, word_in(request, "about"))
    )
    is_no = about is not None and about.kind == Subject.COMMITMENT and queries.is_shown_declined(user, about.thing)
    initial: dict[str, Any] = {"to_group": word_in(request, "to"), "from_group": word_in(request, "from")}
    if about is not None and about.area is not None:
        initial["area"] = about.area.pk
    if again is not None:
        initial = presenters.asked_again(again)
    form = QuestionForm(
        request.POST if request.method == "POST" else None, user=user, collaboration=collaboration, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        tied: dict[str, Any] = {}
        if about is not None and is_no:
            tied = {"commitment": about.thing}
        elif about is not None:
            tied = {"subject_kind": about.kind, "subject_id": about.pk}
        try:
            made = actions.escalate(by=person(request), **form.cleaned_data, **tied)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The question is sent to %(group)s.") % {"group": made.to_group.name})
            return redirect(presenters.url_of(made))
    lead = _("It says yes, no or sends the question back, and the answer comes to your group.")
    if is_no:
        lead += " " + _("A no is not overruled: only who commits to something is bound by it.")
    return form_page(
        request,
        form,
        "councils/escalations/new.html",
        heading=_("What do you ask of another level?"),
        lead=lead,
        about=about,
        back_url=about.url if about else reverse("escalation_list", args=[collaboration.slug]),
        back_text=about.name if about else _("Questions between the levels"),
        submit=_("Send the question"),
    )


def _again(request: PartnerRequest) -> Escalation | None:
    """The question that was sent back and is asked anew, for who reads it."""
    number = word_in(request, "again", longest=9)
    if not (number.isascii() and number.isdigit()):
        return None
    rows = queries.escalations_for(request.user, request.collaboration)
    found: Escalation | None = rows.filter(number=int(number), answer=Answer.SENT_BACK).first()
    return found


def _escalation(request: PartnerRequest, number: int) -> Escalation:
    found: Escalation = get_object_or_404(queries.escalations_for(request.user, request.collaboration), number=number)
    return found


@never_cache
@require_GET
def escalation(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """What was asked, by whom, until when; the answer, and the reader's own next step."""
    return _page(request, _escalation(request, number))


def _page(request: PartnerRequest, one: Escalation, *, status: int = 200, **forms: Any) -> HttpResponse:
    user = request.user
    answers = one.is_open and permissions.may_answer(user, one)
    takes_back = one.is_open and permissions.may_take_back(user, one)
    notes = one.answered_at is not None and one.returned_seen_at is None and permissions.may_note(user, one)
    context = {
        **presenters.page_of(user, one, timezone.localdate()),
        "answer_form": (forms.get("answer_form") or AnswerForm(user=user, escalation=one)) if answers else None,
        "back_form": (forms.get("back_form") or TakeBackForm()) if takes_back else None,
        "is_back_open": "back_form" in forms,
        "may_note": notes,
        "may_ask_again": one.answer == Answer.SENT_BACK and permissions.may_take_back(user, one),
        "may_take_back_no": one.is_open and permissions.may_take_back_no(user, one),
        "reads_list": permissions.may_read_escalations(user, request.collaboration),
    }
    return render(request, "councils/escalations/detail.html", context, status=status)


@require_POST
def escalation_answer(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Write down what the group answers."""
    one = _escalation(request, number)
    permissions.check_may_answer(request.user, one)
    if not one.is_open:
        return _settled(request, one)
    form = AnswerForm(request.POST, user=request.user, escalation=one)
    if not form.is_valid():
        return _page(request, one, answer_form=form, status=422)
    said = form.cleaned_data
    try:
        actions.answer(
            by=person(request),
            escalation=one,
            answer=said["answer"],
            text=said["answer_text"],
            ends=said.get("ends") or "",
            agreed_commitment=said.get("agreed_commitment"),
            row_version=said["row_version"],
            is_confirmed=said["is_confirmed"],
        )
    except Conflict as conflict:
        form.meet(conflict.row)
        form.add_refusal(conflict)
        return _page(request, _escalation(request, number), answer_form=form, status=409)
    except NotPossible as no:
        form.add_refusal(no)
        return _page(request, _escalation(request, number), answer_form=form, status=422)
    messages.success(request, _("The answer goes back to %(group)s.") % {"group": one.from_group.name})
    return redirect(presenters.url_of(one))


def _settled(request: PartnerRequest, one: Escalation) -> HttpResponse:
    messages.error(request, _("Somebody has been here before you: %(what)s.") % {
        "what": presenters.heading(one, timezone.localdate())
    })  # fmt: skip
    return redirect(presenters.url_of(one))


@require_POST
def escalation_take_back(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The group no longer asks."""
    one = _escalation(request, number)
    permissions.check_may_take_back(request.user, one)
    if not one.is_open:
        return _settled(request, one)
    form = TakeBackForm(request.POST)
    if form.is_valid():
        try:
            actions.take_back(by=person(request), escalation=one, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The question is taken back."))
            return redirect(presenters.url_of(one))
    return _page(request, one, back_form=form, status=422)


@require_POST
def escalation_note(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The group that asked has read the answer."""
    one = _escalation(request, number)
    permissions.check_may_note(request.user, one)
    tried(request, lambda: actions.note_answer(by=person(request), escalation=one), _("The answer is noted."))
    return redirect(presenters.url_of(one))


@require_POST
def escalation_yes_after_all(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """The organisation that said no takes it back itself."""
    one = _escalation(request, number)
    permissions.check_may_take_back_no(request.user, one)
    done = _("The no is taken back, and the request is promised.")
    tried(request, lambda: actions.take_back_no(by=person(request), escalation=one), done)
    return redirect(presenters.url_of(one))
