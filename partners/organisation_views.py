"""The pages on organisations and their units, how reports are shared and whose imports are trusted."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners import actions
from partners.form_views import form_view
from partners.forms import NewOrganisationForm, NewUnitForm, OrganisationForm, SharingForm, TrustForm, UnitForm
from partners.models import Collaboration, Organisation, Unit
from partners.permissions import (
    check_may_administer,
    check_may_set_sharing,
    check_may_set_trust,
    may_administer,
    may_set_sharing,
    may_set_trust,
)
from partners.requests import PartnerRequest, get_or_post


@require_GET
def organisation_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The partners, what they are and how they share."""
    organisations = list(
        Organisation.objects.visible_to(request.user).filter(collaboration=collaboration).prefetch_related("units")
    )
    rows = [
        {
            "organisation": organisation,
            "may_set_sharing": may_set_sharing(request.user, organisation),
            "may_set_trust": may_set_trust(request.user, organisation),
        }
        for organisation in organisations
    ]
    context = {"rows": rows, "may_administer": may_administer(request.user, collaboration)}
    return render(request, "partners/organisation_list.html", context)


def _organisation(request: PartnerRequest, collaboration: Collaboration, pk: int) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)


@get_or_post
def organisation_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Enter a partner."""
    check_may_administer(request.user, collaboration)
    form = NewOrganisationForm(request.POST or None)
    return form_view(
        request,
        form,
        lambda: actions.create_organisation(
            collaboration=collaboration,
            by=request.user,
            **form.cleaned_data,
        ),
        success=_("The organisation is entered. Now invite its people."),
        back="organisation_list",
        heading=_("Which organisation joins?"),
        submit=_("Enter the organisation"),
    )


@get_or_post
def organisation_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a partner's name or kind, or close it."""
    organisation = _organisation(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    initial = {"name": organisation.name, "kind": organisation.kind, "is_active": organisation.is_active}
    form = OrganisationForm(request.POST or None, initial=initial)
    return form_view(
        request,
        form,
        lambda: actions.change_organisation(organisation=organisation, by=request.user, **form.cleaned_data),
        back="organisation_list",
        heading=_("Change %(organisation)s") % {"organisation": organisation},
    )


@get_or_post
def organisation_sharing(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """The organisation itself says who sees its reports."""
    organisation = _organisation(request, collaboration, pk)
    check_may_set_sharing(request.user, organisation)
    form = SharingForm(request.POST or None, initial={"sharing": organisation.sharing})
    return form_view(
        request,
        form,
        lambda: actions.set_sharing(organisation=organisation, by=request.user, **form.cleaned_data),
        back="organisation_list",
        heading=_("Who sees the reports of %(organisation)s?") % {"organisation": organisation},
        lead=_("Only your own organisation decides this."),
    )


@get_or_post
def organisation_trust(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say whether the organisation's imported rows are approved at once."""
    organisation = _organisation(request, collaboration, pk)
    check_may_set_trust(request.user, organisation)
    # A form whose only box is not ticked is sent empty, so what is asked is the method.
    sent = request.POST if request.method == "POST" else None
    form = TrustForm(sent, initial={"is_trusted": organisation.is_trusted_for_import})
    return form_view(
        request,
        form,
        lambda: actions.set_trust(organisation=organisation, by=request.user, **form.cleaned_data),
        back="organisation_list",
        heading=_("Are the imports of %(organisation)s trusted?") % {"organisation": organisation},
        lead=_("Trusted rows are counted as soon as they are stored. Others wait in the review queue."),
    )


@get_or_post
def unit_new(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Enter a unit of an organisation."""
    organisation = _organisation(request, collaboration, pk)
    check_may_administer(request.user, collaboration)
    form = NewUnitForm(request.POST or None)
    return form_view(
        request,
        form,
        lambda: actions.create_unit(organisation=organisation, by=request.user, **form.cleaned_data),
        success=_("The unit is entered."),
        back="organisation_list",
        heading=_("Who reports within %(organisation)s?") % {"organisation": organisation},
        lead=_("A district office, a team or a school."),
        submit=_("Enter the unit"),
    )


@get_or_post
def unit_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change a unit's name, or close it."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user).filter(collaboration=collaboration), pk=pk)
    check_may_administer(request.user, collaboration)
    form = UnitForm(request.POST or None, initial={"name": unit.name, "is_active": unit.is_active})
    return form_view(
        request,
        form,
        lambda: actions.change_unit(unit=unit, by=request.user, **form.cleaned_data),
        back="organisation_list",
        heading=_("Change %(unit)s") % {"unit": unit},
    )
