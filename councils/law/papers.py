"""The papers the law and those who follow it up ask for: situational picture, action plan, survey, grant.

They leave the circle, so every count in them is told as to somebody outside it, whoever takes the paper out; what is
told of problems and plans is what that person reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from action_plans.models import Dialogue, PlanVersion
from action_plans.papers.documents import version_blocks
from areas.queries import latest_police_list
from cause_analysis.models import Cause, CauseAnalysis, Problem, State
from councils.law import presenters, queries
from councils.law.duties import ACT
from councils.law.queries import Line
from councils.law.year import GRANT_SOURCE
from documents import excel, model, pdf, word
from partners.models import Collaboration, GroupKind, GroupMember
from situational_picture import presenters as pictures_told
from situational_picture.documents import notice_words
from situational_picture.indicators import presenters as indicators_told
from situational_picture.indicators import queries as indicators
from situational_picture.indicators import telling
from situational_picture.models import Indicator, Picture
from situational_picture.period_names import days_name, period_name
from situational_picture.protecting import NO_SENSITIVE, protected_figures
from situational_picture.writing import SECTIONS

Blocks = Iterator[model.Block]
WRITERS: dict[str, Any] = {"pdf": pdf.write, "docx": word.write, "xlsx": excel.write}
FORMATS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}
_NONE = "–"
# What a picture's text is about, by where the Act has it told.
_OTHER_SECTIONS = ("police", "partners", "coming", "events")
_MAPPING_SECTIONS = ("places", "times")
# What was read of the grant's rules, and whether it can be relied on this year.
GRANT_RULES = (
    gettext_lazy("Only municipalities and associations of municipalities can apply, for one calendar year at a time."),
    gettext_lazy(
        "No money is given for what the law already asks for: situational picture, action plan and coordination."
    ),
    gettext_lazy("Social fees at most 40.66 percent of wages."),
    gettext_lazy("Overhead at most 10 percent of the cost of labour."),
    gettext_lazy("It is judged by the description of the problem, whether causes motivate it, and if it can be done."),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What goes into a paper: for whom it is made, and of which pictures and decided plans."""

    user: Any
    collaboration: Collaboration
    pictures: Sequence[Picture]
    versions: Sequence[PlanVersion]
    today: dt.date
    # The platform's address, to which pages' own are added.
    site: str = ""


def whole_pictures(pictures: Sequence[Picture]) -> list[Picture]:
    """The same pictures with their figures, which lists leave in the database."""
    found = Picture.objects.select_related("area", "collaboration").in_bulk([one.pk for one in pictures])
    return [found[one.pk] for one in pictures]


def whole_versions(versions: Sequence[PlanVersion]) -> list[PlanVersion]:
    """The same versions with what they say."""
    rows = PlanVersion.objects.select_related("plan__area", "plan__collaboration", "decided_by_group")
    found = rows.in_bulk([one.pk for one in versions])
    return [found[one.pk] for one in versions]


# What each paper is called on pages, in files and in addresses.
PAPERS: dict[str, Any] = {
    "lagesbild": gettext_lazy("Situational picture by the law"),
    "atgardsplan": pgettext_lazy("paper of the law", "Action plan"),
    "bra-enkat": gettext_lazy("Material for Brå's survey"),
    "statsbidrag": gettext_lazy("Attachments to an application for a state grant"),
}


def paper(name: str, asked: Asked) -> model.Document:
    """The paper as a document, for any writer."""
    blocks = {
        "lagesbild": _picture_by_law,
        "atgardsplan": _plan_by_law,
        "bra-enkat": _survey,
        "statsbidrag": _grant,
    }[name]
    return model.Document(
        title=str(PAPERS[name]),
        language=get_language() or "sv",
        made_at=timezone.now(),
        eyebrow=" · ".join([asked.collaboration.name, f"{ACT}", _long(asked.today)]),
        lead=_lead(name, asked),
        author=f"EST {asked.collaboration.name}",
        notice=notice_words(asked.collaboration),
        footer=_("%(name)s, %(day)s. Small counts are protected.")
        % {"name": asked.collaboration.name, "day": _long(asked.today)},
        blocks=tuple(blocks(asked)),
    )


def _lead(name: str, asked: Asked) -> str:
    if name == "bra-enkat":
        lines = queries.lines_for(asked.user, asked.collaboration, today=asked.today)
        return presenters.headline(lines) + "."
    if name == "atgardsplan":
        return "; ".join(presenters.version_title(one) for one in asked.versions)
    return "; ".join(
        _("%(area)s, %(period)s") % {"area": one.area_name, "period": period_name(one.period)} for one in asked.pictures
    )


# --- The situational picture ------------------------------------------------------------------------------------------


def _figures(picture: Picture) -> dict[str, Any]:
    """The picture's figures as somebody outside the circle is told them, counts of sensitive categories left out."""
    return protected_figures(
        picture.figures or {}, largest=picture.collaboration.protect_counts_up_to, viewer=NO_SENSITIVE
    )


def _picture_by_law(asked: Asked) -> Blocks:
    """Exactly the three parts the Act names, and how they came about."""
    told = [(picture, _figures(picture)) for picture in asked.pictures]
    yield model.Heading(_("1. Mapping of crime, its extent and its consequences"))
    yield from _mapping(told)
    yield from _indicators(asked, _("What it costs"), {Indicator.Kind.COST})
    yield model.Heading(_("2. Other information of importance"))
    yield from _indicators(asked, _("Surveys and statistics"), {Indicator.Kind.SURVEY, Indicator.Kind.IMPORTED})
    yield from _other(asked, told)
    yield model.Heading(_("3. Analysis of the mapping and the other information"))
    yield from _analysis(asked)
    yield model.Heading(_("Method and limitations"))
    yield from _method(asked, told)


def _mapping(told: Sequence[tuple[Picture, Mapping[str, Any]]]) -> Blocks:
    if not told:
        yield model.Text(_("No published picture is chosen."))
        return
    rows = []
    for picture, figures in told:
        total = pictures_told.figure(figures["total"])
        rows.append(
            (
                model.Cell(picture.area_name),
                model.Cell(period_name(picture.period)),
                model.counted_of(total["count"]),
                model.Cell(total["expected"] or _NONE),
                model.Cell(total["judgement"] if total["is_judged"] else _NONE),
            )
        )
    columns = (
        model.Column(_("Area")), model.Column(_("Period")), model.Column(_("Events"), True),
        model.Column(_("Expected"), True), model.Column(_("Judgement")),
    )  # fmt: skip
    yield model.Table(_("Extent"), columns, tuple(rows))
    for picture, figures in told:
        yield model.Heading(picture.area_name, 3)
        yield from _sections(picture, _MAPPING_SECTIONS)
        yield from _counts(figures)


def _counts(figures: Mapping[str, Any]) -> Blocks:
    categories = [row for row in pictures_told.category_rows(figures) if row["count"]["value"] != 0]
    if categories:
        yield model.Table(
            _("By category"),
            (model.Column(_("Category")), model.Column(_("Events"), True), model.Column(_("Judgement"))),
            tuple(
                (
                    model.Cell(str(row["name"])),
                    model.counted_of(row["count"]),
                    model.Cell(row["judgement"] if row["is_judged"] else _NONE),
                )
                for row in categories
            ),
        )
    places = pictures_told.place_rows(figures)[:10]
    if places:
        yield model.Table(
            _("By place"),
            (model.Column(_("Place")), model.Column(_("Events"), True)),
            tuple((model.Cell(row["name"]), model.counted_of(row["count"])) for row in places),
            _("At most ten places of an area."),
        )


def _indicators(asked: Asked, caption: str, kinds: set[Indicator.Kind]) -> Blocks:
    """The latest number of each series of these kinds, of the whole municipality and of the areas chosen."""
    areas = {picture.area_id for picture in asked.pictures}
    listed = [
        one
        for one in indicators.indicators_for(asked.user, asked.collaboration).filter(kind__in=kinds, place=None)
        if one.area_id is None or one.area_id in areas
    ]
    latest = indicators.latest_of(listed)
    rows = []
    for one in listed:
        if one.pk not in latest:
            continue
        (told,) = telling.told_points(one, [latest[one.pk]], NO_SENSITIVE)
        name = f"{one.name}, {one.ground}" if one.ground else one.name
        period = indicators_told.period_words(told.point.first, told.point.last)
        said = (name, period, indicators_told.value_words(one, told), indicators_told.source_words(one) or _NONE)
        rows.append(tuple(model.Cell(str(text)) for text in said))
    if rows:
        labels = (_("What"), _("Period"), _("Value"), _("Source"))
        yield model.Table(caption, tuple(model.Column(label) for label in labels), tuple(rows))


def _sections(picture: Picture, keys: Sequence[str]) -> Blocks:
    for key in keys:
        text = picture.sections.get(key, {}).get("text", "")
        if text:
            yield model.Text(f"{capfirst(str(SECTIONS[key]))}: {text}")


def _other(asked: Asked, told: Sequence[tuple[Picture, Mapping[str, Any]]]) -> Blocks:
    is_empty = True
    for picture, figures in told:
        others = pictures_told.other_rows(figures)
        sections = list(_sections(picture, _OTHER_SECTIONS))
        if not (others or sections):
            continue
        is_empty = False
        yield model.Heading(picture.area_name, 3)
        yield from sections
        if others:
            yield model.Table(
                _("Observations that are not events"),
                (model.Column(_("What")), model.Column(_("Kind")), model.Column(_("Number"), True)),
                tuple(
                    (model.Cell(str(row["name"])), model.Cell(str(row["kind"])), model.counted_of(row["count"]))
                    for row in others
                ),
            )
    areas = [picture.area for picture in asked.pictures]
    listed = latest_police_list(areas)
    if listed:
        is_empty = False
        yield model.Table(
            _("The police's list"),
            (model.Column(_("Area")), model.Column(_("List")), model.Column(_("What it says"))),
            tuple(
                (
                    model.Cell(area.name),
                    model.Cell(str(listed[area.pk].list_year)),
                    model.Cell(str(listed[area.pk].category or _("not on the list"))),
                )
                for area in {area.pk: area for area in areas}.values()
                if area.pk in listed
            ),
        )
    dialogues = list(
        Dialogue.objects.visible_to(asked.user)
        .filter(collaboration=asked.collaboration, area__in=areas)
        .select_related("area")
        .order_by("-held_on")[:20]
    )
    if dialogues:
        is_empty = False
        yield model.Table(
            _("Dialogues"),
            (model.Column(_("Day")), model.Column(_("Area")), model.Column(_("Kind")), model.Column(_("Themes"))),
            tuple(
                (
                    model.dated(one.held_on),
                    model.Cell(one.area.name),
                    model.Cell(capfirst(one.get_kind_display())),
                    model.Cell("; ".join(one.theme_lines) or _NONE),
                )
                for one in dialogues
            ),
        )
    if is_empty:
        yield model.Text(_("Nothing more is written down. Add surveys, dialogues and what the partners see."))


def _analysis(asked: Asked) -> Blocks:
    for picture in asked.pictures:
        if not (picture.assessed_state or picture.assessment):
            continue
        yield model.Heading(picture.area_name, 3)
        if picture.assessed_state:
            yield model.Text(
                _("Assessed state: %(state)s") % {"state": picture.get_assessed_state_display()}
                + f". {picture.assessed_motive}"
            )
        if picture.assessment:
            yield model.Text(picture.assessment)
    problems = _problems(asked)
    if not problems:
        yield model.Text(_("No problem is written down in these areas."))
        return
    adopted = _adopted(problems)
    causes = Cause.objects.kept().filter(analysis__in=adopted.values(), chosen_at__isnull=False)
    chosen: dict[int, list[str]] = {}
    for cause in causes.order_by("pk"):
        chosen.setdefault(cause.analysis_id, []).append(cause.text)
    rows = []
    for problem in problems:
        analysis = adopted.get(problem.pk)
        texts = chosen.get(analysis.pk, []) if analysis else []
        said = "\n".join(texts) or (_("Not analysed yet.") if analysis is None else _("No cause is chosen."))
        rows.append(
            (
                model.Cell(f"{problem} {problem.title}"),
                model.Cell(problem.area.name),
                model.Cell(capfirst(problem.get_state_display())),
                model.Cell(said),
            )
        )
    columns = tuple(model.Column(label) for label in (_("Problem"), _("Area"), _("State"), _("Chosen causes")))
    yield model.Table(_("Problems and why they happen"), columns, tuple(rows))


def _problems(asked: Asked) -> list[Problem]:
    rows = Problem.objects.visible_to(asked.user).filter(
        collaboration=asked.collaboration, area__in=[picture.area_id for picture in asked.pictures]
    )
    return list(rows.exclude(state=State.CLOSED).select_related("area").defer("figures").order_by("number"))


def _adopted(problems: Sequence[Problem]) -> dict[int, CauseAnalysis]:
    """Each problem's analysis that was adopted last."""
    rows = CauseAnalysis.objects.filter(problem__in=problems, adopted_at__isnull=False).order_by("version")
    return {row.problem_id: row for row in rows}


def _method(asked: Asked, told: Sequence[tuple[Picture, Mapping[str, Any]]]) -> Blocks:
    sentences = [
        _("Built from published pictures, which never change; each says its version."),
        _("Counts from 1 to %(limit)s are protected, and so are others from which they could be worked out.")
        % {"limit": asked.collaboration.protect_counts_up_to},
        _("Categories that are sensitive are not counted out here."),
        _("What is reported is not all that happens: more reporters give more reports."),
    ]
    for picture, figures in told:
        sentences += [
            f"{presenters.picture_title(picture)}: {sentence}" for sentence in pictures_told.source_words(figures)
        ]
    if asked.pictures:
        sentences.append(
            _("Pictures used: %(pictures)s.")
            % {"pictures": "; ".join(presenters.picture_title(one) for one in asked.pictures)}
        )
    yield model.Points(tuple(sentences), "small")
    problems = _problems(asked)
    adopted = _adopted(problems)
    rows = [
        (model.Cell(str(problem)), *(model.Cell(text or _NONE) for text in _method_texts(analysis)))
        for problem in problems
        for analysis in [adopted.get(problem.pk)]
        if analysis is not None and any(_method_texts(analysis))
    ]
    if rows:
        labels = (
            _("Problem"), _("Why it was chosen"), _("Sources used and left out"), _("How the selection limits"),
            _("What that means"),
        )  # fmt: skip
        yield model.Table(_("How the analyses were made"), tuple(model.Column(one) for one in labels), tuple(rows))


def _method_texts(analysis: CauseAnalysis) -> tuple[str, str, str, str]:
    return analysis.why_chosen, analysis.sources, analysis.selection_limits, analysis.significance


# --- The plan ---------------------------------------------------------------------------------------------------------


def _plan_by_law(asked: Asked) -> Blocks:
    if not asked.versions:
        yield model.Text(_("No decided plan is chosen."))
    for version in asked.versions:
        yield model.Heading(presenters.version_title(version))
        yield model.Text(
            _("%(area)s, decided by %(group)s on %(day)s.")
            % {
                "area": version.plan.area.name,
                "group": version.decided_by_group.name,
                "day": _long(version.decided_on),
            }
        )
        yield from version_blocks(version, address=asked.site + presenters.version_url(version))


# --- The survey -------------------------------------------------------------------------------------------------------


def _survey(asked: Asked) -> Blocks:
    lines = queries.lines_for(asked.user, asked.collaboration, today=asked.today)
    yield model.Heading(_("The duties, paragraph by paragraph"))
    labels = (
        _("Paragraph"), _("What the law asks for"), _("Stands"), _("Decided"), _("Decided by"), _("Registry number"),
        _("Document"), _("To be renewed by"),
    )  # fmt: skip
    yield model.Table(
        _("The duties, paragraph by paragraph"),
        tuple(model.Column(label) for label in labels),
        tuple(_survey_row(asked, line) for line in lines if line.paragraph <= LAST_IN_SURVEY),
        _("Words marked * have not been compared with the text of the law."),
    )
    yield model.Heading(_("Agreements"))
    held = queries.held_agreements(asked.user, [asked.collaboration], today=asked.today).get(asked.collaboration.pk, [])
    if held:
        rows = [presenters.held_row(asked.collaboration, one) for one in held]
        yield model.Table(
            _("Agreements"),
            tuple(
                model.Column(label)
                for label in (_("Agreement"), _("Parties"), _("Signed by"), _("Period"), _("Registry number"))
            ),
            tuple(
                (
                    model.Cell(row["title"]),
                    model.Cell(row["parties"] or _NONE),
                    model.Cell(row["functions"] or _NONE),
                    model.Cell(days_name(row["first_day"], row["last_day"])),
                    model.Cell(row["registry_number"] or _NONE),
                )
                for row in rows
            ),
        )
    else:
        yield model.Text(_("No agreement is written down."))
    yield model.Heading(_("The council"))
    seats = list(
        GroupMember.objects.visible_to(asked.user)
        .in_force(asked.today)
        .filter(collaboration=asked.collaboration, group__kind=GroupKind.PREVENTION_COUNCIL, group__is_active=True)
        .select_related("group", "membership__user", "membership__organisation")
        .order_by("group__name", "pk")
    )
    if seats:
        yield model.Table(
            _("Who sits in the crime prevention council"),
            tuple(model.Column(label) for label in (_("Group"), _("Function"), _("Organisation"))),
            tuple(
                (
                    model.Cell(seat.group.name),
                    model.Cell(seat.membership.user.function or _NONE),
                    model.Cell(seat.membership.organisation.name),
                )
                for seat in seats
            ),
        )
    else:
        yield model.Text(_("No crime prevention council is among the groups."))


LAST_IN_SURVEY = 9


def _survey_row(asked: Asked, line: Line) -> tuple[model.Cell, ...]:
    decision = line.decision
    mark = "" if line.is_checked else " *"
    head = (
        model.Cell(presenters.code_of(line)),
        model.Cell(f"{line.duty.title}: {line.requires}{mark}"),
        model.Cell(capfirst(str(line.standing.label))),
    )
    if decision is None:
        return (*head, *(model.Cell(_NONE) for _column in range(5)))
    document = presenters.document_of(decision)
    url = document["url"]
    address = asked.site + url if url.startswith("/") else url
    return (
        *head,
        model.dated(decision.decided_on),
        model.Cell(decision.get_decided_by_body_display()),
        model.Cell(decision.registry_number or _NONE),
        model.Cell("\n".join(filter(None, [document["title"], address])) or _NONE),
        model.dated(decision.next_due_on, none=_("until further notice")),
    )


# --- The grant --------------------------------------------------------------------------------------------------------


def _grant(asked: Asked) -> Blocks:
    yield model.Notice(
        _("Read for one year's grant. Nobody has checked the rules here: look them up first. Source: %(source)s.")
        % {"source": GRANT_SOURCE},
        "warning",
        _("Check the rules of the year"),
    )
    yield model.Heading(_("What the grant asks for"))
    yield model.Points(tuple(str(rule) for rule in GRANT_RULES))
    yield model.Heading(_("Attachment A: situational picture"))
    yield from _picture_by_law(asked)
    yield model.Heading(_("Attachment B: action plan, goals and how they are evaluated"))
    yield from _plan_by_law(asked)


def _long(day: dt.date) -> str:
    return date_format(day, "j F Y")
