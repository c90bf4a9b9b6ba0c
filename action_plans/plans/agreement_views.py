"""The pages of collaboration agreements."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from action_plans.clashes import clashes
from action_plans.models import Agreement, AgreementParty, AgreementProblem
from action_plans.permissions import check_may_keep_agreements, check_may_read_plans, may_keep_agreements
from action_plans.plans import agreements, presenters, queries
from action_plans.plans.forms import AgreementForm, PartyForm
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried

NAMES = (
    "row_version", "title", "kind", "first_day", "last_day", "registry_number", "outside_parties", "next_review_on",
    "address", "probable_causes", "goals_agreed", "documented_how", "followed_up_how",
)  # fmt: skip


def _agreement(request: PartnerRequest, pk: int) -> Agreement:
    check_may_read_plans(request.user, request.collaboration)
    return get_object_or_404(queries.agreements_for(request.user, request.collaboration), pk=pk)


@never_cache
@require_GET
def agreement_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The agreements the partners work by."""
    check_may_read_plans(request.user, collaboration)
    rows = queries.agreements_for(request.user, collaboration).prefetch_related("parties__organisation")
    context = {
        "rows": [
            {
                "agreement": row,
                "parties": ", ".join(
                    [*sorted({party.organisation.name for party in row.parties.all()}), *row.outside_names]
                ),
            }
            for row in rows
        ],
        "today": timezone.localdate(),
        "may_make": may_keep_agreements(request.user, collaboration),
    }
    return render(request, "action_plans/plans/agreement_list.html", context)


@never_cache
@get_or_post
def agreement_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Write down an agreement."""
    check_may_keep_agreements(request.user, collaboration)
    form = AgreementForm(request.POST or None, user=request.user, collaboration=collaboration)
    del form.fields["row_version"]
    if request.method == "POST" and form.is_valid():
        try:
            made = agreements.make_agreement(by=person(request), collaboration=collaboration, **form.cleaned_data)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The agreement is written down. Now say who is party to it."))
            return redirect("agreement", collaboration.slug, made.pk)
    return form_page(
        request,
        form,
        "action_plans/plans/guarded_form.html",
        heading=_("A new collaboration agreement"),
        lead=_("Who has agreed on which problems, and for how long."),
        back_url=reverse("agreement_list", args=[collaboration.slug]),
        back_text=_("Collaboration agreements"),
    )


@never_cache
@require_GET
def agreement(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Parties, focus problems, period, registry number and who has signed; and the plans that rest on it."""
    return _page(request, _agreement(request, pk))


def _page(request: PartnerRequest, shown: Agreement, *, form: PartyForm | None = None) -> HttpResponse:
    user = request.user
    keeps = may_keep_agreements(user, request.collaboration)
    problems = AgreementProblem.objects.visible_to(user).filter(agreement=shown)
    context = {
        "agreement": shown,
        "days": presenters.days_words(str(shown.first_day), str(shown.last_day)),
        "is_over": shown.last_day < timezone.localdate(),
        "parties": shown.parties.select_related("organisation").order_by("organisation__name", "pk"),
        "contents": presenters.contents_of(shown),
        "problems": [one.problem for one in problems.select_related("problem").order_by("problem__number")],
        "plans": queries.plans_for(user, request.collaboration).filter(agreement=shown),
        "keeps": keeps,
        "form": form or (PartyForm(collaboration=request.collaboration) if keeps else None),
    }
    return render(request, "action_plans/plans/agreement.html", context, status=422 if form is not None else 200)


def _start(agreement: Agreement) -> dict[str, Any]:
    """What the form of an agreement begins with."""
    problems = list(agreement.focus_problems.values_list("problem_id", flat=True))
    return {**{name: getattr(agreement, name) for name in NAMES}, "problems": problems}


@never_cache
@get_or_post
def agreement_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change what the agreement says and which problems it is about."""
    shown = _agreement(request, pk)
    check_may_keep_agreements(request.user, collaboration)
    form = AgreementForm(request.POST or None, user=request.user, collaboration=collaboration, initial=_start(shown))
    status, theirs = 422 if form.is_bound else 200, []
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "row_version": form.cleaned_data["row_version"] or 0}
        try:
            agreements.change_agreement(by=person(request), agreement=shown, **said)
        except Conflict as conflict:
            form.add_refusal(conflict)
            form.meet(conflict.row)
            status, theirs = 409, clashes(form, _start(conflict.row))
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("Saved."))
            return redirect("agreement", collaboration.slug, shown.pk)
    context = {
        "form": form,
        "theirs": theirs,
        "heading": _("Change the agreement"),
        "lead": "",
        "back_url": reverse("agreement", args=[collaboration.slug, shown.pk]),
        "back_text": shown.title,
    }
    return render(request, "action_plans/plans/guarded_form.html", context, status=status)


@require_POST
def agreement_party(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write down a party of the agreement, and who has signed for it."""
    shown = _agreement(request, pk)
    check_may_keep_agreements(request.user, collaboration)
    form = PartyForm(request.POST, collaboration=collaboration)
    if not form.is_valid():
        return _page(request, shown, form=form)
    try:
        agreements.add_party(by=person(request), agreement=shown, **form.cleaned_data)
    except NotPossible as no:
        form.add_refusal(no)
        return _page(request, shown, form=form)
    messages.success(request, _("The party is written down."))
    return redirect(f"{reverse('agreement', args=[collaboration.slug, shown.pk])}#parties")


@require_POST
def agreement_party_remove(request: PartnerRequest, collaboration: Collaboration, pk: int, party: int) -> HttpResponse:
    """Take a party out of the agreement."""
    shown = _agreement(request, pk)
    check_may_keep_agreements(request.user, collaboration)
    row = get_object_or_404(AgreementParty.objects.filter(agreement=shown).select_related("agreement"), pk=party)
    tried(
        request,
        lambda: agreements.remove_party(by=person(request), party=row),
        _("The party is taken out of the agreement."),
    )
    return redirect(f"{reverse('agreement', args=[collaboration.slug, shown.pk])}#parties")
