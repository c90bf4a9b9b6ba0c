"""Who gets what at every address: `ACCESS[route][persona]`, with a method and a valid body for each route.

A new route needs a row here, or `test_access.py` fails. A route that takes both GET and POST has two rows, the second
one called "<route> POST". `anonymous` and `deactivated` stand in no row: they get the sign-in page, in the API 401,
everywhere but on the routes in PUBLIC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from partners.models import Organisation
from partners.roles import Role
from tests import factories as make
from tests.world import PEOPLE, World

HERE = [who for who in PEOPLE if who != "stranger"]


@dataclass(frozen=True)
class Row(Mapping[str, int]):
    """One route: where it is, how it is asked, and what each persona gets."""

    answers: dict[str, int]
    # The address's arguments after the collaboration's short name (or all of them, where `is_outside`).
    args: Callable[[World], Iterable[Any]] = lambda world: ()
    method: str = "get"
    body: Callable[[World], dict[str, Any]] | None = None
    query: str = ""
    # The address stands outside the collaborations.
    is_outside: bool = False
    is_api: bool = False
    # Makes what the address speaks of, when the world does not have it.
    before: Callable[[World], None] | None = None

    def __getitem__(self, who: str) -> int:
        return self.answers[who]

    def __iter__(self) -> Any:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)


def everybody(code: int = 200) -> dict[str, int]:
    """The same for all, also for those from another collaboration."""
    return dict.fromkeys(PEOPLE, code)


def here(code: int = 200, **others: int) -> dict[str, int]:
    """The same for all who take part; it does not exist for the stranger."""
    return {**dict.fromkeys(HERE, code), "stranger": 404, **others}


def only(*who: str, code: int = 200, others: int = 403) -> dict[str, int]:
    """These get in, the others who take part are told why not; it does not exist for the stranger."""
    return {**here(others), **dict.fromkeys(who, code)}


def seen_by(*who: str, code: int = 200) -> dict[str, int]:
    """These see it; for all others it does not exist."""
    return {**everybody(404), **dict.fromkeys(who, code)}


def _membership(world: World, who: str) -> Any:
    return world.people[who].memberships.get()


def _group(world: World) -> None:
    world.group = make.GroupFactory(collaboration=world.here, name="Beredningsgruppen")
    world.seat = make.GroupMemberFactory(group=world.group, membership=_membership(world, "police"))


def _token(world: World) -> None:
    membership = make.MembershipFactory(
        organisation=world.housing, role=Role.SECURITY_LEAD, user=make.UserFactory(is_service=True)
    )
    world.token = make.ApiTokenFactory(membership=membership)


def _closed_account(world: World) -> None:
    world.closed = make.UserFactory(is_active=False)
    make.MembershipFactory(user=world.closed, organisation=world.housing, role=Role.REPORTER)


ROLE = {"role": Role.ANALYST, "unit": "", "valid_to": ""}

PARTNERS: dict[str, Row] = {
    "people": Row(here()),
    "person_new": Row(only("administrator")),
    "person_new POST": Row(
        only("administrator", code=302),
        method="post",
        body=lambda world: {
            "email": "ny@example.org",
            "function": "väktare",
            "name": "",
            "organisation": world.housing.pk,
            **ROLE,
            "unit": world.unit.pk,
        },
    ),
    "person_detail": Row(
        seen_by("reporter", "security_lead", "administrator"), args=lambda world: [world.people["reporter"].pk]
    ),
    "person_change": Row(
        {**seen_by("administrator"), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
    ),
    "person_change POST": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
        method="post",
        body=lambda world: {"function": "fastighetsskötare", "name": "Kim"},
    ),
    "person_deactivate": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
        method="post",
    ),
    "person_reactivate": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        before=_closed_account,
        args=lambda world: [world.closed.pk],
        method="post",
    ),
    "role_new": Row(
        {**seen_by("administrator"), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
    ),
    "role_new POST": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
        method="post",
        body=lambda world: {"organisation": world.housing.pk, **ROLE},
    ),
    "role_change": Row(
        {**seen_by("administrator"), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
    ),
    "role_change POST": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
        method="post",
        body=lambda world: ROLE,
    ),
    "role_end": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
        method="post",
    ),
    "invitation_send": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
        method="post",
    ),
    "role_areas": Row(
        {**seen_by("administrator"), "security_lead": 403, "reporter": 403},
        args=lambda world: [_membership(world, "security_lead").pk],
    ),
    "role_areas POST": Row(
        {**seen_by("administrator", code=302), "security_lead": 403, "reporter": 403},
        args=lambda world: [_membership(world, "security_lead").pk],
        method="post",
        body=lambda world: {"areas": [world.west.pk, world.east.pk]},
    ),
    "group_areas": Row(only("coordinator", "administrator"), before=_group, args=lambda world: [world.group.pk]),
    "group_areas POST": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.group.pk],
        method="post",
        body=lambda world: {"areas": [world.west.pk]},
    ),
    "organisation_list": Row(here()),
    "organisation_new": Row(only("administrator")),
    "organisation_new POST": Row(
        only("administrator", code=302),
        method="post",
        body=lambda world: {"name": "Räddningstjänsten", "kind": Organisation.Kind.RESCUE},
    ),
    "organisation_change": Row(only("administrator"), args=lambda world: [world.housing.pk]),
    "organisation_change POST": Row(
        only("administrator", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"name": "Bostadsbolaget", "kind": Organisation.Kind.HOUSING, "is_active": "on"},
    ),
    "organisation_sharing": Row(only("security_lead"), args=lambda world: [world.housing.pk]),
    "organisation_sharing POST": Row(
        only("security_lead", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"sharing": Organisation.Sharing.COUNTS},
    ),
    "unit_new": Row(only("administrator"), args=lambda world: [world.housing.pk]),
    "unit_new POST": Row(
        only("administrator", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"name": "Distrikt Öst"},
    ),
    "unit_change": Row(only("administrator"), args=lambda world: [world.unit.pk]),
    "unit_change POST": Row(
        only("administrator", code=302),
        args=lambda world: [world.unit.pk],
        method="post",
        body=lambda world: {"name": "Distrikt Norr", "is_active": "on"},
    ),
    "group_list": Row(here()),
    "group_new": Row(only("coordinator", "administrator")),
    "group_new POST": Row(
        only("coordinator", "administrator", code=302),
        method="post",
        body=lambda world: {"name": "Chefsamrådet", "level": "strategic"},
    ),
    "group_detail": Row(here(), before=_group, args=lambda world: [world.group.pk]),
    "group_change": Row(only("coordinator", "administrator"), before=_group, args=lambda world: [world.group.pk]),
    "group_change POST": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.group.pk],
        method="post",
        body=lambda world: {"name": "Beredningen", "level": "operative", "is_active": "on"},
    ),
    "seat_new": Row(only("coordinator", "administrator"), before=_group, args=lambda world: [world.group.pk]),
    "seat_new POST": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.group.pk],
        method="post",
        body=lambda world: {
            "membership": _membership(world, "security_lead").pk,
            "deputy": "",
            "valid_from": "2026-01-01",
            "valid_to": "",
        },
    ),
    "seat_end": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.seat.pk],
        method="post",
    ),
    "token_list": Row(only("administrator"), before=_token),
    "token_new": Row(only("administrator")),
    # The key is shown at once on the page that answers, so success is 200.
    "token_new POST": Row(
        only("administrator"),
        method="post",
        body=lambda world: {
            "name": "ärendesystemet",
            "organisation": world.housing.pk,
            "role": Role.REPORTER,
            "expires_on": "2027-06-01",
        },
    ),
    "token_revoke": Row(
        only("administrator", code=302), before=_token, args=lambda world: [world.token.pk], method="post"
    ),
    "log": Row(only("data_protection", "administrator")),
    "my_access": Row(here()),
}

PLATFORM: dict[str, Row] = {
    "start": Row(everybody(302), is_outside=True),
    "health": Row(everybody(), is_outside=True),
    "ready": Row(everybody(), is_outside=True),
    "account": Row(everybody(), is_outside=True),
    "account_email": Row(everybody(403), is_outside=True),
    "set_language": Row(everybody(302), is_outside=True, method="post", body=lambda world: {"language": "en"}),
    "gallery": Row(everybody(), is_outside=True),
    "gallery_figure": Row(everybody(), is_outside=True),
    "gallery_map": Row(everybody(), is_outside=True, args=lambda world: ["areas"]),
    "gallery_progress": Row(everybody(), is_outside=True),
    "choose_language": Row(everybody(302), is_outside=True, method="post", body=lambda world: {"language": "en"}),
    "choose_color_scheme": Row(everybody(302), is_outside=True, method="post", body=lambda world: {"scheme": "dark"}),
}

ACCESS: dict[str, Row] = {**PLATFORM, **PARTNERS}

# allauth's own pages, the same for everybody who is signed in; `test_sign_in_pages.py` goes through them.
SIGN_IN_PREFIXES = ("account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_")

# Whoever is not signed in reaches these, and nothing else.
PUBLIC = {
    "health",
    "ready",
    "choose_language",
    "choose_color_scheme",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "mfa_authenticate",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "openid_connect_login",
    "openid_connect_callback",
}
