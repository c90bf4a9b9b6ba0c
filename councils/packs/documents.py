"""What a pack says: the council's page, the pictures in short, the plans in force, the questions and the whole ledger.

All of it is gathered for `reader.council_reader`. Each number says what it counts; the writers put that at the number,
at the end and in the notes of its slide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from action_plans.commitments.presenters import said
from action_plans.models import PlanVersion
from action_plans.papers.documents import plan_document as plan_paper
from analysis.periods import parse
from councils.dashboard import paper, presenters, work
from councils.dashboard.facts import DAYS_BACK, AreaFacts, CouncilFacts, council_facts
from councils.models import Escalation, Meeting
from councils.packs.reader import council_reader
from documents import model
from followup.models import Headline
from partners.looks import notice_words
from partners.models import Collaboration
from situational_picture import presenters as pictures_told
from situational_picture.models import Picture
from situational_picture.period_names import period_short_name
from situational_picture.selecting import figures_for
from ui.numbers import number_words

Blocks = Iterator[model.Block]
# The ledger names so many lines; the rest is counted.
MOST_LINES = 60
# A picture in short names so many categories.
FEW = 3
_NONE = "–"
_KINDS = (Picture.PeriodKind.WEEK, Picture.PeriodKind.MONTH, Picture.PeriodKind.TERTIAL)


def council_document(collaboration: Collaboration, *, meeting: Meeting | None, now: dt.datetime) -> model.Document:
    """What the council is given, for a meeting or as of today."""
    reader, today = council_reader(collaboration), timezone.localdate(now)
    facts = council_facts(reader, collaboration, today)
    day = timezone.localdate(meeting.starts_at) if meeting else today
    return model.Document(
        title=_("Material for the management council %(day)s") % {"day": _long(day)},
        language=get_language() or "sv",
        made_at=now,
        eyebrow=" · ".join([_("Frozen pack"), collaboration.name, *([str(meeting.group)] if meeting else [])]),
        lead=_lead(facts),
        author=f"EST {collaboration.name}",
        notice=notice_words(collaboration),
        footer=_footer(collaboration.name, now),
        blocks=tuple(_council_blocks(reader, collaboration, facts, now)),
        definitions=tuple(_of_marks(collaboration)),
    )


def _lead(facts: CouncilFacts) -> str:
    """How much waits, and from which day what stands here is."""
    ledger = _("The ledger as it stood %(day)s.") % {"day": _long(facts.ledger_on)}
    frozen = _("The latest picture was published %(day)s.") % {"day": _long(facts.frozen_on)} if facts.frozen_on else ""
    return " ".join(filter(None, [f"{presenters.heading(facts)}.", frozen, ledger]))


def plan_document(version: PlanVersion, *, address: str, now: dt.datetime) -> model.Document:
    """A decided version as the council reads it. What it says is the paper of the plan."""
    collaboration = version.plan.collaboration
    told = plan_paper(council_reader(collaboration), version.plan, version, address=address)
    return replace(
        told,
        made_at=now,
        eyebrow=" · ".join([_("Frozen pack"), told.eyebrow]),
        footer=_footer(told.footer.rstrip("."), now),
        definitions=(*told.definitions, *_of_marks(collaboration)),
    )


def _footer(what: str, now: dt.datetime) -> str:
    local = timezone.localtime(now)
    return _("%(what)s. Frozen %(day)s at %(time)s, as the management council may read it.") % {
        "what": what,
        "day": _long(local.date()),
        "time": f"{local:%H:%M}",
    }


def _of_marks(collaboration: Collaboration) -> Iterator[model.Definition]:
    yield model.Definition(
        _("Protected"),
        _("Counts from 1 to %(limit)s are not shown, nor others from which they could be worked out. It is not zero.")
        % {"limit": collaboration.protect_counts_up_to},
    )


# --- The council ------------------------------------------------------------------------------------------------------


def _council_blocks(reader: Any, collaboration: Collaboration, facts: CouncilFacts, now: dt.datetime) -> Blocks:
    yield model.Heading(_("Five answers"))
    yield from paper.answer_blocks(facts)
    yield from _defined(paper.promise_blocks(facts), _of_promises(facts))
    yield from paper.decision_blocks(facts)
    yield from _questions(reader, collaboration, facts.today)
    yield from _defined(paper.area_blocks(facts), _of_areas(facts))
    yield from _pictures(reader, facts)
    yield from _plans(reader, collaboration, facts.today)
    yield from _ledger(reader, collaboration, facts, now)
    yield from _evaluations(facts)
    yield model.Heading(_("Decided with something missing"))
    yield model.Text(presenters.override_words(facts))


def _defined(blocks: Iterable[model.Block], definitions: dict[str, model.Definition]) -> Blocks:
    """The same blocks, with a definition at each column that has one."""
    for block in blocks:
        if isinstance(block, model.Table):
            columns = (replace(one, definition=definitions.get(one.label)) for one in block.columns)
            block = replace(block, columns=tuple(columns))
        yield block


def _of_promises(facts: CouncilFacts) -> dict[str, model.Definition]:
    time = _("Due during the %(days)s days before %(day)s, as the ledger stood then.") % {
        "days": DAYS_BACK,
        "day": _long(facts.ledger_on),
    }
    until = _("The ledger as it stood %(day)s.") % {"day": _long(facts.ledger_on)}
    texts = {
        "open": (_("Requests nobody has answered, and promises that nobody has said are kept or broken."), until),
        "kept": (_("Promises whose owner has said that they are kept."), time),
        "late": (_("Promises whose day has passed, and of which the owner has not said how it went."), until),
        "not_kept": (_("Promises whose owner has said that they are not kept."), time),
        "declined": (_("Requests that were answered with no."), time),
    }
    labels = {key: label for key, (label, _list) in presenters.organisation_columns().items()}
    return {labels[key]: model.Definition(labels[key], text, when) for key, (text, when) in texts.items()}


def _of_areas(facts: CouncilFacts) -> dict[str, model.Definition]:
    frozen = _("The latest picture was published %(day)s.") % {"day": _long(facts.frozen_on)} if facts.frozen_on else ""
    today = _("As of %(day)s.") % {"day": _long(facts.today)}
    named = [
        (
            _("The year beside what was expected"),
            _("Periods of the latest published year with events outside the range expected from the years before."),
            frozen,
        ),
        (
            _("Reporting"),
            _("Units that had reported, or said that there was nothing to report, of those expected to."),
            frozen,
        ),
        (_("Measures"), _("Decided measures of plans that have not ended."), today),
        (_("Problems"), _("Problems that are not closed, by how far the work with them has come."), today),
    ]  # fmt: skip
    return {label: model.Definition(label, text, time) for label, text, time in named}


def _questions(reader: Any, collaboration: Collaboration, today: dt.date) -> Blocks:
    """What one level has asked another, and nobody has answered."""
    yield model.Heading(_("Open questions between the levels"))
    rows = list(
        Escalation.objects.visible_to(reader)
        .open()
        .filter(collaboration=collaboration)
        .select_related("from_group", "to_group", "area")
        .order_by("answer_by", "number")
    )
    if not rows:
        yield model.Text(_("No question waits for an answer."))
        return
    labels = (
        pgettext("column of numbers", "No."), pgettext("of a question", "From"), pgettext("of a promise", "To"),
        _("Question"), _("Recommended decision"), _("Answer by"),
    )  # fmt: skip
    yield _table(
        _("Open questions between the levels"),
        labels,
        [
            (
                model.Cell(f"E{one.number}"),
                model.Cell(" · ".join([one.from_group.name, *([one.area.name] if one.area else [])])),
                model.Cell(one.to_group.name),
                model.Cell(said(one.question)),
                model.Cell(said(one.recommended_decision) or _NONE),
                model.dated(one.answer_by),
            )
            for one in rows
        ],
    )


def _pictures(reader: Any, facts: CouncilFacts) -> Blocks:
    """Of each area its newest published picture in short, and the year it shows as a chart with its numbers."""
    yield model.Heading(_("The published pictures in short"))
    newest = (
        Picture.objects.visible_to(reader)
        .filter(area__in=[area.pk for area in facts.areas], status=Picture.Status.PUBLISHED)
        .filter(figures__isnull=False, period_kind__in=_KINDS, period_start__lte=facts.today)
        .select_related("area", "collaboration")
        .order_by("area_id", "-period_end", "-version")
        .distinct("area_id")
    )
    pictures = {one.area_id: one for one in newest}
    if not pictures:
        yield model.Text(_("No picture has been published."))
        return
    events = model.Definition(
        _("Events"),
        _(
            "Reviewed reports of events in the picture's period. Conditions, forecasts and positive observations are "
            "not counted."
        ),
        _("The period of each picture, as it was published."),
    )
    expected = model.Definition(
        _("Expected"), _("The range most periods would lie in if nothing had changed since the years before.")
    )
    columns = (
        model.Column(_("Area")), model.Column(_("Period")), model.Column(_("Events"), True, events),
        model.Column(_("Expected"), True, expected), model.Column(_("Judgement")), model.Column(_("Published")),
        model.Column(_("Most out of range")),
    )  # fmt: skip
    yield model.Table(
        _("The published pictures in short"),
        columns,
        tuple(_picture_row(reader, area.name, pictures.get(area.pk)) for area in facts.areas),
    )
    told = {row["slug"]: row["trend"] for row in presenters.area_rows(facts)}
    for area in facts.areas:
        if area.trend is not None and len(area.trend.periods) > 1:
            yield model.Heading(area.name, 3)
            yield _year(area, f"{told[area.slug]['text']}: {told[area.slug]['note']}")


def _picture_row(reader: Any, name: str, picture: Picture | None) -> tuple[model.Cell, ...]:
    if picture is None:
        return (model.Cell(name), *(model.Cell(_NONE),) * 6)
    figures = figures_for(reader, picture)
    total = pictures_told.figure(figures["total"])
    outside = [row for row in pictures_told.category_rows(figures) if row["is_judged"] and row["tone"] != "neutral"]
    published = timezone.localdate(picture.published_at) if picture.published_at else None
    return (
        model.Cell(name),
        model.Cell(period_short_name(picture.period)),
        model.counted_of(total["count"]),
        model.Cell(total["expected"] or _NONE),
        model.Cell(total["judgement"]),
        model.dated(published),
        model.Cell("; ".join(f"{row['name']}: {row['judgement']}" for row in outside[:FEW]) or _NONE),
    )


def _year(area: AreaFacts, words: str) -> model.LineChart:
    trend = area.trend
    assert trend is not None
    periods = [parse(code) for code in trend.periods]
    first, last = periods[0].start, periods[-1].last_day
    days = _("%(first)s to %(last)s") % {"first": _long(first), "last": _long(last)}
    time = _("%(days)s, published %(day)s.") % {"days": days, "day": _long(trend.published_on)}
    return model.LineChart(
        alt=_("Events in %(area)s from %(days)s. %(words)s.") % {"area": area.name, "days": days, "words": words},
        days=tuple(one.start for one in periods),
        observed=tuple(model.PROTECTED if value == model.PROTECTED else value for value in trend.observed),  # type: ignore[misc]
        lower=trend.lower,
        upper=trend.upper,
        observed_name=_("Events"),
        range_name=_("Expected"),
        definition=model.Definition(
            _("Events in %(area)s") % {"area": area.name},
            _("Reviewed reports of events, one number for each period, beside the range that was to be expected."),
            time,
        ),
    )


def _plans(reader: Any, collaboration: Collaboration, today: dt.date) -> Blocks:
    """The version in force of each plan whose period is not over."""
    yield model.Heading(_("Plans in force"))
    newest = (
        PlanVersion.objects.visible_to(reader)
        .filter(collaboration=collaboration, plan__last_day__gte=today)
        .select_related("plan__area", "decided_by_group")
        .order_by("plan_id", "-number")
        .distinct("plan_id")
    )
    rows = sorted(newest, key=lambda one: (one.plan.area.sort_key, one.plan.number))
    if not rows:
        yield model.Text(_("No plan has been decided."))
        return
    time = _("As of %(day)s.") % {"day": _long(today)}
    measures = model.Definition(_("Measures"), _("Measures that stand in the decided version."), time)
    goals = model.Definition(_("Goals"), _("Goals that stand in the decided version."), time)
    columns = (
        model.Column(_("Plan")), model.Column(_("Area")), model.Column(_("Version"), True),
        model.Column(_("Decided by")), model.Column(_("Decided on")), model.Column(_("Ends")),
        model.Column(_("Goals"), True, goals), model.Column(_("Measures"), True, measures),
    )  # fmt: skip
    yield model.Table(_("Plans in force"), columns, tuple(map(_plan_row, rows)))


def _plan_row(version: PlanVersion) -> tuple[model.Cell, ...]:
    about = version.content["plan"]
    return (
        model.Cell(f"{about['code']} {about['title']}"),
        model.Cell(about["area"]),
        model.counted(version.number),
        model.Cell(version.decided_by_group.name),
        model.dated(version.decided_on),
        model.dated(dt.date.fromisoformat(about["last_day"])),
        model.counted(len(version.content["goals"])),
        model.counted(len(version.content["measures"])),
    )


def _ledger(reader: Any, collaboration: Collaboration, facts: CouncilFacts, now: dt.datetime) -> Blocks:
    """Every line that is broken, late, declined or open, by name."""
    yield model.Heading(_("The ledger"))
    listed: dict[int, str] = {}
    words = {
        "broken": pgettext("promises", "Broken"), "late": pgettext("promises", "Late"),
        "declined": pgettext("promises", "Declined"), "open": pgettext("promises", "Open"),
    }  # fmt: skip
    for which, word in words.items():
        for pk in work.promises_listed(reader, collaboration, now, which=which):
            listed.setdefault(pk, str(word))
    if not listed:
        yield model.Text(_("No request and no promise waits or was broken."))
        return
    shown = list(listed)[:MOST_LINES]
    things = work.promise_things(reader, collaboration, shown, now)
    words_of = {f"commitment-{pk}": listed[pk] for pk in shown}
    labels = (
        pgettext("column of numbers", "No."), pgettext("of a promise", "State"), _("Promised by"), _("What"), _("Area"),
        _("Due"), pgettext("of a promise", "To"),
    )  # fmt: skip
    left = len(listed) - len(shown)
    yield _table(
        _("The ledger"),
        labels,
        [
            (
                model.Cell(one.name),
                model.Cell(words_of[one.about]),
                model.Cell(one.organisation),
                model.Cell(one.title),
                model.Cell(one.area),
                model.dated(one.due_on),
                model.Cell(one.asked_by),
            )
            for one in things
        ],
        note=_("And %(number)s more in the system.") % {"number": number_words(left)} if left else "",
    )


def _evaluations(facts: CouncilFacts) -> Blocks:
    """What has been evaluated, and what it said."""
    yield model.Heading(_("What has worked?"))
    if not facts.evaluations:
        yield model.Text(_("No evaluation has been adopted."))
        return
    yield _table(
        _("Adopted evaluations"),
        (pgettext("column of numbers", "No."), _("What"), _("Area"), _("Result"), _("By the numbers")),
        [
            tuple(
                model.Cell(text)
                for text in (
                    one.thing.name,
                    one.thing.title,
                    one.thing.area,
                    _("%(result)s; a later count turned it") % {"result": one.thing.note}
                    if one.has_turned
                    else one.thing.note,
                    capfirst(str(Headline(one.headline).label)) if one.headline else _NONE,
                )
            )
            for one in facts.evaluations
        ],
    )


def _long(day: dt.date | None) -> str:
    return date_format(day, "j F Y") if day else _NONE


def _table(
    caption: str, labels: Sequence[str], rows: Sequence[tuple[model.Cell, ...]], *, note: str = ""
) -> model.Table:
    return model.Table(caption, tuple(map(model.Column, labels)), tuple(rows), note)
