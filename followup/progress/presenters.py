"""What has been told, as pages, slots and the API show it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.measures.presenters import url_of
from action_plans.models import Measure
from followup.models import Course, ProgressNote
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


def note_row(note: ProgressNote) -> dict[str, Any]:
    """A note in the measure's line of time."""
    spent = []
    if note.hours:
        spent.append(_("%(number)s hours") % {"number": number_words(note.hours)})
    if note.cost_sek:
        spent.append(_("%(sum)s kronor") % {"sum": number_words(note.cost_sek)})
    return {
        "template": "followup/progress/_note.html",
        "on": note.on,
        "note": note,
        "tag": course_tag(note.course),
        "organisation": note.organisation.name,
        "part": note.part.text if note.part else "",
        "text": note.text,
        "spent": ", ".join(spent),
    }


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
