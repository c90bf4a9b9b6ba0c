"""Leading a meeting: from the agenda to the minutes. Each step locks the meeting first.

What is on the agenda is decided when the meeting is opened: everything the platform has noticed, and everything the
group has not settled. A matter leaves the group's list only when something has come of it, so nothing disappears.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.commitments import actions as commitments
from action_plans.models import Commitment
from areas.models import Area
from audit.actions import record
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotAllowed, NotPossible
from councils.escalations.actions import escalate
from councils.escalations.queries import is_shown_declined
from councils.meetings import news
from councils.meetings.changes import Said, check_said, own_organisation, possible
from councils.meetings.deviations import areas_of, no_longer, noticed
from councils.meetings.minutes import content_of
from councils.meetings.permissions import check_may_adjust, check_may_keep_meetings, check_may_report_done
from councils.meetings.planning import locked, plan_next
from councils.meetings.queries import people_of
from councils.meetings.rules import (
    SETTLES,
    STANDING,
    check_asks_parts,
    check_is_closed,
    check_is_ongoing,
    check_is_open,
    check_is_planned,
)
from councils.meetings.things import KINDS, thing_of
from councils.models import (
    Adjustment,
    AgendaItem,
    Attendance,
    CalledIn,
    Decision,
    DecisionPart,
    Matter,
    Meeting,
    MeetingState,
    Objection,
    Outcome,
    Section,
    Subject,
)
from councils.models.meetings import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE
from partners.levels import DecisionKind, check_level_decides
from partners.models import Collaboration, Group, GroupMember, Level, Membership, Organisation
from partners.roles import MAY_COMPILE

ORDER = {section: number for number, section in enumerate(Section)}
# A meeting can be opened so long before it begins: nobody opens next month's by mistake.
EARLIEST = dt.timedelta(hours=24)
LATEST_ASSIGNMENT = dt.timedelta(days=3 * 365)


# --- Matters ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def bring_matter(
    *,
    by: Any,
    group: Group,
    section: str,
    title: str,
    area: Area | None = None,
    about_kind: str = "",
    about_id: int | None = None,
    is_confirmed: bool = False,
) -> Matter:
    """Put something on the group's list: it is taken up at its next meeting, or now where one goes on."""
    check_may_keep_meetings(by, group)
    group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    title = " ".join(title.split())
    if not title:
        raise NotPossible({"title": _("Say in a few words what is to be taken up.")})
    check_texts(by, group.collaboration_id, {"title": title}, is_confirmed=is_confirmed, longest=LONGEST_TITLE)
    if about_kind and thing_of(by, about_kind, about_id) is None:
        raise NotPossible(_("What the matter is about is not there any more."))
    if area is not None and area.collaboration_id != group.collaboration_id:
        raise NotPossible({"area": _("Choose an area of this collaboration.")})
    matter = Matter(
        collaboration_id=group.collaboration_id,
        group=group,
        section=section,
        title=title,
        area=area,
        about_kind=about_kind,
        about_id=about_id if about_kind else None,
        raised_by=by,
    )
    # The same form sent twice is one matter.
    same = Matter.objects.waiting().filter(
        group=group, title=title, section=section, about_kind=matter.about_kind, about_id=matter.about_id
    )
    if (before := same.first()) is not None:
        return before
    check_row(matter, without=["collaboration", "group", "raised_by", "area"])
    matter.save()
    record("matter_brought", by=by, subject=matter, group=group.pk)
    ongoing = Meeting.objects.filter(group=group, state=MeetingState.ONGOING).first()
    if ongoing is not None:
        meeting = locked(ongoing)
        check_is_ongoing(meeting)
        _put_on(meeting, [matter])
    return matter


def _put_on(meeting: Meeting, matters: list[Matter]) -> None:
    """New items, last in the part of the agenda they belong to."""
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    AgendaItem.objects.bulk_create(
        [
            AgendaItem(
                collaboration_id=meeting.collaboration_id,
                meeting=meeting,
                matter=matter,
                section=matter.section,
                position=last + number,
                title=matter.title,
                times_postponed=matter.times_postponed,
            )
            for number, matter in enumerate(matters, start=1)
        ]
    )


# --- Opening ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_meeting(*, by: Any, meeting: Meeting) -> Meeting:
    """Begin: write the agenda down, from what has been noticed and what the group has not settled."""
    # The group before its meeting, as whoever brings a matter locks them: what is brought meanwhile is on the agenda.
    Group.objects.select_for_update(no_key=True).get(pk=meeting.group_id)
    meeting = locked(meeting)
    check_may_keep_meetings(by, meeting.group)
    if meeting.state == MeetingState.ONGOING:
        return meeting
    check_is_planned(meeting)
    now = timezone.now()
    if now < meeting.starts_at - EARLIEST:
        raise NotPossible(_("A meeting is opened on its day. Move it if it is held earlier."))
    if Meeting.objects.filter(group=meeting.group, state=MeetingState.ONGOING).exists():
        raise NotPossible(_("The group has a meeting that goes on. Close it first."))
    meeting.state, meeting.opened_at, meeting.opened_by = MeetingState.ONGOING, now, by
    meeting.save(update_fields=["state", "opened_at", "opened_by"])
    _note_deviations(by, meeting.group)
    _write_agenda(meeting)
    record("meeting_opened", by=by, subject=meeting)
    return meeting


def _note_deviations(by: Any, group: Group) -> None:
    """A matter for each deviation the group has none of; one that has been there is called what it is called now.

    What has ended meanwhile stays until the group has said what came of it, and is called so.
    """
    waiting = {one.key: one for one in Matter.objects.waiting().filter(group=group).exclude(key="")}
    # What is stored is read by all: in the platform's own language.
    with translation.override(settings.LANGUAGE_CODE):
        every = noticed(by, group, timezone.localdate())
        found = [one for one in every if not one.is_folded]
        lasting = {one.key for one in every}
        # Whoever does not see all that happens here cannot know that something has ended.
        sees_all = by.has_role(group.collaboration_id, MAY_COMPILE)
        ended = [(one.pk, no_longer(one.title)) for one in waiting.values() if sees_all and one.key not in lasting]
    for pk, title in ended:
        Matter.objects.filter(pk=pk).update(title=title)
    new = []
    for one in found:
        if (known := waiting.get(one.key)) is not None:
            if known.title != one.title:
                Matter.objects.filter(pk=known.pk).update(title=one.title)
            continue
        new.append(
            Matter(
                collaboration_id=group.collaboration_id,
                group=group,
                area_id=one.area_id,
                section=one.section,
                title=one.title,
                about_kind=one.about_kind,
                about_id=one.about_id,
                key=one.key,
            )
        )
    Matter.objects.bulk_create(new)


def _write_agenda(meeting: Meeting) -> None:
    rows: list[tuple[int, int, AgendaItem]] = []
    here: dict[str, Any] = {"collaboration_id": meeting.collaboration_id, "meeting": meeting}
    for section in STANDING[Level(meeting.group.level)]:
        item = AgendaItem(**here, section=section, position=0)
        rows.append((ORDER[section], 0, item))
    with translation.override(settings.LANGUAGE_CODE):
        for _order, _number, item in rows:
            item.title = str(Section(item.section).label)
    for matter in Matter.objects.waiting().filter(group=meeting.group).order_by("-times_postponed", "pk"):
        item = AgendaItem(
            **here,
            section=matter.section,
            matter=matter,
            title=matter.title,
            times_postponed=matter.times_postponed,
            position=0,
        )
        rows.append((ORDER[Section(matter.section)], 1, item))
    # Python's sort keeps the order within a part: what was postponed most often comes first.
    rows.sort(key=lambda row: row[:2])
    for position, (_order, _number, item) in enumerate(rows, start=1):
        item.position = position
    AgendaItem.objects.bulk_create([item for _order, _number, item in rows])


# --- While it goes on -------------------------------------------------------------------------------------------------


def _ongoing(by: Any, meeting: Meeting) -> Meeting:
    meeting = locked(meeting)
    check_may_keep_meetings(by, meeting.group)
    check_is_ongoing(meeting)
    return meeting


def _item(meeting: Meeting, item: AgendaItem) -> AgendaItem:
    found = AgendaItem.objects.select_related("matter").get(pk=item.pk, meeting=meeting)
    found.meeting = meeting
    return found


def ongoing_item(by: Any, item: AgendaItem) -> tuple[Meeting, AgendaItem]:
    """The meeting that goes on, locked, and its item as it is now, for whoever leads it."""
    meeting = _ongoing(by, item.meeting)
    return meeting, _item(meeting, item)


def sent_before(meeting: Meeting, form_id: uuid.UUID) -> Decision | None:
    """What a form that is sent again has already decided."""
    return Decision.objects.filter(form_id=form_id, meeting=meeting).first()


def _shut(meeting: Meeting, now: dt.datetime) -> None:
    """Whatever item is open is not any more; the time it was open is counted."""
    for item in meeting.items.filter(open_since__isnull=False):
        assert item.open_since is not None
        spent = max(0, round((now - item.open_since).total_seconds()))
        AgendaItem.objects.filter(pk=item.pk).update(open_since=None, seconds=F("seconds") + spent)


@transaction.atomic
def open_item(*, by: Any, item: AgendaItem) -> AgendaItem:
    """Take up an item; the one before is left, and keeps the time it took."""
    meeting = _ongoing(by, item.meeting)
    item = _item(meeting, item)
    if item.open_since is None:
        now = timezone.now()
        _shut(meeting, now)
        item.open_since = now
        item.save(update_fields=["open_since"])
    return item


@transaction.atomic
def write_note(*, by: Any, item: AgendaItem, text: str, row_version: int, is_confirmed: bool = False) -> AgendaItem:
    """Write what is said of an item, for the minutes."""
    meeting = _ongoing(by, item.meeting)
    item = _item(meeting, item)
    check_version(item, row_version)
    text = text.replace("\r\n", "\n").strip()
    check_texts(by, meeting.collaboration_id, {"note": text}, is_confirmed=is_confirmed, longest=LONGEST_TEXT)
    if text != item.note:
        item.note = text
        item.row_version += 1
        item.save(update_fields=["note", "row_version"])
    return item


@transaction.atomic
def decide(
    *,
    by: Any,
    item: AgendaItem,
    outcome: str,
    text: str = "",
    motive: str = "",
    kind: str = "",
    change: str = "",
    organisation: Organisation | None = None,
    responsible: Membership | None = None,
    due_on: dt.date | None = None,
    form_id: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> Decision:
    """Write down a decision, an assignment or what is for information, while its item is open.

    Where `change` names a step with what the matter is about, that step is taken in the same moment, or nothing is.
    """
    meeting = _ongoing(by, item.meeting)
    item = _item(meeting, item)
    form_id = form_id or uuid.uuid4()
    if (before := sent_before(meeting, form_id)) is not None:
        return before
    check_is_open(item)
    if outcome not in {Outcome.DECISION, Outcome.ASSIGNMENT, Outcome.INFORMATION}:
        raise NotPossible({"outcome": _("Choose from the list.")})
    for one in (organisation, responsible):
        if one is not None and one.collaboration_id != meeting.collaboration_id:
            raise NotPossible(_("Choose a partner who takes part here."))
    if outcome == Outcome.ASSIGNMENT:
        _check_assignment(organisation, responsible, due_on)
    said = Said(
        reason=motive.strip(),
        organisation=organisation,
        responsible=responsible,
        due_on=due_on,
        text=text.replace("\r\n", "\n").strip(),
        is_confirmed=is_confirmed,
    )
    words, made = said.text, None
    if change:
        if outcome != Outcome.DECISION:
            raise NotPossible({"outcome": _("A change is a decision.")})
        kind, words, made = _change(by, meeting, item, change, said)
    elif outcome == Outcome.DECISION:
        if kind not in DecisionKind.values:
            raise NotPossible({"kind": _("Say what the decision is about.")})
        check_level_decides(meeting.group, kind)
    if not words:
        raise NotPossible({"text": _("Say what is decided.")})
    texts = {"text": said.text, "motive": said.reason}
    check_texts(by, meeting.collaboration_id, texts, is_confirmed=is_confirmed, longest=LONGEST_TEXT)
    matter = item.matter
    decision = store_decision(
        by,
        meeting,
        item,
        outcome=outcome,
        kind=kind if outcome == Outcome.DECISION else "",
        change=change,
        text=words,
        motive=said.reason,
        organisation=organisation,
        responsible=responsible,
        due_on=due_on,
        form_id=form_id,
        about=(matter.about_kind, matter.about_id) if matter else ("", None),
    )
    # What is asked again, or was asked in the same words, belongs to the decision that first asked it.
    if isinstance(made, Commitment) and not DecisionPart.objects.filter(commitment=made).exists():
        DecisionPart.objects.create(collaboration_id=meeting.collaboration_id, decision=decision, commitment=made)
    return decision


def store_decision(
    by: Any, meeting: Meeting, item: AgendaItem, *, about: tuple[str, int | None], outcome: str, **values: Any
) -> Decision:
    """The decision with the next number, and what has come of its item."""
    # One at a time, so that no two get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=meeting.collaboration_id)
    last = Decision.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    decision = Decision(
        collaboration=collaboration,
        number=(last or 0) + 1,
        meeting=meeting,
        item=item,
        outcome=outcome,
        about_kind=about[0],
        about_id=about[1],
        made_by=by,
        **values,
    )
    check_row(decision, without=["collaboration", "meeting", "item", "organisation", "responsible", "made_by"])
    decision.save()
    _come_of(item, outcome)
    record("decision_made", by=by, subject=decision, outcome=str(outcome), change=decision.change)
    if outcome == Outcome.ASSIGNMENT:
        news.tell_assigned(decision, by=by)
    return decision


def _check_assignment(
    organisation: Organisation | None, responsible: Membership | None, due_on: dt.date | None
) -> None:
    faults = {}
    if organisation is None:
        faults["organisation"] = [_("Say who does it.")]
    elif responsible is not None and responsible.organisation_id != organisation.pk:
        faults["responsible"] = [_("Choose somebody in %(organisation)s.") % {"organisation": organisation.name}]
    today = timezone.localdate()
    if due_on is None:
        faults["due_on"] = [_("Say until when.")]
    elif not today <= due_on <= today + LATEST_ASSIGNMENT:
        faults["due_on"] = [
            _("The day has passed. Choose a later one.") if due_on < today else _("Look at the year again.")
        ]
    if faults:
        raise NotPossible(faults)


def _change(by: Any, meeting: Meeting, item: AgendaItem, code: str, said: Said) -> tuple[str, str, Any]:
    """Take the step: its kind, the words of the decision, and what the step made."""
    matter = item.matter
    thing = thing_of(by, matter.about_kind, matter.about_id) if matter else None
    if matter is None or thing is None:
        raise NotPossible(_("What the matter is about is not there any more."))
    change = possible(matter.about_kind, thing).get(code)
    if change is None:
        raise NotPossible(_("This cannot be decided any more as things stand now. Look at what it is about again."))
    check_level_decides(meeting.group, change.kind)
    check_said(change, said)
    with translation.override(settings.LANGUAGE_CODE):
        name = KINDS[matter.about_kind].name(thing)
    try:
        made = change.make(by, meeting.group, thing, said)
    except NotAllowed as no:
        # Whoever leads the meeting may do that; what is refused is this step, and what was written stays in its form.
        raise NotPossible(str(no)) from no
    due_on = said.due_on
    with translation.override(settings.LANGUAGE_CODE):
        if isinstance(thing, Commitment) and isinstance(made, Commitment):
            # What is asked now, and until when.
            name, due_on = KINDS[matter.about_kind].name(made), made.due_on
        words = str(change.words) % {
            # The sentence has a full stop of its own.
            "thing": name.removesuffix("."),
            "organisation": said.organisation.name if said.organisation else "",
            "who": said.responsible.user.function if said.responsible else "",
            "day": date_format(due_on, "j F Y") if due_on else "",
            "text": said.text,
        }
    return change.kind, words[:LONGEST_TEXT], made


def _come_of(item: AgendaItem, outcome: str) -> None:
    """The item's outcome: the weightiest of what has come of it."""
    weight = {code: number for number, code in enumerate(["", *reversed(Outcome.values)])}
    if weight[outcome] > weight[item.outcome]:
        AgendaItem.objects.filter(pk=item.pk).update(outcome=outcome)
        item.outcome = outcome


@transaction.atomic
def settle(*, by: Any, item: AgendaItem, outcome: str) -> AgendaItem:
    """Note in one press that a matter was for information, or is postponed to the next meeting."""
    meeting = _ongoing(by, item.meeting)
    item = _item(meeting, item)
    if outcome not in {Outcome.INFORMATION, Outcome.POSTPONED}:
        raise NotPossible(_("Choose from the list."))
    check_is_open(item)
    if item.decisions.exists():
        raise NotPossible(_("Something has been decided here already, and that stands."))
    if item.matter is None and outcome == Outcome.POSTPONED:
        raise NotPossible(_("This part is on every agenda: there is nothing to postpone."))
    item.outcome = outcome
    item.save(update_fields=["outcome"])
    return item


@transaction.atomic
def escalate_item(
    *,
    by: Any,
    item: AgendaItem,
    to_group: Group,
    question: str,
    answer_by: dt.date,
    decision_kind: str,
    recommended_decision: str = "",
    form_id: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> Decision:
    """Ask another level, on behalf of the group that meets. The answer comes back to its agenda by itself."""
    meeting = _ongoing(by, item.meeting)
    item = _item(meeting, item)
    form_id = form_id or uuid.uuid4()
    if (before := sent_before(meeting, form_id)) is not None:
        return before
    check_is_open(item)
    matter = item.matter
    escalation = escalate(
        by=by,
        from_group=meeting.group,
        to_group=to_group,
        question=question,
        recommended_decision=recommended_decision,
        decision_kind=decision_kind,
        answer_by=answer_by,
        area=matter.area if matter else None,
        is_confirmed=is_confirmed,
        **_asked_about(by, matter),
    )
    with translation.override(settings.LANGUAGE_CODE):
        words = _("%(group)s is asked by %(day)s: %(question)s") % {
            "group": to_group.name,
            "day": date_format(answer_by, "j F Y"),
            "question": escalation.question,
        }
    return store_decision(
        by,
        meeting,
        item,
        outcome=Outcome.ESCALATION,
        kind=DecisionKind.ESCALATION,
        text=words,
        form_id=form_id,
        motive=escalation.recommended_decision,
        about=("escalation", escalation.pk),
    )


def _asked_about(by: Any, matter: Matter | None) -> dict[str, Any]:
    """What a question to another level is about; a no is taken further as a no, which nobody overrules."""
    if matter is None or matter.about_kind not in Subject.values:
        return {}
    if matter.about_kind == Subject.COMMITMENT:
        asked = thing_of(by, matter.about_kind, matter.about_id)
        if asked is not None and is_shown_declined(by, asked):
            return {"commitment": asked}
    return {"subject_kind": matter.about_kind, "subject_id": matter.about_id}


@transaction.atomic
def object_to(
    *, by: Any, decision: Decision, organisation: Organisation, text: str, is_confirmed: bool = False
) -> Objection:
    """Note that an organisation does not agree with a decision, and why. It binds nobody to do anything."""
    meeting = _ongoing(by, decision.meeting)
    text = " ".join(text.split())
    if not text:
        raise NotPossible({"text": _("Say why.")})
    if organisation.collaboration_id != meeting.collaboration_id:
        raise NotPossible({"organisation": _("Choose a partner who takes part here.")})
    texts = {"text": text}
    check_texts(by, meeting.collaboration_id, texts, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    objection, _is_new = Objection.objects.update_or_create(
        decision=decision,
        organisation=organisation,
        defaults={"collaboration_id": meeting.collaboration_id, "text": text},
    )
    record("objection_noted", by=by, subject=decision, organisation=organisation.pk)
    return objection


@transaction.atomic
def ask_part(
    *,
    by: Any,
    decision: Decision,
    organisation: Organisation,
    text: str,
    due_on: dt.date,
    area: Area,
    is_confirmed: bool = False,
) -> DecisionPart:
    """Say what a decision asks of one organisation. It is asked in the ledger, and binds once it is accepted there."""
    meeting = _ongoing(by, decision.meeting)
    check_asks_parts(meeting.group)
    if decision.outcome != Outcome.DECISION:
        raise NotPossible(_("Only a decision asks organisations for their parts of it."))
    if area.pk not in areas_of(meeting.group):
        raise NotPossible({"area": _("The group does not work with this area.")})
    said = text.replace("\r\n", "\n").strip()
    # The same line sent again is the same line.
    same = decision.parts.filter(commitment__asked_of=organisation, commitment__text=said, commitment__due_on=due_on)
    if (before := same.first()) is not None:
        return before
    commitment = commitments.ask_by_decision(
        by=by,
        group=meeting.group,
        area=area,
        asked_by=own_organisation(by, meeting.collaboration_id),
        asked_of=organisation,
        text=said,
        due_on=due_on,
        is_confirmed=is_confirmed,
    )
    part = DecisionPart.objects.create(
        collaboration_id=meeting.collaboration_id, decision=decision, commitment=commitment
    )
    record("decision_part_asked", by=by, subject=decision, commitment=commitment.pk)
    return part


@transaction.atomic
def call_roll(*, by: Any, meeting: Meeting, presences: Mapping[int, str]) -> None:
    """Note who is here: by membership, of those who have a seat in the group or were called in."""
    meeting = _ongoing(by, meeting)
    known = set(expected_at(meeting).values_list("pk", flat=True))
    for pk, presence in presences.items():
        if pk not in known or presence not in Attendance.Presence.values:
            raise NotPossible(_("Choose from the list."))
    for pk, presence in presences.items():
        Attendance.objects.update_or_create(
            meeting=meeting,
            membership_id=pk,
            defaults={"collaboration_id": meeting.collaboration_id, "presence": presence},
        )
    record("roll_called", by=by, subject=meeting, present=sum(one != "absent" for one in presences.values()))


def expected_at(meeting: Meeting) -> Any:
    """The memberships that belong at the meeting: the seats of its day, and who is called in to a matter of it."""
    day = timezone.localdate(meeting.starts_at)
    seats = GroupMember.objects.in_force(day).filter(group=meeting.group)
    rows = Membership.objects.filter(pk__in=seats.values("membership")) | Membership.objects.filter(
        pk__in=CalledIn.objects.filter(item__meeting=meeting).values("membership")
    )
    return rows.select_related("user", "organisation").order_by("organisation__name", "user__function", "pk")


@transaction.atomic
def call_in(*, by: Any, item: AgendaItem, membership: Membership) -> CalledIn:
    """Call a function outside the group in to one matter. It reads that matter, and nothing else of the meeting."""
    meeting = _ongoing(by, item.meeting)
    item = _item(meeting, item)
    if not people_of(meeting.collaboration_id).filter(pk=membership.pk).exists():
        raise NotPossible({"membership": _("Choose somebody who takes part here.")})
    called, is_new = CalledIn.objects.get_or_create(
        item=item, membership=membership, defaults={"collaboration_id": meeting.collaboration_id}
    )
    if is_new:
        record("called_in", by=by, subject=meeting, membership=membership.pk)
        news.tell_called_in(meeting, membership, by=by)
    return called


# --- Closing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def close_meeting(*, by: Any, meeting: Meeting) -> Meeting:
    """End the meeting: what was settled leaves the list, the rest waits for the next one, and the minutes are made."""
    meeting = locked(meeting)
    check_may_keep_meetings(by, meeting.group)
    if meeting.state == MeetingState.CLOSED:
        return meeting
    check_is_ongoing(meeting)
    now = timezone.now()
    _shut(meeting, now)
    here = Matter.objects.waiting().filter(items__meeting=meeting)
    settled = here.filter(items__outcome__in=SETTLES, items__meeting=meeting)
    settled_ids = list(settled.values_list("pk", flat=True))
    left = here.exclude(pk__in=settled_ids)
    # A matter nobody came to is postponed like one that somebody put off.
    meeting.items.filter(matter__in=left.values("pk"), outcome="").update(outcome=Outcome.POSTPONED)
    left.update(times_postponed=F("times_postponed") + 1)
    Matter.objects.filter(pk__in=settled_ids).update(settled_at=now)
    if meeting.series is not None:
        plan_next(meeting.series, today=timezone.localdate(now) + dt.timedelta(days=1), besides=meeting)
    adjust_days = meeting.series.adjust_days if meeting.series else 7
    meeting.closed_at, meeting.closed_by = now, by
    meeting.adjust_until = timezone.localdate(now) + dt.timedelta(days=adjust_days)
    meeting.state = MeetingState.CLOSED
    with translation.override(settings.LANGUAGE_CODE):
        meeting.content = content_of(meeting)
    meeting.save(update_fields=["state", "closed_at", "closed_by", "adjust_until", "content"])
    record("meeting_closed", by=by, subject=meeting, decisions=meeting.decisions.count())
    news.tell_minutes(meeting, by=by)
    return meeting


@transaction.atomic
def adjust(
    *, by: Any, meeting: Meeting, organisation: Organisation, text: str, is_confirmed: bool = False
) -> Adjustment:
    """Say what is wrong in the minutes, within the days allowed. The minutes stand; this stands beside them."""
    meeting = locked(meeting)
    check_is_closed(meeting)
    check_may_adjust(by, meeting, organisation)
    if organisation.collaboration_id != meeting.collaboration_id:
        raise NotPossible({"organisation": _("Choose a partner who takes part here.")})
    assert meeting.adjust_until is not None
    if timezone.localdate() > meeting.adjust_until:
        raise NotPossible(
            _("The minutes could be adjusted until %(day)s. Take it up at the next meeting.")
            % {"day": date_format(meeting.adjust_until, "j F Y")}
        )
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NotPossible({"text": _("Say what is wrong, and how it was.")})
    check_texts(by, meeting.collaboration_id, {"text": text}, is_confirmed=is_confirmed, longest=LONGEST_TEXT)
    same = meeting.adjustments.filter(organisation=organisation, text=text)
    if (before := same.first()) is not None:
        return before
    adjustment = Adjustment.objects.create(
        collaboration_id=meeting.collaboration_id, meeting=meeting, organisation=organisation, text=text, made_by=by
    )
    record("minutes_adjusted", by=by, subject=meeting, organisation=organisation.pk)
    news.tell_adjusted(meeting, adjustment, by=by)
    return adjustment


@transaction.atomic
def report_done(*, by: Any, decision: Decision) -> Decision:
    """Say that an assignment is done. It leaves the agenda of the next meeting."""
    decision = (
        Decision.objects.select_for_update(of=("self",), no_key=True)
        .select_related("meeting__group", "organisation")
        .get(pk=decision.pk)
    )
    check_may_report_done(by, decision)
    if decision.outcome != Outcome.ASSIGNMENT:
        raise NotPossible(_("Only an assignment is reported as done."))
    if decision.done_at is None:
        decision.done_at = timezone.now()
        decision.save(update_fields=["done_at"])
        record("assignment_done", by=by, subject=decision)
    return decision
