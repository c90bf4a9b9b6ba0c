"""Roles, people and the log in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import roles
from partners.models import Collaboration
from partners.roles import Role

# What the log's codes say to a reader. A code without words is shown as it is, so that nothing is hidden.
ACTION_WORDS = {
    "signed_in": gettext_lazy("signed in"),
    "signed_out": gettext_lazy("signed out"),
    "sign_in_failed": gettext_lazy("failed to sign in"),
    "collaboration_created": gettext_lazy("started the collaboration"),
    "organisation_created": gettext_lazy("entered an organisation"),
    "organisation_changed": gettext_lazy("changed an organisation"),
    "sharing_changed": gettext_lazy("changed how reports are shared"),
    "trust_changed": gettext_lazy("changed whether imports are trusted"),
    "unit_created": gettext_lazy("entered a unit"),
    "unit_changed": gettext_lazy("changed a unit"),
    "person_invited": gettext_lazy("invited a person"),
    "person_changed": gettext_lazy("changed a person"),
    "person_deactivated": gettext_lazy("closed an account"),
    "person_reactivated": gettext_lazy("opened an account again"),
    "role_given": gettext_lazy("gave a role"),
    "role_changed": gettext_lazy("changed a role"),
    "role_ended": gettext_lazy("ended a role"),
    "role_areas_chosen": gettext_lazy("chose a role's areas"),
    "group_areas_chosen": gettext_lazy("chose a group's areas"),
    "group_created": gettext_lazy("entered a group"),
    "group_changed": gettext_lazy("changed a group"),
    "group_seat_given": gettext_lazy("gave a seat in a group"),
    "look_kept": gettext_lazy("chose what documents look like"),
    "look_removed": gettext_lazy("removed what documents look like"),
    "group_seat_ended": gettext_lazy("ended a seat in a group"),
    "token_created": gettext_lazy("made a key for a system"),
    "token_revoked": gettext_lazy("revoked a system's key"),
    "log_read": gettext_lazy("read the log"),
    "log_exported": gettext_lazy("downloaded the log"),
    "log_sample_read": gettext_lazy("looked at a month's sample of the log"),
    "log_sample_gone_through": gettext_lazy("went through a month's sample of the log"),
    "work_letters_sent": gettext_lazy("sent letters of what waits"),
    "work_letters_chosen": gettext_lazy("chose how often letters come"),
    "work_letters_stopped": gettext_lazy("turned the letters off from a letter"),
    "topics_chosen": gettext_lazy("chose how to be told of what is new"),
    "news_sent": gettext_lazy("sent letters of what was new"),
    "work_letter_rule_changed": gettext_lazy("changed when the letters leave"),
    "calendar_key_made": gettext_lazy("made an address for their calendar"),
    "calendar_key_revoked": gettext_lazy("revoked the address of their calendar"),
    "calendar_read": gettext_lazy("fetched deadlines to a calendar"),
    "purged": gettext_lazy("purged what was too old"),
    "retention_rule_changed": gettext_lazy("changed how long something is kept"),
    "hold_placed": gettext_lazy("held something back from being purged"),
    "hold_lifted": gettext_lazy("lifted a hold"),
}


def describe_actions(words: dict[str, Any]) -> None:
    """Let a room above give its own codes words in the log; called from its `AppConfig.ready()`."""
    ACTION_WORDS.update(words)


def action_in_words(action: str) -> str:
    """What a code of the log says to a reader."""
    return str(ACTION_WORDS.get(action, action))


def role_in_words(role: str) -> str:
    """What a role's code in the log says to a reader; no role gives a dash."""
    return str(Role(role).label) if role in Role.values else (role or "–")


def access_rows(role: str) -> list[tuple[str, str]]:
    """DESIGN's role table for one role: what is asked, and what the role gives, from the same sets the filters use."""
    own_all, elsewhere = role in roles.SEE_OWN_ORGANISATION, role in roles.SEE_EVERYTHING
    own_areas = role in roles.SEE_OWN_AREAS
    if own_all:
        own = _("Every report, with all its fields.")
    elif role == Role.REPORTER:
        own = _("The reporter's own reports, with all their fields.")
    else:
        own = _("No single reports.")
    if elsewhere:
        others = _("Every report with all its fields, in all areas, for review and for the picture.")
    elif own_areas:
        others = _("What happened, where and when, in the role's own areas. Not the text.")
    else:
        others = _("No single reports.")
    if role in roles.SEE_PUBLISHED_PICTURES:
        pictures = (
            _("Every picture, also drafts.")
            if elsewhere
            else _("Drafts and published pictures of the role's own areas, and published pictures of the others.")
            if own_areas
            else _("Published pictures.")
        )
    else:
        pictures = _("None.")
    if role in roles.SEE_SENSITIVE:
        sensitive = _("Yes, everywhere.") if elsewhere else _("Yes, in the role's own areas.")
    elif role == Role.REPORTER:
        sensitive = _("Only the reporter's own.")
    elif role in roles.SEE_PUBLISHED_PICTURES:
        sensitive = _("From other organisations only as counts, and small counts are protected.")
    else:
        sensitive = _("No.")
    if elsewhere:
        reporter = _("Function and organisation, not the name. Names only within the own organisation.")
    elif own_all:
        reporter = _("Within the own organisation.")
    elif role == Role.REPORTER:
        reporter = _("Only oneself.")
    else:
        reporter = _("No.")
    rows = [
        (_("The own organisation's reports"), own),
        (_("Other organisations' reports"), others),
        (_("Situational pictures"), pictures),
        (_("Sensitive categories"), sensitive),
        (_("Who reported"), reporter),
    ]
    may = _may(role)
    if may:
        rows.append((_("May also"), " ".join(may)))
    return rows


def _may(role: str) -> list[str]:
    return [
        sentence
        for allowed, sentence in (
            (roles.MAY_REPORT, _("Report incidents.")),
            (roles.MAY_IMPORT, _("Import files.")),
            (roles.MAY_REVIEW, _("Review reports.")),
            (roles.MAY_COMPILE, _("Compile and publish pictures.")),
            (roles.MAY_CHANGE_AREAS, _("Change areas and places.")),
            (roles.MAY_KEEP_GROUPS, _("Keep groups.")),
            (roles.MAY_READ_LOG, _("Read the log.")),
            (roles.MAY_ADMINISTER, _("Invite people and give roles.")),
        )
        if role in allowed
    ]


def reasons_not_to_see(user: Any, collaboration: Collaboration) -> list[str]:
    """The most common reasons why something expected is not shown, those that hold for this person first."""
    held = {membership.role for membership in user.memberships_in(collaboration)}
    reasons = []
    if held & roles.SEE_OWN_AREAS and not held & roles.SEE_EVERYTHING:
        reasons.append(_("It happened outside your areas. An administrator chooses which areas your role covers."))
        reasons.append(_("It has not been approved yet. Others' reports are shown to you once they are reviewed."))
        reasons.append(_("The organisation that reported it shares counts only."))
        if not held & roles.SEE_SENSITIVE:
            reasons.append(_("It is in a sensitive category, which your role sees as counts."))
    if not held & roles.SEE_OWN_ORGANISATION:
        reasons.append(_("Your role does not see single reports by others. It sees what is published."))
    if not held & roles.SEE_EVERYTHING:
        reasons.append(_("It is a draft: drafts are seen by nobody but the one who writes them."))
        reasons.append(
            _("The number is small. Counts from 1 to %(limit)d are protected for those outside the area's circle.")
            % {"limit": collaboration.protect_counts_up_to}
        )
    reasons.append(_("It belongs to another collaboration. What is theirs does not exist here."))
    return reasons
