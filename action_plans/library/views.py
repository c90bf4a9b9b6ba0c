"""The measures library: its list, a card's page, and the collaboration's own cards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.library import actions, presenters, queries
from action_plans.library.cards import Card, key_of, of_row
from action_plans.library.forms import LibraryFilterForm, MethodForm
from action_plans.library.permissions import check_may_read_methods, check_may_write_methods, may_write_methods
from action_plans.models import MethodCard
from action_plans.permissions import may_make_plans
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import PartnerRequest, get_or_post, person
from ui import slots


@never_cache
@require_GET
def method_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The cards, by the kind of cause they are for, their technique, their evidence and their words."""
    check_may_read_methods(request.user, collaboration)
    form = LibraryFilterForm(request.GET)
    asked = form.asked()
    cards = queries.all_cards(collaboration)
    found = queries.matching(cards, **asked)
    chosen = sum(value not in ("", None) for value in asked.values())
    rows = presenters.card_rows(collaboration, found)
    experience = slots.fill("method.experience", request.user, [row["here"] for row in rows])
    context = {
        "form": form,
        "rows": [{**row, "experience": [told["title"] for told in experience[row["here"].pk]]} for row in rows],
        "count": len(found),
        "total": len(cards),
        "is_filtered": chosen > 0,
        "number_chosen": chosen,
        "may_write": may_write_methods(request.user, collaboration),
    }
    return render(request, "action_plans/library/list.html", context)


def _card(request: PartnerRequest, key: str) -> Card:
    check_may_read_methods(request.user, request.collaboration)
    card = queries.card_named(request.collaboration, key)
    if card is None:
        raise Http404
    return card


def _own(request: PartnerRequest, key: str) -> MethodCard:
    """A card of the collaboration's own that is still in the library, for whoever writes them."""
    card = _card(request, key)
    check_may_write_methods(request.user, request.collaboration)
    if card.own is None or card.own.removed_at is not None:
        raise Http404
    return card.own


@never_cache
@require_GET
def method_detail(request: PartnerRequest, collaboration: Collaboration, key: str) -> HttpResponse:
    """What the sources say of a method, and where we use it ourselves."""
    card = _card(request, key)
    is_removed = card.own is not None and card.own.removed_at is not None
    may_write = card.own is not None and not is_removed and may_write_methods(request.user, collaboration)
    may_plan = not is_removed and may_make_plans(request.user, collaboration)
    heads = presenters.head_rows(card)
    row = presenters.card_row(collaboration, card)
    experience = slots.fill("method.experience", request.user, [row["here"]])
    context = {
        **row,
        "experience": experience,
        "is_untried": not experience[card.key],
        "heads": heads,
        "silent": [head for head in heads if not head["text"]],
        "sources": presenters.source_rows(card),
        "measures": presenters.measure_rows(queries.measures_of(request.user, collaboration, card.key)),
        "is_removed": is_removed,
        "may_write": may_write,
        "start_url": presenters.start_url(collaboration, card) if may_plan else "",
    }
    return render(request, "action_plans/library/card.html", context)


# --- The collaboration's own ------------------------------------------------------------------------------------------


@never_cache
@get_or_post
def method_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Write a card of the collaboration's own."""
    check_may_write_methods(request.user, collaboration)
    form = MethodForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST" and form.is_valid():
            made = actions.add_card(by=person(request), collaboration=collaboration, **form.said())
            messages.success(request, _("The card is in the library."))
            return redirect("method", collaboration.slug, key_of(made))
    except NotPossible as no:
        form.add_refusal(no)
    return _form_page(request, form)


@never_cache
@get_or_post
def method_change(request: PartnerRequest, collaboration: Collaboration, key: str) -> HttpResponse:
    """Write a card of the collaboration's own anew."""
    row = _own(request, key)
    form = MethodForm(request.POST if request.method == "POST" else None, card=row)
    theirs: Card | None = None
    try:
        if request.method == "POST" and form.is_valid():
            seen = form.cleaned_data["row_version"] or 0
            actions.change_card(by=person(request), card=row, row_version=seen, **form.said())
            messages.success(request, _("Saved."))
            return redirect("method", collaboration.slug, key)
    except NotPossible as no:
        form.add_refusal(no)
        if isinstance(no, Conflict):
            theirs = of_row(no.row)
            form.meet(no.row)
    return _form_page(request, form, card=of_row(row), theirs=theirs)


def _form_page(
    request: PartnerRequest, form: MethodForm, *, card: Card | None = None, theirs: Card | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "card": card,
        "card_url": presenters.card_url(request.collaboration, card) if card is not None else "",
        "theirs": theirs,
        "their_heads": presenters.head_rows(theirs) if theirs is not None else [],
    }
    status = 409 if theirs is not None else 422 if form.is_bound else 200
    return render(request, "action_plans/library/card_form.html", context, status=status)


@require_POST
def method_remove(request: PartnerRequest, collaboration: Collaboration, key: str) -> HttpResponse:
    """Take a card of the collaboration's own out of the library."""
    actions.remove_card(by=person(request), card=_own(request, key))
    messages.success(request, _("The card is taken out of the library. Measures that name it go on naming it."))
    return redirect("method_list", collaboration.slug)
