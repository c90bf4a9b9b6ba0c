"""An evaluation as PDF, Word and Excel: the finding first, then why, the numbers, how it was planned, and its limits.

Numbers are told by `numbers.Telling`, as on the page, so that nobody reads more here than there. Names come from
`content.py`: of an adopted evaluation everything but the counts made since, which stand last, is as it was frozen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from action_plans.evaluating.presenters import kept_words
from action_plans.goals.telling import viewer_of
from action_plans.measures.presenters import fixed_on_words, said_rows
from documents import excel, model, pdf, word
from followup.evaluations import charts, presenters
from followup.evaluations.computing import AFTER, BEFORE
from followup.evaluations.content import Content, kept_or_now
from followup.evaluations.numbers import Telling
from followup.models import Evaluation, Lesson
from partners.looks import look_of, notice_words
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words

Blocks = Iterator[model.Block]
Row = Mapping[str, Any]
_NONE = "–"
CHART_MM = 58
# What a document is set closer for; with the months it has one more.
PAGES = 2


def evaluation_pdf(user: Any, evaluation: Evaluation, *, address: str) -> bytes:
    """The evaluation as PDF, as this user may see it. `address` is where its page is."""
    document = evaluation_document(user, evaluation, address=address)
    # The circle reads the months too.
    has_months = any(isinstance(block, model.LineChart) for block in document.blocks)
    return pdf.write(document, wanted_pages=PAGES + has_months, look=_look_of(evaluation))


def evaluation_word(user: Any, evaluation: Evaluation, *, address: str) -> bytes:
    """The same as a Word file."""
    return word.write(evaluation_document(user, evaluation, address=address), look=_look_of(evaluation))


def evaluation_excel(user: Any, evaluation: Evaluation, *, address: str) -> bytes:
    """The same as an Excel workbook, each table on a sheet of its own."""
    return excel.write(evaluation_document(user, evaluation, address=address), look=_look_of(evaluation))


def _look_of(evaluation: Evaluation) -> model.Look | None:
    """What is adopted keeps the look it was adopted in."""
    return look_of(evaluation.collaboration_id, evaluation.adopted_at)


def evaluation_document(user: Any, evaluation: Evaluation, *, address: str) -> model.Document:
    """What the document says to this reader."""
    content = kept_or_now(evaluation)
    told = _Told(evaluation, content, viewer_of(user, evaluation.plan), address)
    checks = list(evaluation.checks.all())
    said_last = checks[-1].computed_at if checks else evaluation.adopted_at
    return model.Document(
        title=told.numbers.heading(evaluation.headline, presenters.subject_of(evaluation)),
        language=get_language() or "sv",
        # What an adopted one says was fixed then, and added to by each count since.
        made_at=(said_last if evaluation.adopted_at else evaluation.computed_at) or timezone.now(),
        eyebrow=" · ".join(
            [_("Evaluation"), content["collaboration"], content["area"], str(evaluation), told.version_words()]
        ),
        lead=told.numbers.sentences(),
        author=f"EST {content['collaboration']}",
        notice=notice_words(evaluation.collaboration),
        footer=f"{evaluation}, {told.version_words()}. {told.readers()}",
        watermark="" if evaluation.adopted_at else _("Draft"),
        blocks=tuple(told.blocks()),
    )


class _Told:
    """One evaluation on its way into a document."""

    def __init__(self, evaluation: Evaluation, content: Content, viewer: str, address: str) -> None:
        self.evaluation, self.content, self.viewer, self.address = evaluation, content, viewer, address
        self.numbers = Telling(evaluation.figures, viewer)
        self.in_circle = viewer == CIRCLE
        self.checks = presenters.check_rows(evaluation, viewer)

    def version_words(self) -> str:
        """Whether anybody has adopted it, and who."""
        if self.evaluation.adopted_at is None:
            return _("draft, not adopted")
        return _("adopted by %(group)s on %(day)s") % {"group": self._group(), "day": _day(self.evaluation.adopted_at)}

    def _group(self) -> str:
        group = self.evaluation.adopted_by_group
        return self.content["group"] or (group.name if group else "")

    def readers(self) -> str:
        if not self.in_circle:
            return _("Small counts are protected.")
        return _("For the partners who work in the area: small counts are shown. Do not pass it on.")

    def blocks(self) -> Blocks:
        yield from self._short()
        yield from self._picture()
        yield from self._answers()
        yield from self._why()
        yield from self._numbers()
        yield from self._cannot_tell()
        yield from self._planned()
        yield from self._judgement()
        yield from self._learnt()
        yield from self._since()
        yield from self._about()
        yield from self._months()

    # --- The finding --------------------------------------------------------------------------------------------------

    def _short(self) -> Blocks:
        if self.evaluation.adopted_at is None:
            yield model.Notice(
                _("No group has adopted it. Its numbers are computed anew as reports come in."),
                "warning",
                _("This is a draft"),
            )
        yield model.Facts(tuple(self._facts()))
        if len(self.content["measures"]) > 1:
            yield model.Notice(
                _(
                    "They were carried out at the same place at the same time, so nobody can say which of them did "
                    "what."
                ),
                "info",
                _("These measures can only be evaluated together"),
            )

    def _answers(self) -> Blocks:
        """What is asked next: whether the problem moved, and whether what was decided was done."""
        done = capfirst(self.evaluation.get_done_as_planned_display()) or _("The group has not said.")
        rows = [(_("Did the problem move?"), self.numbers.moved()), (_("Was it done as planned?"), done)]
        yield _pairs("", [row for row in rows if row[1]])

    def _facts(self) -> Iterator[model.Fact]:
        yield _fact(_("The numbers say"), presenters.headline_tag(self.evaluation.headline))
        if self.evaluation.outcome:
            yield _fact(_("The group says"), presenters.outcome_tag(self.evaluation.outcome))
        if self.checks:
            latest = self.checks[-1]
            until = _("Counted again to %(day)s.") % {"day": date_format(latest["until"], "j F Y")}
            yield _fact(_("Does it hold?"), latest["standing"], until)

    def _picture(self) -> Blocks:
        figures = self.evaluation.figures
        if not self.numbers.is_counted:
            return
        if self.in_circle and figures.get("months"):
            yield model.Heading(_("What happened, and what was to be expected without the measure"))
            yield self._chart(charts.drawn_months(figures))
        elif bars := self._bars():
            yield model.Heading(_("Before and after"))
            yield bars
        else:
            return
        said = [self.numbers.days() + ".", self.numbers.reporting() if self.in_circle else ""]
        yield model.Text(" ".join(filter(None, said)), "small")

    def _chart(self, months: Sequence[Row]) -> model.LineChart:
        lines = []
        if any(row["expected"] is not None for row in months):
            expected = tuple(row["expected"] for row in months)
            lines.append(model.Line(_("To be expected without the measure"), expected, "dashed"))
        level = tuple(row["level"] for row in months)
        if any(one is not None for one in level):
            lines.append(model.Line(_("Compared with, at the same level"), level))
        shares = [row["covered"] for row in months]
        strip: tuple[model.Shares, ...] = ()
        if any(share is not None for share in shares):
            strip = (
                model.Shares(_("Have reported"), tuple(shares), "full"),
                model.Shares(
                    _("Have not reported"), tuple(None if share is None else 1 - share for share in shares), "hatched"
                ),
            )
        return model.LineChart(
            alt=self._in_words(months, bool(strip)),
            days=tuple(dt.date.fromisoformat(row["month"]) for row in months),
            observed=tuple(row["treated"] for row in months),
            lower=(None,) * len(months),
            upper=(None,) * len(months),
            observed_name=_("What happened"),
            range_name="",
            height_mm=CHART_MM,
            strip=strip,
            lines=tuple(lines),
            marks=tuple(
                model.Mark(dt.date.fromisoformat(day), text)
                for day, text in presenters.marks_of(self.evaluation.figures)
            ),
            spans=self._periods(),
        )

    def _periods(self) -> tuple[model.Span, ...]:
        names = {BEFORE: pgettext("the measure", "Before"), AFTER: pgettext("the measure", "After")}
        spans = []
        for part, name in names.items():
            first, last = map(dt.date.fromisoformat, self.evaluation.figures["days"][part])
            spans.append(model.Span(first, last, name))
        return tuple(spans)

    def _in_words(self, months: Sequence[Row], has_strip: bool) -> str:
        """What the picture shows, for whoever cannot see it."""
        words = [
            _("Line chart of events by month, from %(first)s to %(last)s: %(days)s.")
            % {
                "first": _month(months[0]["month"]),
                "last": _month(months[-1]["month"]),
                "days": self.numbers.days(),
            }
        ]
        words += [
            _("%(day)s: %(what)s.") % {"day": _long(dt.date.fromisoformat(day)), "what": what}
            for day, what in presenters.marks_of(self.evaluation.figures)
        ]
        words.append(self.numbers.change_words())
        if has_strip:
            words.append(_("Under the time axis: how many of those who report had reported."))
        words.append(_("The months stand in a table below."))
        return " ".join(filter(None, words))

    def _bars(self) -> model.BarChart | None:
        """How each zone changed in steps of five percent, for readers who see no whole count."""
        rows = [row for row in self.numbers.count_rows() if row["index"] is not None]
        if not rows:
            return None
        said = [
            _("%(where)s: after %(index)s.") % {"where": row["name"], "index": number_words(row["index"])}
            for row in rows
        ]
        return model.BarChart(
            alt=" ".join([_("Bars of the rate of events, before as 100."), *said]),
            names=tuple(row["name"] for row in rows),
            series=(
                (pgettext("the measure", "Before"), (100.0,) * len(rows)),
                (pgettext("the measure", "After"), tuple(float(row["index"]) for row in rows)),
            ),
            unit=_("before = 100"),
        )

    # --- Why, and the numbers -----------------------------------------------------------------------------------------

    def _why(self) -> Blocks:
        yield model.Heading(_("How the headline was decided"))
        yield model.Text(_("A fixed table of rules, the same for every evaluation. Never one number alone."))
        rows = [(model.Cell(row["text"]), model.Cell(row["tag"]["text"])) for row in self.numbers.rule_rows()]
        yield _table("", (_("Rule"), _("Met?")), rows)
        if needed := self.numbers.needed():
            yield model.Heading(_("What would be needed for an answer"), 3)
            yield model.Points(tuple(needed))

    def _numbers(self) -> Blocks:
        if self.numbers.is_counted:
            yield model.Heading(_("The numbers behind it"))
            yield self._counts()
            results = [
                tuple(
                    model.Cell(text or _NONE) for text in (row["name"], row["estimate"], row["between"], row["words"])
                )
                for row in self.numbers.result_rows()
            ]
            if results:
                columns = (
                    model.Column(_("Measure of effect")), model.Column(_("Estimate"), True),
                    model.Column(_("Between"), True), model.Column(_("That is")),
                )  # fmt: skip
                yield model.Table(_("Estimates with their intervals"), columns, tuple(results))
            elif self.numbers.is_hidden:
                yield model.Text(_("The estimates are for the circle of the area."))
            yield model.Text(self.numbers.cost_sentence())
        surveys = [
            tuple(model.Cell(row[name]) for name in ("name", "before", "after", "words"))
            for row in self.numbers.survey_rows()
        ]
        if surveys:
            yield model.Heading(_("What people say"))
            labels = (
                _("Question"), pgettext("the measure", "Before"), pgettext("the measure", "After"), _("Difference"),
            )  # fmt: skip
            yield _table("", labels, surveys)

    def _counts(self) -> model.Table:
        columns = [
            model.Column(_("Where")),
            model.Column(pgettext("the measure", "Before"), True),
            model.Column(pgettext("the measure", "After"), True),
        ]
        if self.in_circle:
            columns += [
                model.Column(_("A month, before and after"), True),
                model.Column(pgettext("of a count", "Change")),
            ]
        rows = []
        for row in self.numbers.count_rows():
            cells = [model.Cell(f"{row['name']} ({row['where']})"), _count(row["before"]), _count(row["after"])]
            if self.in_circle:
                cells += [model.Cell(row["rates"]), model.Cell(row["change"])]
            rows.append(tuple(cells))
        note = "" if self.in_circle else _("Counts are told in tens outside the circle of the area.")
        return model.Table(_("Counted events"), tuple(columns), tuple(rows), note)

    def _cannot_tell(self) -> Blocks:
        yield model.Heading(_("What this cannot tell"))
        yield model.Points(tuple(self.numbers.cautions()))

    # --- Planned beforehand -------------------------------------------------------------------------------------------

    def _planned(self) -> Blocks:
        planned = self.content["planned"]
        yield model.Heading(_("How it was planned beforehand"))
        if planned is None:
            yield model.Text(_("No effect was planned to be counted."))
            return
        yield _pairs(_("Evaluation plan"), [(row["label"], row["text"]) for row in said_rows(planned)])
        fixed = fixed_on_words(*(_moment(planned[name]) for name in ("fixed_at", "decided_at")))
        said = [fixed, *kept_words(planned["facts"], is_in_circle=self.in_circle)]
        yield model.Points(tuple(filter(None, said)))
        rows = list(_changes(planned))
        if not planned["changes"]:
            yield model.Text(_("The plan was not changed after it was fixed."))
            return
        yield model.Heading(_("What was changed after it was fixed"), 3)
        labels = (_("Changed on"), _("Reason"), _("What"), _("Before the change"), _("After the change"))
        yield _table("", labels, rows)

    # --- The group ----------------------------------------------------------------------------------------------------

    def _judgement(self) -> Blocks:
        yield model.Heading(_("What the group makes of it"))
        rows = [(row["label"], row["text"]) for row in presenters.judgement_rows(self.evaluation)]
        if self.evaluation.outcome:
            rows.insert(0, (_("All in all"), presenters.outcome_tag(self.evaluation.outcome)["text"]))
        if rows:
            yield _pairs("", rows)
        else:
            yield model.Text(_("Nothing is said yet. Numbers alone do not tell whether a measure worked."))

    def _learnt(self) -> Blocks:
        yield model.Heading(_("What was done, and what we learnt"))
        rows = []
        for measure in self.content["measures"]:
            method = measure["method"] or {}
            rows.append(
                (
                    model.Cell(measure["title"]),
                    model.Cell(method.get((get_language() or "sv").split("-")[0]) or method.get("sv") or _NONE),
                    model.Cell(measure["mechanism"] or _NONE),
                    model.dated(_iso(measure["started_on"])),
                    model.dated(_iso(measure["over_on"])),
                )
            )
        labels = (
            pgettext("action plan", "Measure"), _("Card in the measures library"), _("How this is supposed to work"),
            _("Started"), pgettext("a measure", "Over"),
        )  # fmt: skip
        yield _table(pgettext("of an evaluation", "Measures"), labels, rows)
        about = dict(Lesson.About.choices)
        lessons = [
            (model.Cell(one["text"]), model.Cell(one["place"] or capfirst(str(about[one["about"]]))))
            for one in self.content["lessons"]
        ]
        if lessons:
            yield _table(_("What we learnt"), (_("What we learnt"), pgettext("a lesson", "About")), lessons)
        else:
            yield model.Text(_("No lesson is written down."))

    def _since(self) -> Blocks:
        if self.evaluation.adopted_at is None:
            return
        yield model.Heading(_("Does it hold?"))
        if not self.checks:
            yield model.Text(
                _("It has not been counted again yet.")
                if self.content["planned"]
                else _("Nothing was counted, and so nothing is counted again.")
            )
            return
        rows = [
            (
                model.dated(row["until"]),
                model.Cell(row["standing"]["text"]),
                model.Cell(row["headline"]["text"]),
                model.Cell(row["words"] or _NONE),
            )
            for row in self.checks
        ]
        labels = (_("Counted to"), _("Does it hold?"), _("The numbers say"), _("In numbers"))
        note = _("Counted again every half year. What was adopted is not changed by it.")
        yield model.Table("", tuple(map(model.Column, labels)), tuple(rows), note)

    # --- The rest -----------------------------------------------------------------------------------------------------

    def _months(self) -> Blocks:
        if not self.in_circle or not self.numbers.is_counted:
            return
        has_compared = bool(self.evaluation.figures.get("compared"))
        has_ring = bool(self.evaluation.figures.get("ring_m"))
        months = self.numbers.month_rows()
        has_reported = any(row["reported"] for row in months)
        columns = [
            model.Column(_("Month")), model.Column(_("Happened"), True),
            model.Column(pgettext("number of events", "Expected"), True),
            *([model.Column(_("Compared with"), True)] if has_compared else []),
            *([model.Column(_("In the ring"), True)] if has_ring else []), model.Column(_("Period")),
            *([model.Column(_("Reporting"))] if has_reported else []),
        ]  # fmt: skip
        rows = []
        for row in months:
            cells = [model.Cell(row["month"]), model.counted_of(row["treated"]), model.Cell(row["expected"] or _NONE)]
            if has_compared:
                cells.append(model.counted_of(row["compared"]))
            if has_ring:
                cells.append(model.counted_of(row["ring"]))
            cells.append(model.Cell(row["part"]))
            if has_reported:
                cells.append(model.Cell(row["reported"] or _NONE))
            rows.append(tuple(cells))
        yield model.Heading(_("The months in numbers"))
        yield model.Table("", tuple(columns), tuple(rows))

    def _about(self) -> Blocks:
        figures, evaluation = self.evaluation.figures, self.evaluation
        yield model.Heading(_("Sources and dates"))
        said = []
        if evaluation.computed_at:
            said.append(_("The numbers were computed on %(day)s.") % {"day": _day(evaluation.computed_at)})
        if last := _iso(figures.get("source_last_day")):
            said.append(_("Counted are approved reports and imported events up to %(day)s.") % {"day": _long(last)})
        if sources := sorted({row["source"] for row in figures.get("surveys", []) if row.get("source")}):
            said.append(_("Surveys: %(sources)s.") % {"sources": ", ".join(sources)})
        plan = self.content["plan"]
        said.append(_("The measures are part of the plan %(code)s %(title)s.") % plan)
        if evaluation.adopted_at is not None:
            said.append(
                _(
                    "Adopted by %(group)s on %(day)s. Neither its numbers nor its words have changed since, whatever "
                    "has been reported, withdrawn, purged or renamed."
                )
                % {"group": self._group(), "day": _day(evaluation.adopted_at)}
            )
        else:
            said.append(_("A draft: no group has adopted it, and it changes as reports come in."))
        if not self.in_circle:
            said.append(_("Outside the circle of the area counts are told in tens, and those below ten are protected."))
        said.append(_("The page of the evaluation: %(address)s") % {"address": self.address})
        yield model.Points(tuple(said), "small")


# --- Words ------------------------------------------------------------------------------------------------------------


def _changes(planned: Row) -> Iterator[tuple[model.Cell, ...]]:
    """Each thing that was said otherwise after the plan was fixed, in the order it was changed."""
    states = [*(change["before"] for change in planned["changes"]), planned]
    for change, before, after in zip(planned["changes"], states, states[1:], strict=False):
        was, became = ({row["label"]: row["text"] for row in said_rows(one)} for one in (before, after))
        when, why = model.dated(_moment_day(change["at"])), model.Cell(change["reason"] or _NONE)
        labels = [label for label in {**was, **became} if was.get(label) != became.get(label)]
        for label in labels or [_NONE]:
            yield when, why, model.Cell(label), model.Cell(was.get(label, _NONE)), model.Cell(became.get(label, _NONE))


def _fact(label: str, tag: Row, note: str = "") -> model.Fact:
    return model.Fact(label=label, value=model.Cell(tag["text"]), note=note, tone=tag["tone"])


def _count(count: Row) -> model.Cell:
    """As the page tells it: the number, or the tens it is at least, or that it is protected."""
    return model.Cell(count["words"]) if count.get("words") else model.counted_of(count)


def _iso(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _moment_day(text: str) -> dt.date:
    return timezone.localdate(dt.datetime.fromisoformat(text))


def _long(day: dt.date) -> str:
    return date_format(day, "j F Y")


def _month(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "F Y")


def _day(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def _pairs(caption: str, rows: Sequence[tuple[str, str]]) -> model.Table:
    cells = [(model.Cell(label), model.Cell(text or _NONE)) for label, text in rows]
    return _table(caption, (_("What"), _("Said")), cells)


def _table(caption: str, labels: Sequence[str], rows: Sequence[tuple[model.Cell, ...]]) -> model.Table:
    return model.Table(caption, tuple(map(model.Column, labels)), tuple(rows))
