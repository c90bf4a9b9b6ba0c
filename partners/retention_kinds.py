"""What this room keeps for a time: the log, accounts of people who have left, traces of letters and calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import keep_from, purge_events
from audit.models import Event
from common.days import midnight
from partners import retention
from partners.log import people_of
from partners.models import (
    CalendarKey,
    Collaboration,
    LegalHold,
    Notification,
    SentMail,
    TopicChoice,
    User,
    WorkLetter,
    WorkLetterChoice,
)

LOG_SCOPE = "log"


def _log_before(before: dt.date) -> dt.date:
    """A day's seal covers every collaboration's lines, so a day goes when no collaboration needs it any longer."""
    today = timezone.localdate()
    others = [retention.before_for(one, LOG, today) for one in Collaboration.objects.all()]
    return min([before, *others])


def _spans_held(holds: Iterable[LegalHold]) -> list[tuple[dt.date, dt.date]]:
    """The days of the log that these holds keep, each span with its first and last day."""
    return [
        (hold.first_day or dt.date.min, hold.last_day or dt.date.max)
        for hold in holds
        if hold.scope in (retention.DAYS, LOG_SCOPE)
    ]


def _in_spans(spans: Iterable[tuple[dt.date, dt.date]]) -> Q:
    lines = Q(pk__in=[])
    for first, last in spans:
        span = Q(pk__isnull=False)
        if first > dt.date.min:
            span &= Q(at__gte=midnight(first))
        if last < dt.date.max:
            span &= Q(at__lt=midnight(last + dt.timedelta(days=1)))
        lines |= span
    return lines


def _due_lines(collaboration: Collaboration, before: dt.date) -> QuerySet[Event]:
    """Not the lines of days that another collaboration holds: a day's seal can be checked only while it is whole."""
    lines = Event.objects.filter(collaboration_id=collaboration.pk, at__lt=midnight(_log_before(before)))
    holds = LegalHold.objects.in_force(timezone.localdate()).exclude(collaboration=collaboration)
    others = _spans_held(holds)
    return lines.exclude(_in_spans(others)) if others else lines


def _begin_lines(collaboration: Collaboration, before: dt.date) -> None:
    spans = _spans_held(LegalHold.objects.in_force(timezone.localdate()))
    keep_from(_log_before(before), is_held=lambda day: any(first <= day <= last for first, last in spans))


def _purge_lines(collaboration: Collaboration, ids: list[int]) -> None:
    purge_events(ids, _log_before(retention.before_for(collaboration, LOG, timezone.localdate())))


LOG = retention.Kind(
    code="log",
    label=_("The log"),
    what_happens=_("Lines go a whole day at a time, when no collaboration needs the day any longer. The seals stay."),
    held_by=lambda hold: _in_spans(_spans_held([hold])),
    default_days=1826,
    least_days=731,
    law=_("At least two years; five are recommended."),
    due=_due_lines,
    dated_by="at",
    purge=_purge_lines,
    begin=_begin_lines,
)


def _due_accounts(collaboration: Collaboration, before: dt.date) -> QuerySet[User]:
    """Closed accounts of people who have had a role here, and whose time is over wherever else they had one."""
    today = timezone.localdate()
    due = User.objects.filter(
        is_active=False,
        is_service=False,
        pseudonymised_at__isnull=True,
        deactivated_at__lt=midnight(before),
        pk__in=collaboration.memberships.values("user_id"),
    )
    for other in Collaboration.objects.exclude(pk=collaboration.pk):
        limit = midnight(retention.before_for(other, ACCOUNTS, today))
        due = due.exclude(pk__in=other.memberships.filter(user__deactivated_at__gte=limit).values("user_id"))
    return due


def _pseudonymise(collaboration: Collaboration, ids: list[int]) -> None:
    """Take away who it was: what the person did stays, as a closed account's."""
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
        model.objects.filter(user_id__in=ids).delete()
    for own in (WorkLetter, WorkLetterChoice, CalendarKey, Notification, TopicChoice, SentMail):
        own.objects.filter(person_id__in=ids).delete()
    with translation.override(settings.LANGUAGE_CODE):
        for person in User.objects.filter(pk__in=ids):
            person.email = f"closed-{person.pk}@closed.invalid"
            person.name = ""
            person.function = gettext("closed account %(number)d") % {"number": person.pk}
            person.pseudonymised_at = timezone.now()
            person.set_unusable_password()
            person.save()


ACCOUNTS = retention.Kind(
    code="accounts",
    label=_("Closed accounts"),
    what_happens=_("Name, function and e-mail address are taken away. What the account did stays, without them."),
    default_days=365,
    most_days=730,
    law=_("No longer than it can be of use to know who it was."),
    due=_due_accounts,
    dated_by="deactivated_at",
    purge=_pseudonymise,
    held_by=lambda hold: Q(pk=int(hold.subject_id)) if hold.scope == "account" else Q(pk__in=[]),
)


def _due_letters(collaboration: Collaboration, before: dt.date) -> QuerySet[WorkLetter]:
    return WorkLetter.objects.filter(collaboration=collaboration, day__lt=before)


def _delete_letters(collaboration: Collaboration, ids: list[int]) -> None:
    WorkLetter.objects.filter(pk__in=ids).delete()


WORK_LETTERS = retention.Kind(
    code="work_letters",
    label=_("That somebody was sent a letter of what waited"),
    what_happens=_("It is deleted. The letters themselves are never kept; the log says how many were sent."),
    default_days=90,
    # Longer than the week in which nobody gets a second letter.
    least_days=14,
    most_days=365,
    due=_due_letters,
    dated_by="day",
    purge=_delete_letters,
)


def _due_calendar_keys(collaboration: Collaboration, before: dt.date) -> QuerySet[CalendarKey]:
    ended = Q(revoked_at__lt=midnight(before)) | Q(expires_on__lt=before)
    return CalendarKey.objects.filter(ended, collaboration=collaboration)


def _delete_calendar_keys(collaboration: Collaboration, ids: list[int]) -> None:
    CalendarKey.objects.filter(pk__in=ids).delete()


CALENDAR_KEYS = retention.Kind(
    code="calendar_keys",
    label=_("Addresses of calendars that no longer work"),
    what_happens=_("They are deleted. The log still says when they were made and revoked."),
    default_days=90,
    most_days=365,
    due=_due_calendar_keys,
    dated_by="created_at",
    purge=_delete_calendar_keys,
)


def _due_mails(collaboration: Collaboration, before: dt.date) -> QuerySet[SentMail]:
    """Those of the collaboration, and those about the accounts of people who have a role in it."""
    here = Q(collaboration=collaboration)
    accounts = Q(collaboration=None, person__in=collaboration.memberships.values("user_id"))
    return SentMail.objects.filter(here | accounts, at__lt=midnight(before))


def _delete_mails(collaboration: Collaboration, ids: list[int]) -> None:
    SentMail.objects.filter(pk__in=ids).delete()


SENT_MAILS = retention.Kind(
    code="sent_mails",
    label=_("Which letters were sent to whom"),
    what_happens=_("It is deleted. What stood in a letter was never kept."),
    default_days=90,
    least_days=14,
    most_days=365,
    due=_due_mails,
    dated_by="at",
    purge=_delete_mails,
)


def _due_news(collaboration: Collaboration, before: dt.date) -> QuerySet[Notification]:
    return Notification.objects.filter(collaboration=collaboration, happened_at__lt=midnight(before))


def _delete_news(collaboration: Collaboration, ids: list[int]) -> None:
    Notification.objects.filter(pk__in=ids).delete()


NEWS = retention.Kind(
    code="news",
    label=_("What was new for somebody"),
    what_happens=_("It is deleted, read or not. What it was about is kept for as long as its own rule says."),
    default_days=90,
    least_days=14,
    most_days=365,
    due=_due_news,
    dated_by="happened_at",
    purge=_delete_news,
)


def _accounts(collaboration: Collaboration) -> list[tuple[str, str]]:
    """The accounts that still say whose they are, those of systems left out."""
    named = set(User.objects.filter(is_service=False, pseudonymised_at__isnull=True).values_list("pk", flat=True))
    return [(str(pk), label) for pk, label in people_of(collaboration) if pk in named]


def _find_account(collaboration: Collaboration, text: str) -> tuple[str, str] | None:
    # The label is kept with the hold when the account has lost its name: it names the account by its number.
    known = dict(_accounts(collaboration))
    return (text, gettext("account %(number)s") % {"number": text}) if text in known else None


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    retention.register(LOG)
    retention.register(ACCOUNTS)
    retention.register(WORK_LETTERS)
    retention.register(CALENDAR_KEYS)
    retention.register(NEWS)
    retention.register(SENT_MAILS)
    retention.register_scope(
        retention.Scope(
            code=LOG_SCOPE, label=_("lines of the log"), find=lambda collaboration, text: ("", gettext("The log"))
        )
    )
    retention.register_scope(
        retention.Scope(code="account", label=_("an account"), find=_find_account, choices=_accounts)
    )
