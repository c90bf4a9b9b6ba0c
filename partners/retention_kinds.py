"""What this room keeps for a time: the log, and the accounts of people who have left."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import keep_from, purge_events
from audit.models import Event
from partners import retention
from partners.log import midnight
from partners.models import Collaboration, User


def _log_before(before: dt.date) -> dt.date:
    """A day's seal covers every collaboration's lines, so a day goes when no collaboration needs it any longer."""
    today = timezone.localdate()
    others = [retention.before_for(one, LOG, today) for one in Collaboration.objects.all()]
    return min([before, *others])


def _due_lines(collaboration: Collaboration, before: dt.date) -> QuerySet[Event]:
    return Event.objects.filter(collaboration_id=collaboration.pk, at__lt=midnight(_log_before(before)))


def _purge_lines(collaboration: Collaboration, ids: list[int]) -> None:
    purge_events(ids, _log_before(retention.before_for(collaboration, LOG, timezone.localdate())))


LOG = retention.Kind(
    code="log",
    label=_("The log"),
    what_happens=_("Lines go a whole day at a time, when no collaboration needs the day any longer. The seals stay."),
    default_days=1826,
    least_days=731,
    law=_("At least two years; five are recommended."),
    due=_due_lines,
    dated_by="at",
    purge=_purge_lines,
    begin=lambda collaboration, before: keep_from(_log_before(before)),
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
)


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    retention.register(LOG)
    retention.register(ACCOUNTS)
