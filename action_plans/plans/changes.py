"""The differences between two versions as sentences, with the words that came and went marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from action_plans.plans.content import Content, answer_words
from action_plans.plans.diff import Change, marked
from action_plans.plans.presenters import day_words, number_of, word_of

# What each field is called in a sentence. A field without a name here is told by its own.
FIELDS: dict[str, Any] = {
    "title": gettext_lazy("name"),
    "area": gettext_lazy("area"),
    "collaboration": gettext_lazy("collaboration"),
    "code": gettext_lazy("number"),
    "first_day": gettext_lazy("first day"),
    "last_day": gettext_lazy("last day"),
    "purpose": gettext_lazy("what it is to lead to"),
    "registry_number": gettext_lazy("registry number"),
    "hours_available": gettext_lazy("working hours there are"),
    "money_available": gettext_lazy("money there is"),
    "documented_how": gettext_lazy("how the work is documented"),
    "followed_up_how": gettext_lazy("how it is followed up"),
    "parties": gettext_lazy("parties"),
    "problems": gettext_lazy("focus problems"),
    "text": gettext_lazy("words"),
    "problem": gettext_lazy("problem"),
    "kind": gettext_lazy("kind"),
    "direction": gettext_lazy("change"),
    "measured": gettext_lazy("how it is measured"),
    "indicator": gettext_lazy("indicator"),
    "unit": gettext_lazy("unit"),
    "source": gettext_lazy("source"),
    "baseline_value": gettext_lazy("baseline"),
    "baseline_lower": gettext_lazy("lower end of the baseline's interval"),
    "baseline_upper": gettext_lazy("upper end of the baseline's interval"),
    "baseline_at_least": gettext_lazy("baseline at least"),
    "baseline_from": gettext_lazy("baseline from"),
    "baseline_to": gettext_lazy("baseline to and including"),
    "baseline_is_counted": gettext_lazy("counted from the reports"),
    "target": gettext_lazy("target"),
    "target_on": gettext_lazy("to be reached by"),
    "organisation": gettext_lazy("organisation"),
    "function": gettext_lazy("who answers for it"),
    "description": gettext_lazy("what is done, in detail"),
    "mechanism": gettext_lazy("how it is supposed to work"),
    "technique": gettext_lazy("technique"),
    "method": gettext_lazy("method"),
    "level": gettext_lazy("level"),
    "operation": gettext_lazy("one-off or ordinary operations"),
    "start_on": gettext_lazy("starts"),
    "due_on": gettext_lazy("done by"),
    "follow_up_on": gettext_lazy("followed up on"),
    "recurrence": gettext_lazy("how often"),
    "cost_sek": gettext_lazy("cost, in kronor"),
    "hours": gettext_lazy("working hours"),
    "funding": gettext_lazy("paid by"),
    "defect": gettext_lazy("defect it mends"),
    "causes": gettext_lazy("causes"),
    "goals": gettext_lazy("goals"),
    "places": gettext_lazy("places"),
    "evaluation": gettext_lazy("evaluation plan"),
    "is_lead": gettext_lazy("leads the measure"),
    "asked_by": gettext_lazy("asked by"),
    "answer": gettext_lazy("answer"),
}
DAYS = {"first_day", "last_day", "baseline_from", "baseline_to", "target_on", "start_on", "due_on", "follow_up_on"}
CHOICES = {"kind", "direction", "measured", "technique", "level", "operation", "recurrence"}
LONG = {"text", "purpose", "documented_how", "followed_up_how", "description", "mechanism"}


def groups(changes: Sequence[Change], before: Content, after: Content) -> list[dict[str, Any]]:
    """The changes of each thing together, under what it is called now.

    Each row is a sentence, the words of before and now, and the two in one with what came and went marked.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for change in changes:
        # A part is read with its measure.
        key = ("measure", change.path[1]) if change.kind == "part" else change.path
        group = found.setdefault(key, {"title": _title(key, before, after), "rows": []})
        group["rows"].append(_row(change, before, after))
    return list(found.values())


def _title(path: tuple[Any, ...], before: Content, after: Content) -> str:
    kind = path[0]
    if kind == "plan":
        return _("The plan")
    if kind == "agreement":
        return _("The collaboration agreement")
    if kind == "order":
        return _("The order of the measures")
    if kind == "problem":
        return _("Problem %(code)s") % {"code": path[1]}
    for content in (after, before):
        if kind == "cause":
            for cause in content["causes"]:
                if cause["key"] == path[1]:
                    return _("Cause: %(text)s") % cause
        elif kind == "goal":
            for goal in content["goals"]:
                if goal["number"] == path[1]:
                    return _("Goal %(number)s: %(text)s") % goal
        else:
            for measure in content["measures"]:
                if measure["number"] == path[1]:
                    return _("Measure %(number)s: %(title)s") % measure
    raise ValueError(path)


def _row(change: Change, before: Content, after: Content) -> dict[str, Any]:
    if change.is_new or change.is_gone:
        tone = "new" if change.is_new else "gone"
        return {"sentence": _whole(change), "tone": tone, "pieces": [], "was": "", "now": ""}
    field = str(FIELDS.get(change.field, change.field))
    if change.kind == "part":
        field = _("%(field)s, %(who)s") % {"field": field, "who": _who(change, after)}
    was = _words(change.field, change.before, before)
    now = _words(change.field, change.after, after)
    if change.field in LONG and was and now:
        pieces = marked(was, now)
    else:
        nothing = pgettext("a field of a plan", "nothing")
        pieces = [("gone", was or nothing), ("same", " → "), ("new", now or nothing)]
    return {"sentence": capfirst(field), "tone": "changed", "pieces": pieces, "was": was, "now": now}


def _who(change: Change, content: Content) -> str:
    for measure in content["measures"]:
        if measure["number"] == change.path[1]:
            for part in measure["parts"]:
                if part["number"] == change.path[2]:
                    return str(part["organisation"])
    raise ValueError(change.path)


def _whole(change: Change) -> str:
    what = change.after if change.is_new else change.before
    sentences: dict[str, tuple[str, str]] = {
        "agreement": (_("The plan now rests on “%(title)s”."), _("The plan no longer rests on “%(title)s”.")),
        "problem": (_("“%(title)s” has come."), _("“%(title)s” is left out.")),
        "cause": (_("A measure names this cause now."), _("No measure names this cause any more.")),
        "goal": (_("The goal is new."), _("The goal is left out.")),
        "measure": (_("The measure is new."), _("The measure is left out.")),
        "part": (
            _("%(organisation)s has a part now: %(text)s"),
            _("%(organisation)s has no such part now: %(text)s"),
        ),
    }
    return sentences[change.kind][0 if change.is_new else 1] % what


def _words(field: str, value: Any, content: Content) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "baseline_value":
        return number_of(value)
    if field in DAYS:
        return day_words(value)
    if field in CHOICES:
        return word_of(value)
    if field == "answer":
        return answer_words()[value["code"]]
    if field == "causes":
        texts = {cause["key"]: cause["text"] for cause in content["causes"]}
        return "; ".join(texts[key] for key in value)
    if field == "goals":
        return ", ".join(_("goal %(number)s") % {"number": number} for number in value)
    if field == "places":
        return ", ".join(place["name"] for place in value)
    if field == "parties":
        return "; ".join(", ".join(filter(None, [one["organisation"], one["function"]])) for one in value)
    if field == "problems":
        return "; ".join(one["title"] for one in value)
    if field == "measures":
        return ", ".join(str(number) for number in value)
    if field == "evaluation":
        return _evaluation(value)
    return number_of(value) if isinstance(value, int | float) else str(value)


def _evaluation(value: Mapping[str, Any]) -> str:
    days = "{} – {}, {} – {}".format(
        *(day_words(value[name]) for name in ("before_from", "before_to", "after_from", "after_to"))
    )
    ring = _("ring of %(metres)s m") % {"metres": value["ring_m"]} if value["ring_m"] else ""
    compared = [*value["areas"], *value.get("compared_places", [])]
    words = [value["indicator"], value.get("counted"), days, ring, *value["places"], *compared, value["decision_rule"]]
    return "; ".join(filter(None, words))


def count_words(changes: Sequence[Change]) -> str:
    """How many changes there are, in a sentence."""
    if not changes:
        return _("Nothing differs.")
    return ngettext("%(number)s change", "%(number)s changes", len(changes)) % {"number": len(changes)}
