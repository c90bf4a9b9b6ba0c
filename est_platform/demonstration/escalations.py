"""The demonstration's questions between the levels: one answered, one sent back, one late and one to a group below."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from areas.models import Area
from cause_analysis.models import Problem
from councils.escalations import actions
from councils.escalations.news import TOPIC
from councils.models import Escalation
from est_platform.demonstration.cast import NORRKOPING
from partners.models import Collaboration, Group, Notification, User

COUNCIL, PREPARING = "Chefsamrådet", "Beredningsgruppen"


@dataclass(frozen=True)
class Question:
    """Who asks whom for what: so many days before today, to be answered so many days from today."""

    who: str
    of: str
    to: str
    kind: str
    question: str
    recommended: str
    asked: int
    answer_by: int
    area: str = ""
    is_about_garage: bool = False
    # Who answers what, so many days before today; nothing while it is open.
    answers: str = ""
    answer: str = ""
    text: str = ""
    answered: int = 0
    is_noted: bool = False


QUESTIONS = (
    Question(
        "kommunpolis", "EST-gruppen Klockaretorpet", PREPARING, "measure",
        "Belysning och grind i P-huset kräver att flera organisationer gör något samtidigt. Kan det bli en gemensam "
        "åtgärd i höst?",
        "Bostadsbolaget och Polisen gör åtgärderna tillsammans, och gruppen följer upp dem varje månad.",
        96, -82, "klockaretorpet", True, "samordnare", "yes",
        "Ja. Åtgärderna skrivs in i höstens plan, och varje organisation svarar själv på sin del.", 84, True,
    ),
    Question(
        "omradespolis", "EST-gruppen Hageby", COUNCIL, "resource",
        "Kan två fältare till gå kvällspass vid centrum till och med våren?",
        "Kommunen avsätter två tjänster på kvällstid i sex månader.",
        40, -12, "hageby", False, "chefsamrad", "sent_back",
        "Vad kostar det, och vad säger orsaksanalysen om vilka kvällar som behövs? Kom tillbaka med båda.", 14,
    ),
    Question(
        "samordnare", PREPARING, COUNCIL, "prioritisation",
        "Trygghetsvärdarna räcker till ett område i taget. Vilket kommer först under vintern?",
        "Klockaretorpet till och med februari, därefter Navestad.",
        24, -4,
    ),
    Question(
        "chefsamrad", COUNCIL, "EST-gruppen Navestad", "request",
        "Rapporteringen från området har gått ner sedan i somras. Vad beror det på, och vad gör gruppen åt det?",
        "", 6, 9, "navestad",
    ),
)  # fmt: skip


def load_escalations(
    collaboration: Collaboration, people: dict[str, User], garage: Problem | None, *, today: dt.date
) -> int:
    """What the levels have asked each other, and what was answered; how many questions there are."""
    groups = {group.name: group for group in Group.objects.filter(collaboration=collaboration)}
    areas = {area.slug: area for area in Area.objects.filter(collaboration=collaboration)}
    for one in QUESTIONS:
        about = garage if one.is_about_garage else None
        made = actions.escalate(
            by=people[f"{one.who}@{NORRKOPING}.example"],
            from_group=groups[one.of],
            to_group=groups[one.to],
            question=one.question,
            recommended_decision=one.recommended,
            decision_kind=one.kind,
            area=areas.get(one.area),
            subject_kind="problem" if about else "",
            subject_id=about.pk if about else None,
            # Asked today, and put back below.
            answer_by=today + dt.timedelta(days=max(one.answer_by, 0)),
            is_confirmed=True,
        )
        if one.answer:
            by = people[f"{one.answers}@{NORRKOPING}.example"]
            actions.answer(by=by, escalation=made, answer=one.answer, text=one.text, is_confirmed=True)
        if one.is_noted:
            actions.note_answer(by=people[f"{one.who}@{NORRKOPING}.example"], escalation=made)
        now = timezone.now()
        then = {"answered_at": now - dt.timedelta(days=one.answered)} if one.answer else {}
        if one.is_noted:
            then["returned_seen_at"] = now - dt.timedelta(days=one.answered - 1)
        Escalation.objects.filter(pk=made.pk).update(
            created_at=now - dt.timedelta(days=one.asked),
            answer_by=today + dt.timedelta(days=one.answer_by),
            **then,
        )
        told = Notification.objects.filter(topic=TOPIC, subject_id=made.pk)
        told.filter(what="asked").update(happened_at=now - dt.timedelta(days=one.asked))
        told.filter(what="answered").update(happened_at=now - dt.timedelta(days=one.answered))
    return len(QUESTIONS)
