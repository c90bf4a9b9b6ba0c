"""The rows of what waits for somebody: the page, one task of it, letters and the calendar."""

from __future__ import annotations

from partners import mailing
from partners.notifications.choices import choosable
from tests import factories as make
from tests.factories import plans as planned
from tests.promises.access_rows import Row, everybody, here, only, seen_by
from tests.world import World


def _key(world: World) -> None:
    make.CalendarKeyFactory(collaboration=world.here, person=world.people["police"], secret="a-secret")


def _choices(world: World) -> dict[str, str]:
    topics = {f"topic_{topic.key}": topic.default.value for topic in choosable()}
    return {"how_often": "daily", "language": "en", "quiet_from": "19", "quiet_until": "7", **topics}


def _told(world: World) -> None:
    """Something only the police are told of."""
    measure = planned.MeasureFactory(plan=planned.PlanFactory(area=world.west, number=1), state="ongoing")
    world.told = make.NotificationFactory(
        collaboration=world.here, person=world.people["police"], subject_id=measure.pk
    )


WORK: dict[str, Row] = {
    "my_work": Row(here()),
    # A task that does not wait: the page says so, to everybody alike.
    "my_task": Row(here(), args=lambda world: ["0123456789abcdef"]),
    "news": Row(here()),
    "mails_sent": Row(everybody(), is_outside=True),
    "mail_failures": Row(only("coordinator", "administrator")),
    "letter_preview": Row(here()),
    "news_read_all": Row(here(302), method="post"),
    "news_open": Row(seen_by("police", code=302), before=_told, args=lambda world: [world.told.pk]),
    "news_read": Row(seen_by("police", code=302), method="post", before=_told, args=lambda world: [world.told.pk]),
    "my_calendar": Row(here()),
    "my_calendar_make": Row(here(), method="post"),
    "my_calendar_revoke": Row(here(302), method="post"),
    "work_letter_rule": Row(only("coordinator", "administrator")),
    "work_letter_rule POST": Row(
        only("coordinator", "administrator", code=302), method="post", body=lambda world: {"weekday": "4", "hour": "8"}
    ),
    "work_letters_choose": Row(everybody(), is_outside=True),
    "work_letters_choose POST": Row(everybody(302), is_outside=True, method="post", body=_choices),
    "calendar_feed": Row(everybody(), is_outside=True, before=_key, args=lambda world: ["a-secret"]),
    "letters_stop": Row(everybody(), is_outside=True, args=lambda world: [mailing.stop_token(world.people["police"])]),
    "letters_stop POST": Row(
        everybody(),
        is_outside=True,
        method="post",
        args=lambda world: [mailing.stop_token(world.people["police"])],
        body=lambda world: {"List-Unsubscribe": "One-Click"},
    ),
}
