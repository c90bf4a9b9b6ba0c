"""A plan as PDF, Word and Excel: a decided version as it was frozen, or the draft of the next one marked as that.

Built from the plain content of `plans/content.py` alone, as `plans/protecting.py` tells it to the reader, so that each
file says the same as the page. The table of measures has the columns of the national template for action plans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from action_plans.models import MeasureState, Plan, PlanVersion
from action_plans.plans.changes import groups
from action_plans.plans.content import Content, now_of, working_content
from action_plans.plans.deciding import last_version
from action_plans.plans.diff import differences
from action_plans.plans.presenters import day_words, days_words, url_of, version_url, when_words, word_of
from action_plans.plans.protecting import content_for, told_outside, version_for, viewer_of
from action_plans.rules import below_the_line
from documents import excel, model, pdf, word
from partners.looks import look_of, notice_words
from situational_picture.protecting import PROTECTED
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words

Blocks = Iterator[model.Block]
Row = Mapping[str, Any]
_NONE = "–"


def plan_pdf(user: Any, plan: Plan, version: PlanVersion | None, *, address: str) -> bytes:
    """The version, or the draft of the next one, as PDF, as this user may see it. `address` is where its page is."""
    return pdf.write(plan_document(user, plan, version, address=address), look=_look_of(plan, version))


def plan_word(
    user: Any, plan: Plan, version: PlanVersion | None, *, address: str, template: bytes | None = None
) -> bytes:
    """The same as a Word file, in the municipality's own template where there is one."""
    document = plan_document(user, plan, version, address=address)
    return word.write(document, template=template, look=_look_of(plan, version))


def plan_excel(user: Any, plan: Plan, version: PlanVersion | None, *, address: str) -> bytes:
    """The same as an Excel workbook."""
    return excel.write(plan_document(user, plan, version, address=address), look=_look_of(plan, version))


def _look_of(plan: Plan, version: PlanVersion | None) -> model.Look | None:
    """A decided version keeps the look it was decided in."""
    return look_of(plan.collaboration_id, version.decided_at if version else None)


def version_blocks(version: PlanVersion, *, address: str) -> Blocks:
    """What a decided plan says, for a paper that leaves the circle: small counts are protected for every reader."""
    plan = version.plan
    before = PlanVersion.objects.filter(plan=plan, number__lt=version.number).order_by("-number").first()
    told = _Told(
        content=told_outside(plan, version.content),
        plan=plan,
        version=version,
        next_number=version.number,
        before=before,
        before_content=told_outside(plan, before.content) if before else None,
        now={},
        is_protected=True,
        address=address,
    )
    return told.blocks()


def plan_document(user: Any, plan: Plan, version: PlanVersion | None, *, address: str) -> model.Document:
    """What the document says. Without a version: the plan as it is worked on, with drafts and proposals."""
    if version is None:
        content, last = content_for(user, plan, working_content(plan)), last_version(plan)
        before = last
    else:
        content, last = version_for(user, version), version
        before = PlanVersion.objects.filter(plan=plan, number__lt=version.number).order_by("-number").first()
    told = _Told(
        content=content,
        plan=plan,
        version=version,
        next_number=(last.number if last else 0) + (version is None),
        before=before,
        before_content=version_for(user, before) if before else None,
        now=now_of(plan) if version is None else {},
        is_protected=viewer_of(user, plan) != CIRCLE,
        address=address,
    )
    about = content["plan"]
    return model.Document(
        title=about["title"],
        language=get_language() or "sv",
        made_at=version.decided_at if version else timezone.now(),
        eyebrow=" · ".join(
            [_("Joint action plan"), about["collaboration"], about["area"], about["code"], told.version_words()]
        ),
        lead=told.lead(),
        author=f"EST {about['collaboration']}",
        notice=notice_words(plan.collaboration),
        footer=f"{about['code']}, {told.version_words()}. {told.readers()}",
        watermark="" if version else _("Draft"),
        blocks=tuple(told.blocks()),
    )


class _Told:
    """One plan on its way into a document."""

    def __init__(
        self,
        *,
        content: Content,
        plan: Plan,
        version: PlanVersion | None,
        next_number: int,
        before: PlanVersion | None,
        before_content: Content | None,
        now: Mapping[int, Row],
        is_protected: bool,
        address: str,
    ) -> None:
        self.content, self.plan, self.version, self.number = content, plan, version, next_number
        self.before, self.before_content, self.now = before, before_content, now
        self.is_protected, self.address = is_protected, address
        self.causes = {cause["number"]: cause for cause in content["causes"]}
        self.goals = {goal["number"]: goal for goal in content["goals"]}
        self.measures: Sequence[Row] = content["measures"]
        # What was aborted asks for nothing more, of nobody.
        self.live = [measure for measure in self.measures if measure.get("state") != MeasureState.ABORTED]

    def version_words(self) -> str:
        """Which version it is, and whether anybody has decided it."""
        if self.version is None:
            return _("version %(version)s, draft") % {"version": self.number}
        return _("version %(version)s, decided by %(group)s on %(day)s") % {
            "version": self.version.number,
            "group": self.version.decided_by_group.name,
            "day": _long(self.version.decided_on),
        }

    def lead(self) -> str:
        parties = len(self.parties())
        measures = ngettext("%(count)s measure", "%(count)s measures", len(self.measures)) % {
            "count": number_words(len(self.measures))
        }
        causes = ngettext("%(count)s cause", "%(count)s causes", len(self.causes)) % {
            "count": number_words(len(self.causes))
        }
        partners = ngettext("%(count)s partner", "%(count)s partners", parties) % {"count": number_words(parties)}
        return _("%(measures)s against %(causes)s, by %(partners)s, from %(first)s to %(last)s.") % {
            "measures": capfirst(measures),
            "causes": causes,
            "partners": partners,
            "first": _long(_day(self.content["plan"]["first_day"])),
            "last": _long(_day(self.content["plan"]["last_day"])),
        }

    def readers(self) -> str:
        if self.is_protected:
            return _("Small counts are protected.")
        return _("For the partners who work in the area: small counts are shown. Do not pass it on.")

    def parties(self) -> list[str]:
        """Who has agreed, and who does something: by name."""
        agreement = self.content["agreement"] or {"parties": []}
        agreed = {party["organisation"] for party in agreement["parties"]}
        return sorted(agreed | {part["organisation"] for measure in self.measures for part in measure["parts"]})

    def blocks(self) -> Blocks:
        yield from self._short()
        yield from self._agreement()
        yield from self._goals()
        yield from self._plan()
        yield from self._parts()
        yield from self._resources()
        yield from self._time()
        yield from self._evaluations()
        yield from self._changes()
        yield from self._about()

    # --- The head -----------------------------------------------------------------------------------------------------

    def _short(self) -> Blocks:
        about = self.content["plan"]
        if self.version is None:
            yield model.Notice(
                _("Nobody has decided this version. It holds drafts and proposals, and changes as the partners work."),
                "warning",
                _("This is a draft"),
            )
        agreement = self.content["agreement"]
        rows = [
            (_("Area"), about["area"]),
            (_("Parties"), ", ".join(self.parties()) or _("nobody yet")),
            (_("Period"), f"{_long(_day(about['first_day']))} – {_long(_day(about['last_day']))}"),
            (_("Purpose"), about["purpose"]),
            (_("Collaboration agreement"), agreement["title"] if agreement else _("none")),
            (_("Registry number"), about["registry_number"]),
            (_("Version"), str(self.version.number) if self.version else self.version_words()),
        ]
        if self.version:
            rows += [
                (_("Decided by"), self.version.decided_by_group.name),
                (_("Decided on"), _long(self.version.decided_on)),
                (_("What has changed, and why"), self.version.reason),
            ]
        yield model.Heading(_("The plan in short"))
        yield _pairs(_("The plan in short"), rows)
        yield model.Heading(_("Signatures"), 3)
        signed = list(self.version.signatures.select_related("organisation")) if self.version else []
        if not signed:
            yield model.Text(_("Nobody has signed this version yet."))
            return
        yield _table(
            _("Signatures"),
            (_("Function"), _("Organisation"), _("Signed on")),
            [
                (model.Cell(one.function), model.Cell(one.organisation.name), model.dated(one.signed_on))
                for one in signed
            ],
        )

    def _agreement(self) -> Blocks:
        agreement = self.content["agreement"]
        if not agreement:
            return
        yield model.Heading(_("The collaboration agreement"))
        problems = "\n".join(f"{one['code']} {one['title']}" for one in agreement["problems"])
        yield _pairs(
            _("The collaboration agreement"),
            [
                (_("Agreement"), agreement["title"]),
                (_("Period"), f"{_long(_day(agreement['first_day']))} – {_long(_day(agreement['last_day']))}"),
                (_("Registry number"), agreement["registry_number"]),
                (_("Problems in focus"), problems),
                (_("How the work is documented"), agreement["documented_how"]),
                (_("How it is followed up"), agreement["followed_up_how"]),
            ],
        )
        if agreement["parties"]:
            yield _table(
                _("Parties of the agreement"),
                (_("Organisation"), _("Function that signed"), _("Signed on")),
                [
                    (
                        model.Cell(one["organisation"]),
                        model.Cell(one["function"] or _NONE),
                        model.dated(_day(one["signed_on"])),
                    )
                    for one in agreement["parties"]
                ],
            )

    # --- Goals and measures -------------------------------------------------------------------------------------------

    def _goals(self) -> Blocks:
        yield model.Heading(_("What it is to lead to"))
        if not self.goals:
            yield model.Text(_("No goal has been written yet."))
            return
        is_draft = self.version is None
        columns = (
            model.Column(pgettext("column of numbers", "No.")), model.Column(_("Goal")), model.Column(_("Indicator")),
            model.Column(_("Baseline"), True), model.Column(_("Baseline period")), model.Column(_("Target"), True),
            model.Column(pgettext("goal", "By")),
        )  # fmt: skip
        rows = []
        for goal in self.goals.values():
            baseline = goal["baseline"]
            kind = capfirst(word_of(goal["kind"]))
            if is_draft and not goal.get("is_agreed"):
                kind = _("%(kind)s, not agreed yet") % {"kind": kind}
            owner = ", ".join(filter(None, [goal["organisation"], goal["function"]]))
            owner = _("Owner: %(name)s") % {"name": owner} if owner else ""
            row = (
                model.Cell(_goal_code(goal["number"])),
                model.Cell("\n".join(filter(None, [goal["text"], kind, owner]))),
                model.Cell(" ".join(filter(None, [goal["indicator"], f"({goal['unit']})" if goal["unit"] else ""]))),
                _baseline(baseline),
                model.Cell(_days(baseline["from"], baseline["to"])),
                _counted(goal["target"]),
                model.dated(_day(goal["target_on"])),
            )
            rows.append(row)
        yield model.Table(_("Goals"), columns, tuple(rows))

    def _plan(self) -> Blocks:
        """The table of the national template, column by column, in the agreed order."""
        yield model.Heading(_("The action plan"))
        if not self.measures:
            yield model.Text(_("No measure has been written yet."))
            return
        labels = (
            pgettext("action plan", "Cause"), pgettext("action plan", "Measure"),
            pgettext("action plan", "Operative goals"), pgettext("action plan", "When"),
            pgettext("action plan", "Who"), pgettext("action plan", "Follow-up"),
        )  # fmt: skip
        yield _table(
            _("Action plan"),
            labels,
            [tuple(model.Cell(text or _NONE) for text in self._columns_of(measure)) for measure in self.measures],
        )

    def _columns_of(self, measure: Row) -> Iterator[str]:
        causes = [self.causes[number] for number in measure["causes"]]
        yield "\n".join(f"{cause['number']}. {cause['text']}" for cause in causes) or _("No cause named yet.")
        yield "\n".join(filter(None, self._what(measure)))
        yield "\n".join(
            f"{_goal_code(number)}. {self.goals[number]['text']}" for number in measure["goals"] if number in self.goals
        )
        yield when_words(measure)
        yield "\n".join(_who(part) for part in measure["parts"]) or _("Nobody yet.")
        yield "\n".join(filter(None, self._followed_up(measure)))

    def _what(self, measure: Row) -> Iterator[str]:
        yield f"{measure['number']}. {measure['title']}"
        yield measure["description"]
        if measure["mechanism"]:
            yield _("How it is supposed to work: %(text)s") % {"text": measure["mechanism"]}
        if measure["places"]:
            yield _("Where: %(places)s") % {"places": ", ".join(place["name"] for place in measure["places"])}
        kinds = [word_of(measure[name]) for name in ("operation", "technique", "level") if measure[name]]
        if kinds:
            yield capfirst(", ".join(kinds)) + "."

    def _followed_up(self, measure: Row) -> Iterator[str]:
        if measure["follow_up_on"]:
            yield _("On %(day)s.") % {"day": _long(_day(measure["follow_up_on"]))}
        if measure["indicator"]:
            yield _("By: %(indicator)s") % {"indicator": measure["indicator"]}
        baseline = measure["baseline"]
        if baseline["value"] is not None:
            yield _("Before: %(value)s (%(period)s)") % {
                "value": number_words(baseline["value"]),
                "period": _days(baseline["from"], baseline["to"]),
            }
        now = self.now.get(measure["number"])
        if not now:
            return
        said = _("Now: %(state)s, late") if now["is_overdue"] else _("Now: %(state)s")
        yield said % {"state": now["state_word"]}
        if now["followed_up_on"]:
            yield _("Carried out? %(answer)s. Good result? %(result)s (%(day)s)") % {
                "answer": capfirst(now["carried_out_word"]),
                "result": capfirst(now["good_result_word"]),
                "day": day_words(now["followed_up_on"]),
            }

    def _parts(self) -> Blocks:
        """Who has promised what, and where nobody has yet: a hole says so."""
        rows, holes = [], 0
        for measure in self.live:
            for part in measure["parts"]:
                holes += part["answer"]["code"] != "accepted"
                rows.append(
                    (
                        model.Cell(str(measure["number"])),
                        model.Cell(measure["title"]),
                        model.Cell(_organisation(part)),
                        model.Cell(part["text"]),
                        model.dated(_day(part["due_on"])),
                        model.Cell(capfirst(part["answer"]["word"])),
                    )
                )
            if not measure["parts"]:
                holes += 1
                rows.append(
                    (
                        model.Cell(str(measure["number"])),
                        model.Cell(measure["title"]),
                        model.Cell(_("Nobody yet")),
                        model.Cell(_NONE),
                        model.dated(None),
                        model.Cell(_("Nobody has been asked.")),
                    )
                )
        if not rows:
            return
        yield model.Heading(_("Who has promised what"))
        if holes:
            said = ngettext(
                "%(count)s part is a hole in the plan: nobody has promised it.",
                "%(count)s parts are holes in the plan: nobody has promised them.",
                holes,
            )
            yield model.Notice(said % {"count": number_words(holes)}, "warning")
        labels = (
            pgettext("column of numbers", "No."),
            _("Measure"),
            _("Partner"),
            _("What"),
            _("Done by"),
            _("Answer"),
        )
        yield _table(_("Parts"), labels, rows)

    def _resources(self) -> Blocks:
        """What the measures ask for in their agreed order, and which stand below the line."""
        about = self.content["plan"]
        below = below_the_line(self.live, hours=about["hours_available"], money=about["money_available"])
        has_limits = about["hours_available"] is not None or about["money_available"] is not None
        if not has_limits and not any(m["hours"] is not None or m["cost_sek"] is not None for m in self.live):
            return
        yield model.Heading(_("What it takes"))
        said = []
        if about["hours_available"] is not None:
            said.append(_("There are %(hours)s working hours.") % {"hours": number_words(about["hours_available"])})
        if about["money_available"] is not None:
            said.append(_("There are %(money)s kronor.") % {"money": number_words(about["money_available"])})
        if below:
            titles = ", ".join(f"{m['number']}. {m['title']}" for m in self.live if m["number"] in below)
            yield model.Notice(
                " ".join([*said, _("In the agreed order it is not enough for: %(measures)s.") % {"measures": titles}]),
                "warning",
                _("Below the line"),
            )
        elif has_limits:
            yield model.Text(" ".join([*said, _("All measures have room.")]))
        rows = [
            (
                model.Cell(str(place), "number", place),
                model.Cell(f"{measure['number']}. {measure['title']}"),
                _counted(measure["hours"]),
                _counted(measure["cost_sek"]),
                model.Cell(measure["funding"] or _NONE),
                model.Cell(
                    (_("below the line") if measure["number"] in below else _("has room")) if has_limits else _NONE
                ),
            )
            for place, measure in enumerate(self.live, start=1)
        ]
        columns = (
            model.Column(_("Order"), True),
            model.Column(_("Measure")),
            model.Column(_("Hours"), True),
            model.Column(_("Kronor"), True),
            model.Column(_("Paid by")),
            model.Column(_("Is there room?")),
        )
        yield model.Table(_("Hours and money"), columns, tuple(rows))

    def _time(self) -> Blocks:
        """The measures over the months, drawn and in days."""
        dated = [m for m in self.live if m["start_on"] or m["due_on"]]
        if not dated:
            return
        about = self.content["plan"]
        days = [_day(about["first_day"]), _day(about["last_day"])]
        days += [_day(m[name]) for m in dated for name in ("start_on", "due_on", "follow_up_on")]
        first, last = min(filter(None, days)), max(filter(None, days))
        undecided = {MeasureState.DRAFT, MeasureState.PROPOSED}
        bars = tuple(
            model.Bar(
                label=f"{m['number']}. {m['title']}",
                first=_day(m["start_on"]),
                last=_day(m["due_on"]),
                mark=_day(m["follow_up_on"]),
                is_open=m.get("state") in undecided,
            )
            for m in dated
        )
        yield model.Heading(_("When it happens"))
        yield model.TimePlan(
            alt=self._in_words(dated, first, last),
            first_day=first,
            last_day=last,
            bars=bars,
            bar_name=_("From start to done"),
            mark_name=_("Followed up"),
            open_name=_("Not decided yet"),
        )
        yield _table(
            _("Time plan"),
            (
                pgettext("column of numbers", "No."),
                _("Measure"),
                _("Starts"),
                _("Done by"),
                _("Followed up on"),
                _("How often"),
            ),
            [
                (
                    model.Cell(str(m["number"])),
                    model.Cell(m["title"]),
                    model.dated(_day(m["start_on"])),
                    model.dated(_day(m["due_on"])),
                    model.dated(_day(m["follow_up_on"])),
                    model.Cell(word_of(m["recurrence"]) or _("once")),
                )
                for m in dated
            ],
        )

    def _in_words(self, dated: Sequence[Row], first: dt.date, last: dt.date) -> str:
        said = _("The measures as bars from %(first)s to %(last)s.") % {"first": _long(first), "last": _long(last)}
        bars = [f"{m['number']}. {m['title']}: {_days(m['start_on'], m['due_on'])}." for m in dated[: model.MOST_BARS]]
        return " ".join([said, *bars])

    def _evaluations(self) -> Blocks:
        planned = [m for m in self.measures if m["evaluation"]]
        if not planned:
            return
        yield model.Heading(_("How we will know whether it worked"))
        labels = (
            _("Measure"), _("What is compared"), _("Where"), _("Compared with"), _("Before and after"),
            _("Which result would change the decision"),
        )  # fmt: skip
        rows = []
        for measure in planned:
            one = measure["evaluation"]
            # What a version of before November 2026 does not have.
            what = [one["indicator"], one.get("counted", "")]
            compared = [*one["areas"], *one.get("compared_places", [])]
            where = [", ".join(one["places"])]
            if one["ring_m"]:
                where.append(_("and %(ring)s m around") % {"ring": number_words(one["ring_m"])})
            periods = f"{_days(one['before_from'], one['before_to'])}\n{_days(one['after_from'], one['after_to'])}"
            texts = (
                f"{measure['number']}. {measure['title']}", "\n".join(filter(None, what)),
                "\n".join(filter(None, where)) or _NONE, ", ".join(compared) or _NONE, periods, one["decision_rule"],
            )  # fmt: skip
            rows.append(tuple(map(model.Cell, texts)))
        yield _table(_("Evaluation plans"), labels, rows)

    # --- What has changed, and what the document is -------------------------------------------------------------------

    def _changes(self) -> Blocks:
        if self.before is None or self.before_content is None:
            return
        yield model.Heading(_("What has changed since version %(number)s") % {"number": self.before.number})
        changes = differences(self.before_content, self.content)
        if not changes:
            yield model.Text(_("Nothing."))
            return
        rows = [
            tuple(model.Cell(text or _NONE) for text in (group["title"], row["sentence"], row["was"], row["now"]))
            for group in groups(changes, self.before_content, self.content)
            for row in group["rows"]
        ]
        yield _table(_("Changes"), (_("Of what"), _("What"), _("Before"), _("Now")), rows)

    def _about(self) -> Blocks:
        yield model.Heading(_("About this document"))
        if self.version:
            said = [
                _("Decided by %(group)s on %(day)s. It never changes; what is agreed later goes into a new version.")
                % {"group": self.version.decided_by_group.name, "day": _long(self.version.decided_on)}
            ]
            left = self.content["left_out"]
            if left["measures"] or left["goals"]:
                names = [str(number) for number in left["measures"]]
                goals = [_goal_code(number) for number in left["goals"]]
                said.append(
                    _("Drafts and proposals nobody had decided are no part of it: %(names)s.")
                    % {"names": ", ".join([*names, *goals])}
                )
        else:
            said = [
                _("A draft as of %(day)s: no group has decided it, and it changes as the partners work on it.")
                % {"day": _long(timezone.localdate())}
            ]
        said.append(_("Where each measure stands, and what each partner has kept, is told on the plan's page."))
        if self.is_protected:
            said.append(
                _("Counts from 1 to %(limit)s are protected, and so are others from which they could be worked out.")
                % {"limit": self.plan.collaboration.protect_counts_up_to}
            )
        said.append(_("The page of the plan: %(address)s") % {"address": self.address})
        yield model.Points(tuple(said), "small")


# --- Words ------------------------------------------------------------------------------------------------------------


def page_of(plan: Plan, version: PlanVersion | None) -> str:
    """The address of the page that the document is made of."""
    return url_of(plan) if version is None else version_url(version)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _long(day: dt.date | None) -> str:
    return date_format(day, "j F Y") if day else _NONE


def _days(first: str | None, last: str | None) -> str:
    return days_words(first, last) or _NONE


def _goal_code(number: int) -> str:
    return pgettext("number of a goal", "G%(number)s") % {"number": number}


def _counted(value: Any) -> model.Cell:
    if value == PROTECTED:
        return model.counted(None, "protected")
    return model.Cell(_NONE) if value is None else model.counted(value)


def _baseline(baseline: Row) -> model.Cell:
    """As the page tells it: the number, or the tens it is at least, or that it is protected."""
    if baseline.get("at_least"):
        return model.Cell(_("at least %(number)s") % {"number": number_words(baseline["at_least"])})
    return _counted(baseline["value"])


def _organisation(part: Row) -> str:
    return _("%(organisation)s (leads)") % part if part["is_lead"] else str(part["organisation"])


def _who(part: Row) -> str:
    said = ", ".join(filter(None, [_organisation(part), part["function"]]))
    # What nobody has promised stands as a hole.
    return said if part["answer"]["code"] == "accepted" else f"{said} [{part['answer']['word']}]"


def _pairs(caption: str, rows: Sequence[tuple[str, str]]) -> model.Table:
    cells = [(model.Cell(label), model.Cell(text or _NONE)) for label, text in rows]
    return _table(caption, (_("What"), _("Said")), cells)


def _table(caption: str, labels: Sequence[str], rows: Sequence[tuple[model.Cell, ...]]) -> model.Table:
    return model.Table(caption, tuple(map(model.Column, labels)), tuple(rows))
