"""The personal-data guard while somebody types: what the page tells the browser, and the address that knows names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from incidents import permissions, queries, rules
from partners.models import Collaboration, Organisation
from partners.rules import keeps_no_persons
from privacy import guard

# Somebody who types is asked about at each pause; more than this is a machine.
CHECKS_PER_MINUTE = 60


def page_settings(collaboration: Collaboration, organisations: Iterable[Organisation]) -> dict[str, Any]:
    """What `<est-guarded-text>` needs: sentences and suggestions for each rule, and for whom a person is refused."""
    strict = [organisation.pk for organisation in organisations if keeps_no_persons(organisation)]
    every = [organisation.pk for organisation in organisations]
    return {
        "address": reverse("guard_check", args=[collaboration.slug]),
        "organisation_field": "organisation",
        "strict_for": strict,
        "is_strict": bool(every) and strict == every,
        "rules": {
            rule.id: {"sentence": str(rule.sentence), "suggestions": guard.suggestions_for(rule.id)}
            for rule in guard.rules()
        },
        "words": {
            "refused": _("The text points at a person and will not be taken. Choose what to write instead."),
            "questioned": _("The text may point at a person. Choose what to write, or confirm that it does not."),
            "write": _("Write “{words}”"),
            "strike": _("Strike out"),
            "written": _("Now it says “{words}”."),
            "struck": _("Struck out."),
        },
    }


@never_cache
@require_POST
@sensitive_post_parameters("text")
def guard_check(request: HttpRequest, collaboration: Collaboration) -> JsonResponse:
    """What the guard finds in a text that is being written, names included. The text is not stored and not logged."""
    permissions.check_may_report_in(request.user, collaboration)
    if not _may_ask_again(request.user.pk):
        return JsonResponse({"message": _("Too many questions. Wait a minute.")}, status=429)
    text = request.POST.get("text", "").replace("\r\n", "\n")[: rules.LONGEST_TEXT]
    hits = guard.find_personal_data(
        text,
        allowed=queries.allowed_words(collaboration.pk),
        strict=_is_strict(request.user, collaboration, request.POST.get("organisation", "")),
    )
    findings = [
        {
            "rule": hit.rule,
            "strength": hit.strength,
            "start": hit.start,
            "end": hit.end,
            "sentence": str(guard.sentence_for(hit.rule)),
            "suggestions": guard.suggestions_for(hit.rule),
        }
        for hit in hits
    ]
    return JsonResponse({"findings": findings})


def _is_strict(user: Any, collaboration: Collaboration, chosen: str) -> bool:
    """As for the report itself; until somebody has said whom it is for, as strict as any of theirs."""
    own = [membership.organisation for membership in permissions.reporting_memberships(user, collaboration)]
    named = [organisation for organisation in own if str(organisation.pk) == chosen]
    return any(keeps_no_persons(organisation) for organisation in named or own)


def _may_ask_again(user_id: int | None) -> bool:
    key = f"guard-check:{user_id}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) <= CHECKS_PER_MINUTE
    except ValueError:  # the minute ended between the two
        return True
