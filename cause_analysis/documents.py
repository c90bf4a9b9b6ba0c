"""An analysis as PDF and as Word: the problem, why it happens, what speaks for and against, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cause_analysis import drawings
from cause_analysis.causes import presenters, queries
from cause_analysis.causes.forms import MethodForm
from cause_analysis.causes.queries import Node
from cause_analysis.causes.rules import METHOD
from cause_analysis.chain.queries import links_of
from cause_analysis.knowing.presenters import closed_rows, gap_rows
from cause_analysis.knowing.queries import closed_gaps, open_gaps
from cause_analysis.models import CauseAnalysis, CauseMove, Evidence, PartnerView, Problem
from cause_analysis.predictions.presenters import rows as prediction_rows
from cause_analysis.predictions.queries import predictions_of
from cause_analysis.problems import presenters as problem_presenters
from cause_analysis.problems.protecting import figures_for, viewer_of
from cause_analysis.problems.queries import selection_of
from documents import model, pdf, word
from partners.looks import look_of, notice_words
from situational_picture.protecting import PROTECTED
from situational_picture.selecting import CIRCLE

Blocks = Iterator[model.Block]
# A file with more boxes than this takes long to make, and nobody reads its drawings. All causes stand in its list.
MOST_DRAWN = 120


def analysis_pdf(user: Any, analysis: CauseAnalysis, *, address: str) -> bytes:
    """The analysis as PDF, as this user may see it. `address` is where its page is."""
    return pdf.write(analysis_document(user, analysis, address=address), look=_look_of(analysis))


def analysis_word(user: Any, analysis: CauseAnalysis, *, address: str) -> bytes:
    """The same as a Word file."""
    return word.write(analysis_document(user, analysis, address=address), look=_look_of(analysis))


def _look_of(analysis: CauseAnalysis) -> model.Look | None:
    """What is adopted keeps the look it was adopted in."""
    return look_of(analysis.problem.collaboration_id, analysis.adopted_at)


def analysis_document(user: Any, analysis: CauseAnalysis, *, address: str) -> model.Document:
    """What the document says. Numbers are those its reader may see."""
    problem = analysis.problem
    figures = figures_for(user, problem)
    return model.Document(
        title=_("Why does it happen: %(problem)s?") % {"problem": problem.title},
        language=get_language() or "sv",
        made_at=analysis.adopted_at or timezone.now(),
        eyebrow=" · ".join(
            [_("Cause analysis"), problem.collaboration.name, problem.area.name, str(problem), version_words(analysis)]
        ),
        lead=problem_presenters.lead(figures, selection_of(problem)),
        author=f"EST {problem.collaboration.name}",
        notice=notice_words(problem.collaboration),
        footer=f"{problem}, {version_words(analysis)}. {_readers(figures)}",
        watermark="" if analysis.is_adopted else _("Draft"),
        blocks=tuple(_blocks(user, analysis, figures, address)),
    )


def version_words(analysis: CauseAnalysis) -> str:
    """Which version it is, and whether anybody has adopted it."""
    if analysis.adopted_at is None or analysis.adopted_by_group is None:
        return _("version %(version)s, draft") % {"version": analysis.version}
    return _("version %(version)s, adopted by %(group)s on %(day)s") % {
        "version": analysis.version,
        "group": analysis.adopted_by_group.name,
        "day": _day(analysis.adopted_at),
    }


def _readers(figures: Mapping[str, Any]) -> str:
    if figures["is_protected"]:
        return _("Small counts are protected.")
    return _("For the partners who work in the area: small counts are shown. Do not pass it on.")


def _day(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def _blocks(user: Any, analysis: CauseAnalysis, figures: Mapping[str, Any], address: str) -> Blocks:
    nodes = queries.tree_of(analysis, with_evidence=True)
    yield from _problem(analysis, figures)
    yield from _causes(analysis, nodes)
    yield from _evidence(user, analysis, nodes)
    yield from _tests(user, analysis, nodes)
    yield from _history(analysis, nodes)
    yield from _chain(analysis, nodes)
    yield from _gaps(analysis)
    yield from _method(analysis)
    yield from _about(analysis, figures, address)


# The problem


def _problem(analysis: CauseAnalysis, figures: Mapping[str, Any]) -> Blocks:
    problem = analysis.problem
    yield model.Heading(_("The problem"))
    # An adopted analysis rests on what the problem was described as then.
    kept = tuple((model.Cell(row["label"]), model.Cell(row["text"])) for row in presenters.definition_rows(analysis))
    if kept:
        yield model.Table(_("How the partners define it"), _columns(_("Question"), _("Answer")), kept)
        yield from _numbers(problem, figures)
        return
    answered = [one for one in problem_presenters.answers(problem) if one["is_answered"]]
    if answered:
        rows = tuple((model.Cell(str(one["question"])), model.Cell(one["answer"])) for one in answered)
        yield model.Table(_("How the partners define it"), _columns(_("Question"), _("Answer")), rows)
    else:
        yield model.Text(_("The partners have not described the problem yet."))
    views = PartnerView.objects.filter(problem=problem).select_related("organisation")
    seen = tuple((model.Cell(view.organisation.name), model.Cell(view.text)) for view in views)
    if seen:
        yield model.Heading(_("What each partner sees"), 3)
        yield model.Table("", _columns(_("Partner"), _("What the partner sees")), seen)
    yield from _numbers(problem, figures)


def _columns(*labels: str, numbers: Sequence[str] = ()) -> tuple[model.Column, ...]:
    return (*(model.Column(label) for label in labels), *(model.Column(label, True) for label in numbers))


def _numbers(problem: Problem, figures: Mapping[str, Any]) -> Blocks:
    """The numbers the problem froze, with the day they are of and what they leave out."""
    yield model.Heading(_("The numbers"), 3)
    compared = problem_presenters.compared(figures)
    total = figures["total"]
    yield model.Facts(
        (
            model.Fact(
                label=_("Events in the selection"),
                value=model.counted(None, "protected") if total == PROTECTED else model.counted(total),
                judgement=capfirst(compared["text"]) if compared else "",
                note=_("Counted %(day)s.") % {"day": _day(problem.counted_at)},
                tone=compared["tone"] if compared and compared["tone"] in {"warning", "success"} else "neutral",
            ),
        )
    )
    chosen = [
        f"{row['label']}: {row['text']}" for row in problem_presenters.selection_rows(problem, selection_of(problem))
    ]
    tables = problem_presenters.tables(figures)
    left = tables["places_left"]
    more = ngettext("%(left)s more place with fewer events.", "%(left)s more places with fewer events.", left)
    notes = {_("By place"): more % {"left": left}} if left else {}
    for caption, label, rows in (
        (_("By category"), _("Category"), [(row["name"], row["count"]) for row in tables["categories"]]),
        (_("By place"), _("Place"), [(row["name"], row["count"]) for row in tables["places"]]),
        (_("By year"), _("Year"), tables["years"]),
    ):
        if rows:
            lines = tuple((model.Cell(str(name)), model.counted_of(count)) for name, count in rows)
            yield model.Table(caption, _columns(label, numbers=[_("Events")]), lines, notes.get(caption, ""))
    said = [*chosen, *problem_presenters.unknown_words(figures)]
    before = problem_presenters.before_words(figures)
    yield model.Points(tuple([*said, before] if before else said), "small")


# The causes


def _causes(analysis: CauseAnalysis, nodes: Sequence[Node]) -> Blocks:
    yield model.Heading(_("Why it happens"))
    if not nodes:
        yield model.Text(_("No causes yet."))
        return
    drawn = _to_draw(nodes)
    if len(drawn) < len(nodes):
        levels = max(node.level for node in drawn)
        said = ngettext(
            "The drawings show the %(drawn)s causes of the first level. All %(count)s stand in the list.",
            "The drawings show the %(drawn)s causes of the first %(levels)s levels. All %(count)s stand in the list.",
            levels,
        )
        yield model.Text(said % {"drawn": len(drawn), "levels": levels, "count": len(nodes)})
    yield drawings.tree_of_causes(analysis, drawn, shape="tree")
    yield model.Heading(_("The causes in words"), 3)
    yield drawings.list_of_causes(nodes)
    yield model.Heading(_("The causes as a fishbone"), 3)
    yield drawings.tree_of_causes(analysis, drawn, shape="fishbone")


def _to_draw(nodes: Sequence[Node]) -> list[Node]:
    """All causes; of very many as many levels from the top as can be drawn, the first in any case."""
    levels = sorted({node.level for node in nodes})
    fitting = [level for level in levels if sum(node.level <= level for node in nodes) <= MOST_DRAWN]
    deepest = max(fitting, default=levels[0])
    return [node for node in nodes if node.level <= deepest]


def _evidence(user: Any, analysis: CauseAnalysis, nodes: Sequence[Node]) -> Blocks:
    """What speaks for and against each cause, in the order of the tree."""
    yield model.Heading(_("What speaks for and against"))
    numbers = drawings.numbers_of(nodes)
    kept = Evidence.objects.kept().filter(cause__in=numbers).select_related("organisation", "place")
    below: dict[int, list[Evidence]] = {}
    for row in kept.order_by("direction", "-strength", "pk"):
        below.setdefault(row.cause_id, []).append(row)
    viewer = viewer_of(user, analysis.problem)
    lines = [
        (
            model.Cell(number),
            model.Cell(capfirst(row.get_direction_display())),
            model.Cell(_said(row, analysis, viewer)),
            model.Cell(capfirst(row.get_kind_display())),
            model.Cell(f"{row.strength}, {row.get_strength_display()}"),
            model.Cell(row.organisation.name),
            model.Cell(date_format(timezone.localtime(row.counted_at or row.created_at), "Y-m-d")),
        )
        for pk, number in numbers.items()
        # What speaks for a cause stands before what speaks against it.
        for row in sorted(below.get(pk, []), key=lambda one: one.direction != Evidence.Direction.FOR)
    ]
    if not lines:
        yield model.Text(_("Nobody has brought evidence yet. All causes are assumptions."))
        return
    columns = _columns(_("Cause"), _("Speaks"), _("What it says"), _("Kind"), _("Strength"), _("Brought by"), _("Date"))
    note = _("The strength goes from 0, an assumption, to 3, strong.")
    without = [number for pk, number in numbers.items() if pk not in below]
    if without:
        note += " " + _("Without any evidence: %(causes)s.") % {"causes": ", ".join(without)}
    yield model.Table(_("Evidence by the number of its cause"), columns, tuple(lines), note)


def _said(row: Evidence, analysis: CauseAnalysis, viewer: str) -> str:
    """The text, its place and the frozen numbers as this reader may see them."""
    parts = [row.text, row.place.name if row.place else "", presenters.figure_words(row, analysis, viewer)]
    return "\n".join(part for part in parts if part)


def _tests(user: Any, analysis: CauseAnalysis, nodes: Sequence[Node]) -> Blocks:
    """What the reports should show if a cause were true, and what they showed: also where they did not."""
    numbers = drawings.numbers_of(nodes)
    with_numbers = viewer_of(user, analysis.problem) == CIRCLE
    stated = predictions_of(list(numbers))
    kept = [(pk, one) for pk in numbers for one in stated[pk] if one.removed_at is None]
    told = prediction_rows([one for _pk, one in kept], analysis, with_numbers=with_numbers)
    rows = tuple(
        (
            model.Cell(numbers[pk]),
            model.Cell(" ".join(part for part in (row["asked"], row["text"]) if part)),
            model.Cell(row["verdict"]),
            model.Cell(
                "\n".join(
                    part for part in (row["result"] or row["conclusion"], row["comparison"], row["left_out"]) if part
                )
            ),
            model.Cell(row["tested"]),
        )
        for (pk, _one), row in zip(kept, told, strict=True)
    )
    if rows:
        yield model.Heading(_("What the reports were asked"), 3)
        labels = (_("Cause"), _("What they should show"), _("Answer"), _("What they showed"), _("Tested"))
        note = _("Of twenty without any connection, one is supported by chance.")
        yield model.Table("", _columns(*labels), rows, note)


def _history(analysis: CauseAnalysis, nodes: Sequence[Node]) -> Blocks:
    """What the group has taken back: a conclusion that changed says as much as one that stayed."""
    numbers = drawings.numbers_of(nodes)
    moves = CauseMove.objects.filter(cause__in=numbers).order_by("at", "pk")
    rows = tuple(
        (
            model.Cell(date_format(timezone.localtime(move.at), "Y-m-d")),
            model.Cell(numbers[move.cause_id]),
            model.Cell(f"{move.get_from_state_display()} → {move.get_to_state_display()}"),
            model.Cell(_("The evidence it rested on was taken away.") if move.is_automatic else move.reason),
        )
        for move in moves
    )
    if rows:
        yield model.Heading(_("How what is known has changed"), 3)
        yield model.Table("", _columns(_("Date"), _("Cause"), _("Step"), _("Reason")), rows)


def _chain(analysis: CauseAnalysis, nodes: Sequence[Node]) -> Blocks:
    """What happens before and during an event, with where somebody can step in."""
    numbers = drawings.numbers_of(nodes)
    rows = tuple(
        (
            model.Cell(str(number)),
            model.Cell(link.text),
            model.Cell(_("Yes") if link.is_intervention_point else "–"),
            model.Cell(numbers.get(link.cause_id or 0, "–")),
        )
        for number, link in enumerate(links_of(analysis), start=1)
    )
    if rows:
        yield model.Heading(_("The chain of events"))
        labels = (_("Step"), _("What happens"), _("Can somebody step in?"), _("Cause"))
        yield model.Table("", _columns(*labels), rows)


def _gaps(analysis: CauseAnalysis) -> Blocks:
    """What nobody knows yet and who finds out, and what has been found out."""
    yield model.Heading(_("What we do not know yet"))
    waiting = gap_rows(open_gaps(analysis), timezone.localdate())
    found = closed_rows(closed_gaps(analysis))
    if not waiting and not found:
        yield model.Text(_("No knowledge gap has been noted."))
        return
    if waiting:
        rows = tuple(
            (
                model.Cell(", ".join(part for part in (gap["text"], gap["place"]) if part)),
                model.Cell(gap["who"] or _("Nobody yet")),
                model.Cell(gap["due"] or "–"),
            )
            for gap in waiting
        )
        yield model.Table("", _columns(_("What we do not know"), _("Who finds out"), _("Until")), rows)
    if found:
        yield model.Heading(_("What has been found out"), 3)
        answers = tuple((model.Cell(gap["text"]), model.Cell(gap["answer"]), model.Cell(gap["when"])) for gap in found)
        yield model.Table("", _columns(_("What we did not know"), _("What we know now"), _("Date")), answers)


# How it was made


def _method(analysis: CauseAnalysis) -> Blocks:
    yield model.Heading(_("Method and limits"))
    rows = tuple(
        (
            model.Cell(capfirst(str(MethodForm.base_fields[name].label))),
            model.Cell(getattr(analysis, name).strip() or _("Not answered yet.")),
        )
        for name in METHOD
    )
    yield model.Table("", _columns(_("Question"), _("Answer")), rows)


def _about(analysis: CauseAnalysis, figures: Mapping[str, Any], address: str) -> Blocks:
    problem = analysis.problem
    yield model.Heading(_("About this analysis"))
    if analysis.adopted_at is not None and analysis.adopted_by_group is not None:
        said = [
            _("Adopted by %(group)s on %(day)s. It never changes; what is found out later goes into a new version.")
            % {"group": analysis.adopted_by_group.name, "day": _day(analysis.adopted_at)}
        ]
    else:
        said = [_("A draft: no group has adopted it, and it changes as the partners work on it.")]
    said.append(_("The problem's numbers are those of %(day)s.") % {"day": _day(problem.counted_at)})
    said.append(_("A cause is supported or confirmed by what speaks for it; that does not make it the only one."))
    if figures["is_protected"]:
        said.append(
            _("Counts from 1 to %(limit)s are protected, and so are others from which they could be worked out.")
            % {"limit": problem.collaboration.protect_counts_up_to}
        )
    said.append(_("The page of the analysis: %(address)s") % {"address": address})
    yield model.Points(tuple(said), "small")
