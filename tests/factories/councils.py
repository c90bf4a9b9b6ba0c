"""Factories of how the collaboration is led."""

from __future__ import annotations

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from councils.models import Escalation, EscalationReminder, FigureComment, Pack, PackFile
from documents import model, plain
from partners.models import Level
from tests import factories as make


class EscalationFactory(DjangoModelFactory):
    """A question from a tactical group to a strategic one, still without an answer."""

    class Meta:
        model = Escalation

    from_group = factory.SubFactory(make.GroupFactory, level=Level.TACTICAL)
    collaboration = factory.SelfAttribute("from_group.collaboration")
    to_group = factory.SubFactory(
        make.GroupFactory, level=Level.STRATEGIC, collaboration=factory.SelfAttribute("..collaboration")
    )
    number = factory.Sequence(lambda n: n + 1)
    decision_kind = "resource"
    question = "Vem betalar belysningen i gångtunneln?"
    recommended_decision = "Kommunen betalar belysningen i år."
    answer_by = dt.date(2099, 6, 1)


class EscalationReminderFactory(DjangoModelFactory):
    class Meta:
        model = EscalationReminder

    escalation = factory.SubFactory(EscalationFactory)
    collaboration = factory.SelfAttribute("escalation.collaboration")
    person = factory.SubFactory(make.UserFactory)
    due_on = dt.date(2026, 9, 1)


class FigureCommentFactory(DjangoModelFactory):
    """A comment on the line of a published picture."""

    class Meta:
        model = FigureComment

    picture = factory.SubFactory(
        make.PictureFactory,
        status="published",
        version=1,
        figures={},
        published_at=factory.LazyFunction(timezone.now),
        published_by=factory.SubFactory(make.UserFactory),
    )
    collaboration = factory.SelfAttribute("picture.collaboration")
    figure = "trend"
    text = "Byggarbetet på torget började i maj."
    function = "säkerhetschef"
    organisation = factory.SubFactory(
        make.OrganisationFactory, collaboration=factory.SelfAttribute("..picture.collaboration")
    )


# The smallest document there is, as `documents/plain.py` tells it.
_EMPTY = plain.as_data(
    model.Document("Underlag till chefsamrådet", "sv", dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), ())
)


class PackFactory(DjangoModelFactory):
    """A pack with nothing in it, and without files."""

    class Meta:
        model = Pack

    collaboration = factory.SubFactory(make.CollaborationFactory)
    number = factory.Sequence(lambda n: n + 1)
    about = "council"
    title = "Underlag till chefsamrådet"
    content = factory.LazyFunction(lambda: _EMPTY)
    sha256 = plain.digest(_EMPTY)
    made_at = factory.LazyFunction(timezone.now)
    made_by_function = "samordnare"


class PackFileFactory(DjangoModelFactory):
    """A file of which only the row is there."""

    class Meta:
        model = PackFile

    pack = factory.SubFactory(PackFactory)
    collaboration = factory.SelfAttribute("pack.collaboration")
    kind = "pdf"
    file = factory.Sequence(lambda n: f"packs/{n:032x}.pdf")
    sha256 = "0" * 64
    size_bytes = 1
