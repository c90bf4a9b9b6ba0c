"""What the pages with a form share: show it, do what it asks for, say what became of it and lead on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.requests import PartnerRequest, form_page


def done(form: Any, change: Callable[[], Any]) -> Any:
    """What the change gives, or None with the reason on the form."""
    if not form.is_valid():
        return None
    try:
        return change()
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None


# Where a form's page leads back to, and what that page is called.
BACK_TO = {
    "people": gettext_lazy("People"),
    "organisation_list": gettext_lazy("Organisations"),
    "group_list": gettext_lazy("Groups"),
    "token_list": gettext_lazy("Keys for systems"),
}


def form_page_of(request: PartnerRequest, form: Any, *, back: str, **page: Any) -> HttpResponse:
    """The page with the form, and its way back to the list it belongs to."""
    back_url = reverse(back, args=[request.collaboration.slug])
    return form_page(request, form, back_url=back_url, back_text=BACK_TO[back], **page)


def form_view(
    request: PartnerRequest,
    form: Any,
    change: Callable[[], Any],
    *,
    back: str,
    success: str = "",
    leads_to: str | Callable[[Any], str] = "",
    **page: Any,
) -> HttpResponse:
    """Show a form; once it is sent, do what it asks for, say so and lead on.

    Where nothing else is said it leads to the list it belongs to; `leads_to` may ask what the change gave.
    """
    if request.method == "POST":
        made = done(form, change)
        if made is not None:
            messages.success(request, success or _("Saved."))
            address = leads_to(made) if callable(leads_to) else leads_to
            return redirect(address or reverse(back, args=[request.collaboration.slug]))
    return form_page_of(request, form, back=back, **page)
