"""The pages on systems' keys."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from partners import actions
from partners.form_views import done, form_page_of
from partners.forms import TokenForm
from partners.models import ApiToken, Collaboration
from partners.permissions import check_may_administer
from partners.requests import PartnerRequest, get_or_post, tried
from ui import slots


@require_GET
def token_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The keys that systems use, and how long they are valid."""
    check_may_administer(request.user, collaboration)
    tokens = list(
        ApiToken.objects.visible_to(request.user)
        .filter(membership__collaboration=collaboration)
        .select_related("membership__organisation")
    )
    context = {
        "tokens": tokens,
        "rows": slots.fill("membership.sections", request.user, [token.membership for token in tokens]),
        "today": timezone.localdate(),
    }
    return render(request, "partners/token_list.html", context)


@never_cache
@get_or_post
def token_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Make a key, and show it this once."""
    check_may_administer(request.user, collaboration)
    form = TokenForm(request.POST or None, collaboration=collaboration)
    if request.method == "POST":
        made = done(form, lambda: actions.create_token(by=request.user, **form.cleaned_data))
        if made is not None:
            token, key = made
            return render(request, "partners/token_made.html", {"token": token, "key": key})
    return form_page_of(
        request,
        form,
        heading=_("Which system needs a key?"),
        lead=_("The key is shown once. A system that loses it needs a new one."),
        submit=_("Make the key"),
        back="token_list",
    )


@require_POST
def token_revoke(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Stop a key at once."""
    check_may_administer(request.user, collaboration)
    token = get_object_or_404(
        ApiToken.objects.visible_to(request.user).filter(membership__collaboration=collaboration), pk=pk
    )
    tried(
        request,
        lambda: actions.revoke_token(token=token, by=request.user),
        _("The key no longer works."),
    )
    return redirect("token_list", collaboration.slug)
