"""What has been told, as pages, slots and the API show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.measures.presenters import url_of
from action_plans.models import Commitment, Measure
from action_plans.rules import STILL_WRITTEN
from followup.models import Course, Obstacle, ProgressNote, ProofPhoto
from followup.progress.permissions import may_take_back
from ui.numbers import number_words

COURSE_TONES = {
    Course.AS_PLANNED: ("success", "arrow-right"),
    Course.HINDERED: ("warning", "minus"),
    Course.DONE: ("success", "check"),
}


def course_tag(course: str) -> dict[str, str]:
    """How it goes, as a tag: colour, word and symbol."""
    tone, symbol = COURSE_TONES[Course(course)]
    return {"text": str(Course(course).label), "tone": tone, "symbol": symbol}


def tell_url(measure: Measure) -> str:
    """The form in which somebody tells how a measure goes."""
    return reverse("progress_tell", args=[measure.collaboration.slug, measure.pk])


def part_url(part: Commitment) -> str:
    """The form in which somebody tells how a part goes."""
    return reverse("progress_tell_part", args=[part.collaboration.slug, part.number])


def dose_url(measure: Measure) -> str:
    """The form in which somebody says how much of what a measure is to give."""
    return reverse("dose_plan", args=[measure.collaboration.slug, measure.pk])


def spent_words(hours: int | None, cost_sek: int | None) -> str:
    """Hours and kronor in words, of what there is."""
    spent = []
    if hours:
        spent.append(ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": number_words(hours)})
    if cost_sek:
        spent.append(_("%(sum)s kronor") % {"sum": number_words(cost_sek)})
    return ", ".join(spent)


def note_row(user: Any, note: Any) -> dict[str, Any]:
    """A note in the measure's line of time; it comes from `queries.notes_of`."""
    obstacle: Obstacle | None = getattr(note, "obstacle", None)
    return {
        "template": "followup/progress/_note.html",
        "on": note.on,
        "note": note,
        "tag": course_tag(note.course),
        "organisation": note.organisation.name,
        "part": note.part.text if note.part else "",
        "text": note.text,
        "spent": spent_words(note.hours, note.cost_sek),
        "doses": [f"{done.dose.name}: {number_words(done.amount)}" for done in note.doses.all()],
        "obstacle": obstacle_words(obstacle) if obstacle is not None else "",
        "photos": [photo_row(user, photo, note, number) for number, photo in enumerate(note.photos_shown, start=1)],
    }


def photo_row(user: Any, photo: ProofPhoto, note: ProgressNote, number: int) -> dict[str, Any]:
    """A photo with its address and a text for those who do not see it."""
    slug = note.measure.collaboration.slug
    return {
        "photo": photo,
        "url": reverse("proof_photo", args=[slug, photo.pk]),
        "alt": _("Photo %(number)s of what %(organisation)s told %(day)s")
        % {"number": number, "organisation": note.organisation.name, "day": date_format(note.on, "j F Y")},
        "remove_url": reverse("proof_remove", args=[slug, photo.pk]) if may_take_back(user, photo) else "",
    }


def photo_words() -> dict[str, str]:
    """The sentences the page's script says while photos are chosen."""
    return {
        "photo_most": _("There is room for three photos each time. Choose the ones that show most."),
        "photo_working": _("Making the photo smaller …"),
        "photo_unreadable": _(
            "The photo could not be read on this device. Take it again, or choose one in JPEG, PNG or WebP."
        ),
        "photo_chosen": _("Photo {number} that you have chosen"),
        "photo_remove": _("Remove"),
    }


# --- Obstacles, dose, time and money ----------------------------------------------------------------------------------


def obstacle_words(obstacle: Obstacle) -> str:
    """What hinders or hindered, and between which days."""
    words = {
        "what": capfirst(obstacle.get_code_display()),
        "since": date_format(obstacle.since, "j F Y"),
        "until": date_format(obstacle.resolved_on, "j F Y") if obstacle.resolved_on else "",
    }
    if obstacle.resolved_on:
        return _("%(what)s since %(since)s, out of the way %(until)s") % words
    return _("%(what)s since %(since)s") % words


def obstacle_row(obstacle: Obstacle, *, may_resolve: bool, today: dt.date) -> dict[str, Any]:
    """An obstacle that still stands in the way."""
    days = (today - obstacle.since).days
    return {
        "what": capfirst(obstacle.get_code_display()),
        "since": obstacle.since,
        "days": ngettext("%(number)s day", "%(number)s days", days) % {"number": number_words(days)},
        "organisation": obstacle.note.organisation.name,
        "text": obstacle.note.text,
        "url": reverse("obstacle_resolve", args=[obstacle.measure.collaboration.slug, obstacle.pk])
        if may_resolve
        else "",
    }


def bar(name: str, done: int, planned: int | None, *, unit: str = "") -> dict[str, Any]:
    """Planned against done: the words, and how long the bar is. More than planned fills it."""
    words = {"done": number_words(done), "planned": number_words(planned or 0), "unit": unit}
    if planned:
        text = _("%(done)s of %(planned)s %(unit)s") % words
    else:
        text = _("%(done)s %(unit)s, nothing was reckoned with") % words
    return {
        "name": capfirst(name),
        "text": " ".join(text.split()).replace(" ,", ","),
        "percent": min(100, round(100 * done / planned)) if planned else None,
        "is_more": bool(planned) and done > (planned or 0),
    }


def bars(measure: Measure, doses: Sequence[Any], spent: tuple[int, int]) -> list[dict[str, Any]]:
    """How far a measure has come in what was planned of it, in hours and in money.

    Of one that is over, what nobody has told of is unknown and not nothing.
    """
    hours, cost = spent
    rows = [(dose.name, dose.number_done, dose.planned, "") for dose in doses]
    if hours or measure.hours:
        rows.append((_("working hours"), hours, measure.hours, ""))
    if cost or measure.cost_sek:
        rows.append((_("cost"), cost, measure.cost_sek, _("kronor")))
    is_over = measure.state not in STILL_WRITTEN
    return [
        _untold(name, planned, unit) if is_over and planned and not done else bar(name, done, planned, unit=unit)
        for name, done, planned, unit in rows
    ]


def _untold(name: str, planned: int, unit: str) -> dict[str, Any]:
    words = _("%(planned)s %(unit)s planned, nothing reported")
    text = " ".join((words % {"planned": number_words(planned), "unit": unit}).split())
    return {"name": capfirst(name), "text": text, "percent": None, "is_more": False}


# --- Silence ----------------------------------------------------------------------------------------------------------


def silent_words(measure: Any, today: dt.date) -> str:
    """Since when nobody has told anything of a measure that comes from `queries.silent_among`."""
    last = timezone.localdate(measure.last_news_at)
    number = (today - last).days
    return ngettext(
        "No news since %(day)s: %(number)s day.", "No news since %(day)s: %(number)s days.", number
    ) % {"day": date_format(last, "j F Y"), "number": number_words(number)}  # fmt: skip


def silent_row(measure: Measure, today: dt.date) -> dict[str, Any]:
    """A silent measure in a list."""
    return {"title": measure.title, "url": url_of(measure), "text": silent_words(measure, today)}
