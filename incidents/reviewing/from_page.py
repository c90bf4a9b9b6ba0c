"""Counting a report together with others of the same event from its own page: what is offered, and the form for it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import QueryDict

from incidents.models import Incident, Status
from incidents.permissions import may_review
from incidents.reviewing import queries
from incidents.reviewing.forms import MergeFromPageForm


def merge_form(user: Any, incident: Incident, data: QueryDict | None = None) -> MergeFromPageForm:
    """The form on a report's page: the reports that may be about the same event, and room for another one's number."""
    alike, _around = queries.near(user, incident)
    find = partial(queries.report_written, user, incident.collaboration)
    return MergeFromPageForm(data, prefix="merge", incident=incident, found=[one.incident for one in alike], find=find)


def merge_form_or_none(user: Any, incident: Incident) -> MergeFromPageForm | None:
    """Nothing for those who do not review, and for a report that cannot be counted together with another one."""
    counts = incident.status in (Status.SUBMITTED, Status.APPROVED)
    return merge_form(user, incident) if counts and may_review(user, incident) else None
