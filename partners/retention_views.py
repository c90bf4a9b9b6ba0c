"""The pages on how long things are kept: rules, what the night would take, what it took, and what is held back."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common.errors import NotPossible
from partners import retention, retention_actions
from partners.models import Collaboration, LegalHold, Purge, RetentionRule
from partners.permissions import check_may_keep_retention, check_may_read_retention, may_keep_retention
from partners.requests import PartnerRequest, form_page, get_or_post, tried
from partners.retention_forms import HoldForm, RuleForm

RUNS_SHOWN = 14


@require_GET
def retention_page(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """How long is what kept, what has been purged, and what is held back? With `look`: what would the night take?"""
    check_may_read_retention(request.user, collaboration)
    today = timezone.localdate()
    rules = {
        rule.kind: rule
        for rule in RetentionRule.objects.visible_to(request.user)
        .filter(collaboration=collaboration)
        .select_related("changed_by")
    }
    holds = LegalHold.objects.visible_to(request.user).filter(collaboration=collaboration).in_force(today)
    is_looked = "look" in request.GET
    due = retention.look(collaboration, today) if is_looked else []
    context = {
        "kinds": [
            {
                "kind": kind,
                "kept": retention.in_words(rules[code].days if code in rules else kind.default_days),
                "rule": rules.get(code),
            }
            for kind in retention.kinds()
            for code in [kind.follows or kind.code]
        ],
        "holds": list(holds),
        "runs": _runs(request, collaboration),
        "is_looked": is_looked,
        "due": due,
        "due_total": sum(one.number for one in due),
        "held_total": sum(one.held for one in due),
        "may_keep": may_keep_retention(request.user, collaboration),
    }  # fmt: skip
    return render(request, "partners/retention.html", context)


def _runs(request: PartnerRequest, collaboration: Collaboration) -> list[dict[str, Any]]:
    """The latest runs with what each took, kind by kind; a run without its closing row was cut off."""
    proofs = Purge.objects.visible_to(request.user).filter(collaboration=collaboration)
    latest = list(dict.fromkeys(proofs.order_by("-at", "-pk").values_list("run", flat=True)[: 40 * RUNS_SHOWN]))
    rows: dict[Any, list[Purge]] = {run: [] for run in latest[:RUNS_SHOWN]}
    for proof in proofs.filter(run__in=rows).order_by("at", "pk"):
        rows[proof.run].append(proof)
    return [_run(run, found) for run, found in rows.items() if found]


def _run(number: Any, proofs: list[Purge]) -> dict[str, Any]:
    kinds = []
    of_kinds = sorted((proof for proof in proofs if proof.kind), key=lambda proof: proof.kind)
    for code, batches in groupby(of_kinds, key=lambda proof: proof.kind):
        taken = list(batches)
        kind = retention.kind_named(code)
        kinds.append(
            {
                "label": kind.label if kind else code,
                "number": sum(proof.number for proof in taken),
                "first_day": min((p.first_day for p in taken if p.first_day), default=None),
                "last_day": max((p.last_day for p in taken if p.last_day), default=None),
                "before": taken[-1].before,
                "hash": taken[-1].hash,
            }
        )
    closing = next((proof for proof in proofs if not proof.kind), None)
    return {
        "number": number,
        "at": proofs[-1].at,
        "ordered_by": proofs[0].ordered_by,
        "total": sum(kind["number"] for kind in kinds),
        "held": closing.held if closing else 0,
        "is_cut_off": closing is None,
        "kinds": kinds,
    }


@get_or_post
def retention_rule(request: PartnerRequest, collaboration: Collaboration, kind: str) -> HttpResponse:
    """Keep a kind of thing for another time."""
    check_may_keep_retention(request.user, collaboration)
    chosen = retention.kind_named(kind)
    if chosen is None or chosen.follows:
        raise Http404
    form = RuleForm(request.POST or None, initial={"days": retention.days_for(collaboration, chosen)}, kind=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            retention_actions.change_rule(
                collaboration=collaboration, kind=chosen, by=request.user, **form.cleaned_data
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("Saved. The rule holds from the next night on."))
            return redirect("retention", collaboration.slug)
    return _form_page(
        request,
        form,
        heading=_("How long shall this be kept: %(kind)s?")
        % {"kind": str(chosen.label)[:1].lower() + str(chosen.label)[1:]},
        lead=" ".join(str(words) for words in (chosen.what_happens, chosen.law) if words),
        submit=_("Save the rule"),
    )


@get_or_post
def hold_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Keep a report, an area or some days back."""
    check_may_keep_retention(request.user, collaboration)
    form = HoldForm(request.POST or None, collaboration=collaboration)
    if request.method == "POST" and form.is_valid():
        try:
            retention_actions.place_hold(collaboration=collaboration, by=request.user, **form.asked())
        except NotPossible as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("It is held. Nothing of it is purged until the hold ends or is lifted."))
            return redirect("retention", collaboration.slug)
    return _form_page(
        request,
        form,
        heading=_("What shall be kept although its time is over?"),
        lead=_("For example for a request for public documents, supervision or a legal dispute."),
        submit=_("Place the hold"),
    )


@require_POST
def hold_lift(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Let go of what was held."""
    hold = get_object_or_404(LegalHold.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    check_may_keep_retention(request.user, collaboration)
    tried(request, lambda: retention_actions.lift_hold(hold=hold, by=request.user), _("The hold is lifted."))
    return redirect("retention", collaboration.slug)


@require_POST
def retention_run(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Take away what is due now instead of in the night."""
    check_may_keep_retention(request.user, collaboration)
    tried(
        request,
        lambda: retention_actions.order_run(collaboration=collaboration, by=request.user),
        _("A worker has been asked to take away what is due. The run appears here when it is done."),
    )
    return redirect("retention", collaboration.slug)


def _form_page(request: PartnerRequest, form: Any, **page: Any) -> HttpResponse:
    back_url = reverse("retention", args=[request.collaboration.slug])
    return form_page(request, form, back_text=_("Retention"), back_url=back_url, **page)
