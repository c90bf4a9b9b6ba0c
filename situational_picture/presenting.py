"""What people have written in a picture, ready to be shown: words for the state, links for the selections."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.permissions import may_read_reports
from situational_picture.models import Picture
from situational_picture.writing import SECTIONS, Written

STATE_TONES = {Picture.State.STABLE: "success", Picture.State.WORRYING: "warning", Picture.State.SERIOUS: "danger"}


def state_view(state: str) -> dict[str, str] | None:
    """The assessed state in words, with its tone: colour never says it alone."""
    if not state:
        return None
    known = Picture.State(state)
    return {"word": str(known.label).capitalize(), "tone": STATE_TONES[known]}


def written_view(user: Any, picture: Picture, written: Written | None = None) -> dict[str, Any] | None:
    """All that is written, section by section, as this user may read it; None where nothing is.

    A selection is a link to the list of reports, which shows each reader what that reader may see; whoever reads no
    reports sees its name.
    """
    written = Written.of(picture) if written is None else written
    reads_reports = may_read_reports(user, picture.collaboration)
    list_url = reverse("incident_list", args=[picture.collaboration.slug])
    sections = [
        {
            "key": key,
            "title": title,
            "text": written.sections[key].text,
            "selection": written.sections[key].selection_name,
            "url": f"{list_url}?{written.sections[key].selection_query}" if reads_reports else "",
        }
        for key, title in SECTIONS.items()
        if written.sections.get(key)
    ]
    shown = {
        "state": state_view(written.assessed_state),
        "motive": written.assessed_motive,
        "assessment": written.assessment,
        "sections": sections,
        "coming_events": written.coming_events,
        "priority_places": written.priority_places,
    }
    if not any(shown.values()):
        return None
    # The state and its motive head a page; whether anything stands below them.
    return {**shown, "has_more": any(shown[key] for key in shown if key not in {"state", "motive"})}


LAYERS = {
    "police": _("The police"),
    "partners": _("The partners"),
    "open_data": _("Open data"),
}
# What each layer is and what it lacks, said beside its number.
LAYER_NOTES = {
    "police": _(
        "The police's own figures, as far as they can be shared. What nobody reports to the police is not there, and "
        "secret information never is."
    ),
    "partners": _(
        "What those who work in the area have seen and reported. More eyes give more reports: see who reported before "
        "you read a change."
    ),
    "open_data": _("Published by others, with the place rounded and often only the month."),
}
