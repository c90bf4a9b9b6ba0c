"""How a measure works: the 25 techniques of situational prevention, and the social ones.

The situational ones are Cornish and Clarke's (2003), in their five groups; `docs/measures.md` names the source.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Technique:
    code: str
    group: str | Promise
    name: str | Promise


_EFFORT, _RISK = _("Situational: make it harder"), _("Situational: raise the risk")
_REWARDS, _PROVOCATIONS = _("Situational: reduce what is gained"), _("Situational: reduce provocations")
_EXCUSES, _SOCIAL = _("Situational: remove excuses"), _("Social")

_ALL = [
    ("SP01", _EFFORT, _("strengthen what is attacked")),
    ("SP02", _EFFORT, _("control who gets in")),
    ("SP03", _EFFORT, _("check at the exits")),
    ("SP04", _EFFORT, _("lead people elsewhere")),
    ("SP05", _EFFORT, _("control tools and weapons")),
    ("SP06", _RISK, _("extend protection by others")),
    ("SP07", _RISK, _("make it easier to see: light and sight lines")),
    ("SP08", _RISK, _("reduce anonymity")),
    ("SP09", _RISK, _("give the place somebody who manages it")),
    ("SP10", _RISK, _("formal surveillance: guards, cameras, patrols")),
    ("SP11", _REWARDS, _("hide what is attractive")),
    ("SP12", _REWARDS, _("take away what is attractive")),
    ("SP13", _REWARDS, _("mark property")),
    ("SP14", _REWARDS, _("disturb markets")),
    ("SP15", _REWARDS, _("deny the benefit: clean graffiti at once, switch off")),
    ("SP16", _PROVOCATIONS, _("reduce frustration and stress")),
    ("SP17", _PROVOCATIONS, _("avoid disputes")),
    ("SP18", _PROVOCATIONS, _("reduce arousal and temptation")),
    ("SP19", _PROVOCATIONS, _("weaken peer pressure")),
    ("SP20", _PROVOCATIONS, _("discourage imitation")),
    ("SP21", _EXCUSES, _("set rules")),
    ("SP22", _EXCUSES, _("put up instructions")),
    ("SP23", _EXCUSES, _("appeal to conscience")),
    ("SP24", _EXCUSES, _("make it easy to do right")),
    ("SP25", _EXCUSES, _("control alcohol and drugs")),
    ("SO01", _SOCIAL, _("support to parents")),
    ("SO02", _SOCIAL, _("outreach work")),
    ("SO03", _SOCIAL, _("leisure and open activities")),
    ("SO04", _SOCIAL, _("school and attendance")),
    ("SO05", _SOCIAL, _("summer jobs")),
    ("SO06", _SOCIAL, _("mentors")),
    ("SO07", _SOCIAL, _("dialogue between landlord and tenants")),
    ("SO08", _SOCIAL, _("language friends")),
    ("SO09", _SOCIAL, _("adults walking in the area at night")),
    ("SO10", _SOCIAL, _("mediation")),
    ("SO11", _SOCIAL, _("leaving crime")),
    ("SO12", _SOCIAL, _("other social work")),
]
TECHNIQUES: dict[str, Technique] = {code: Technique(code, group, name) for code, group, name in _ALL}


def grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """The techniques as a form offers them: under their groups, in their order."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in TECHNIQUES.values():
        groups.setdefault(str(one.group), []).append((one.code, f"{one.code} {one.name}"))
    return list(groups.items())
