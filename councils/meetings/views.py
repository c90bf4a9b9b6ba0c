"""The pages of meetings: each view fetches, asks and shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cause_analysis.versions import Conflict
from common.errors import NotPossible
from councils.meetings import focus, leading, planning, presenters, queries
from councils.meetings.changes import possible
from councils.meetings.deviations import noticed
from councils.meetings.forms import (
    AdjustForm,
    CallInForm,
    CancelForm,
    DecisionPartForm,
    EscalateForm,
    FocusForm,
    MatterForm,
    MeetingForm,
    NewMatterForm,
    NoteForm,
    ObjectionForm,
    OutcomeForm,
    RollForm,
    SeriesForm,
    TimeForm,
)
from councils.meetings.permissions import (
    check_may_keep_meetings,
    check_may_plan_meetings,
    check_may_read_meetings,
    may_keep_meetings,
    may_plan_meetings,
    may_read_meetings,
    may_report_done,
)
from councils.meetings.rules import ASKS_PARTS
from councils.meetings.things import KINDS, named, thing_of
from councils.models import AgendaItem, Decision, Matter, Meeting, MeetingSeries, MeetingState, Outcome, Section
from councils.packs.slots import packs_of_meeting
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, person, tried, word_in
from partners.roles import MAY_COMPILE

PAGE_SIZE = 30


def _meeting(request: PartnerRequest, number: int) -> Meeting:
    """The meeting of the address, for whoever reads it or was called in to a matter of it."""
    return get_object_or_404(queries.meetings_for(request.user, request.collaboration), number=number)


def _to_lead(request: PartnerRequest, number: int) -> Meeting:
    """The meeting of the address, for whoever keeps its minutes."""
    meeting = _meeting(request, number)
    check_may_keep_meetings(request.user, meeting.group)
    return meeting


def _item_to_lead(request: PartnerRequest, number: int, pk: int) -> AgendaItem:
    meeting = _to_lead(request, number)
    rows = meeting.items.select_related("matter", "meeting__group", "meeting__collaboration")
    return get_object_or_404(rows, pk=pk)


# --- Lists ------------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def meeting_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """When do we meet, and what waits? The next meetings, what has not been settled, and those that have been."""
    check_may_read_meetings(request.user, collaboration)
    user = request.user
    waiting = list(queries.waiting(user, collaboration)[:PAGE_SIZE])
    ahead = [
        {**presenters.meeting_row(one), "was_not_held": queries.was_not_held(one)}
        for one in queries.ahead(user, collaboration)
    ]
    page = Paginator(queries.held(user, collaboration), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "ahead": ahead,
        "next": ahead[0] if ahead and not ahead[0]["was_not_held"] else None,
        "waiting": presenters.matter_rows(user, waiting),
        "page": page,
        "held": [presenters.meeting_row(one) for one in page.object_list],
        "series": list(queries.series_for(user, collaboration)),
        "may_plan": may_plan_meetings(user, collaboration),
        "may_keep": {one.pk for one in queries.series_for(user, collaboration) if may_keep_meetings(user, one.group)},
    }
    return render(request, "councils/meetings/list.html", context)


@never_cache
@require_GET
def decision_list(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """What has been decided, and who does what by when?"""
    rows = queries.decisions_for(request.user, collaboration)
    if not rows.exists():
        # Who was given something to do reads that, also where the role has no meetings.
        check_may_read_meetings(request.user, collaboration)
    waiting = queries.not_done(rows).count()
    only = word_in(request, "only")
    if only == "waiting":
        rows = queries.not_done(rows)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    decisions = list(page.object_list)
    shown = presenters.decision_rows(request.user, decisions, collaboration.slug)
    for row, one in zip(shown, decisions, strict=True):
        row["may_report"] = row["is_waiting"] and may_report_done(request.user, one)
    context = {"page": page, "rows": shown, "count": page.paginator.count, "waiting": waiting, "only": only}
    context["reads_meetings"] = may_read_meetings(request.user, collaboration)
    return render(request, "councils/meetings/decisions.html", context)


@require_POST
def decision_done(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Say that an assignment is done."""
    decision = get_object_or_404(queries.decisions_for(request.user, collaboration), pk=pk)
    tried(request, lambda: leading.report_done(by=person(request), decision=decision), _("Noted as done."))
    return redirect("decision_list", collaboration.slug)


# --- Planning ---------------------------------------------------------------------------------------------------------


def _form_view(
    request: PartnerRequest,
    form: Any,
    change: Callable[[], Any],
    *,
    success: str,
    leads_to: Callable[[Any], str],
    **page: Any,
) -> HttpResponse:
    """A page that is one form: what is refused stands under its fields."""
    if request.method == "POST" and form.is_valid():
        try:
            made = change()
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, success)
            return redirect(leads_to(made))
    back = {"back_url": reverse("meeting_list", args=[request.collaboration.slug]), "back_text": _("Meetings")}
    return form_page(request, form, **{**back, **page})


def _said(form: Any) -> dict[str, Any]:
    return dict(form.cleaned_data)


def _list_url(request: PartnerRequest) -> str:
    return reverse("meeting_list", args=[request.collaboration.slug])


@never_cache
@get_or_post
def series_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Begin a series of meetings."""
    check_may_plan_meetings(request.user, collaboration)
    data = request.POST if request.method == "POST" else None
    form = SeriesForm(data, user=request.user, collaboration=collaboration)
    return _form_view(
        request,
        form,
        lambda: planning.make_series(by=person(request), **_said(form)),
        success=_("The meetings are planned. Those who sit in the group see the next one."),
        leads_to=lambda made: _list_url(request),
        heading=_("How often does the group meet?"),
        submit=_("Plan the meetings"),
    )


def _series(request: PartnerRequest, pk: int) -> MeetingSeries:
    series = get_object_or_404(queries.series_for(request.user, request.collaboration), pk=pk)
    check_may_keep_meetings(request.user, series.group)
    return series


@never_cache
@get_or_post
def series_change(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Change when and where a series meets."""
    series = _series(request, pk)
    data = request.POST if request.method == "POST" else None
    form = SeriesForm(data, user=request.user, collaboration=collaboration, series=series)
    return _form_view(
        request,
        form,
        lambda: planning.change_series(by=person(request), series=series, **_said(form)),
        success=_("Saved. The next meeting has moved with it."),
        leads_to=lambda made: _list_url(request),
        heading=_("Change %(series)s") % {"series": series.name},
        submit=_("Save"),
    )


@require_POST
def series_end(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Let a series end."""
    series = _series(request, pk)
    tried(request, lambda: planning.end_series(by=person(request), series=series), _("The series has ended."))
    return redirect("meeting_list", collaboration.slug)


@never_cache
@get_or_post
def meeting_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Plan a single meeting."""
    check_may_plan_meetings(request.user, collaboration)
    form = MeetingForm(
        request.POST if request.method == "POST" else None, user=request.user, collaboration=collaboration
    )
    return _form_view(
        request,
        form,
        lambda: planning.plan_meeting(by=person(request), **_said(form)),
        success=_("The meeting is planned."),
        leads_to=presenters.url_of,
        heading=_("When does the group meet?"),
        submit=_("Plan the meeting"),
    )


@never_cache
@get_or_post
def meeting_move(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Hold a planned meeting at another time or place."""
    meeting = _to_lead(request, number)
    form = TimeForm(request.POST if request.method == "POST" else None, meeting=meeting)
    return _form_view(
        request,
        form,
        lambda: planning.move_meeting(by=person(request), meeting=meeting, **_said(form)),
        success=_("The meeting is moved."),
        leads_to=presenters.url_of,
        heading=_("When and where is it held instead?"),
        submit=_("Move the meeting"),
        back_url=presenters.url_of(meeting),
        back_text=_("The meeting"),
    )


@never_cache
@get_or_post
def matter_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Bring something to a group's next meeting; the page one comes from says what it is about."""
    check_may_plan_meetings(request.user, collaboration)
    kind, pk = word_in(request, "about"), request.GET.get("id", "")
    thing = thing_of(request.user, kind, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 18 else None
    about: dict[str, Any] = {"about_kind": kind, "about_id": thing.pk} if thing else {}
    initial = {"title": KINDS[kind].name(thing)[:200]} if thing else {}
    data = request.POST if request.method == "POST" else None
    form = NewMatterForm(data, user=request.user, collaboration=collaboration, initial=initial)
    return _form_view(
        request,
        form,
        lambda: leading.bring_matter(by=person(request), **about, **_said(form)),
        success=_("It is on the group's list, and is taken up at its next meeting."),
        leads_to=lambda made: _list_url(request),
        heading=_("What is to be taken up?"),
        submit=_("Bring it to the group"),
    )


# --- One meeting ------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def meeting(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Before: what is on the agenda. While it goes on: the meeting itself. Afterwards: its minutes."""
    return _page(request, _meeting(request, number))


def _page(request: PartnerRequest, shown: Meeting, status: int = 200, **forms: Any) -> HttpResponse:
    pages = {MeetingState.ONGOING: _ongoing_page, MeetingState.CLOSED: _minutes_page}
    return pages.get(MeetingState(shown.state), _planned_page)(request, shown, status, forms)


def _base(request: PartnerRequest, shown: Meeting) -> dict[str, Any]:
    return {
        "meeting": shown,
        "name": shown.series.name if shown.series else shown.group.name,
        "when": presenters.when(shown.starts_at),
        "tag": presenters.state_tag(shown),
        "leads": may_keep_meetings(request.user, shown.group),
        "is_whole": Meeting.objects.whole_for(request.user).filter(pk=shown.pk).exists(),
        **packs_of_meeting(request.user, shown),
    }


def _planned_page(request: PartnerRequest, shown: Meeting, status: int, forms: dict[str, Any]) -> HttpResponse:
    base = _base(request, shown)
    if not base["is_whole"]:
        raise Http404
    is_planned = shown.state == MeetingState.PLANNED
    found = noticed(request.user, shown.group, timezone.localdate()) if is_planned else []
    matters = Matter.objects.visible_to(request.user).waiting().filter(group=shown.group) if is_planned else []
    sees_all = request.user.has_role(shown.collaboration_id, MAY_COMPILE)
    parts = presenters.preview(request.user, found, matters, sees_all=sees_all)
    expected = list(leading.expected_at(shown))
    context = {
        **base,
        "parts": parts,
        "number_of_items": sum(len(part["items"]) for part in parts),
        "expected": expected,
        "can_open": is_planned and base["leads"] and timezone.now() >= shown.starts_at - leading.EARLIEST,
        "is_planned": is_planned,
        "matter_form": forms.get("matter_form") or MatterForm(),
        "cancel_form": forms.get("cancel_form") or CancelForm(),
        "not_saved": presenters.not_saved(
            forms, [forms.get(name) for name in ("matter_form", "cancel_form") if is_planned and base["leads"]]
        ),
    }
    return render(request, "councils/meetings/planned.html", context, status=status)


def _ongoing_page(request: PartnerRequest, shown: Meeting, status: int, forms: dict[str, Any]) -> HttpResponse:
    base, now = _base(request, shown), timezone.now()
    sent_to = forms.get("item")
    visible = AgendaItem.objects.visible_to(request.user).filter(meeting=shown)
    items = list(visible.select_related("matter").order_by("position", "pk"))
    current = next((item for item in items if item.open_since is not None), None)
    left = sum(not item.outcome and item.matter_id is not None for item in items)
    # What was written about one matter is never put in the form of another.
    own = forms if current is not None and (sent_to is None or sent_to.pk == current.pk) else {}
    here = _current(request, shown, current, own) if current else {}
    roll = _roll(shown, forms) if base["leads"] else {}
    matter_form = forms.get("matter_form") or MatterForm()
    context = {
        **base,
        "parts": presenters.agenda(items, now=now),
        "left": left,
        "number_of_items": sum(item.matter_id is not None for item in items),
        "elapsed_s": round((now - shown.opened_at).total_seconds()) if shown.opened_at else 0,
        "matter_form": matter_form,
        **here,
        **roll,
        "not_saved": presenters.not_saved(forms, [matter_form, roll.get("roll_form"), *_forms_in(here)]),
    }
    return render(request, "councils/meetings/ongoing.html", context, status=status)


def _forms_in(here: dict[str, Any]) -> list[Any]:
    """All forms of the item that is open."""
    rows = [*here.get("steps", ()), *here.get("free_forms", ()), *((here.get("focus") or {}).get("rows", ()))]
    of_decisions = [one[name] for one in here.get("decided", ()) for name in ("part_form", "objection_form")]
    is_asked_further = bool(here) and here["item"].matter_id is not None
    alone = [here.get(name) for name in ("note_form", "call_form", *(["escalate_form"] if is_asked_further else []))]
    return [*(row["form"] for row in rows), *of_decisions, *alone]


def _roll(shown: Meeting, forms: dict[str, Any]) -> dict[str, Any]:
    expected = list(leading.expected_at(shown))
    said = dict(shown.attendances.values_list("membership_id", "presence"))
    return {
        "roll_form": forms.get("roll_form") or RollForm(expected=expected, said=said),
        "roll_called": bool(said),
        "present": sum(presence != "absent" for presence in said.values()),
        "expected_number": len(expected),
    }


def _current(request: PartnerRequest, shown: Meeting, item: AgendaItem, forms: dict[str, Any]) -> dict[str, Any]:
    """The item that is open: what it is about beside it, what can be decided, and what has been."""
    user, matter = request.user, item.matter
    about = named(user, [(matter.about_kind, matter.about_id)]) if matter else {}
    thing = thing_of(user, matter.about_kind, matter.about_id) if matter else None
    steps = possible(matter.about_kind, thing) if matter and thing is not None else {}
    people = queries.people_of(shown.collaboration_id)
    sent = forms.get("decision_form")
    decisions = list(
        Decision.objects.visible_to(user)
        .filter(item=item)
        .select_related("organisation", "responsible__user")
        .prefetch_related("objections__organisation")
        .order_by("number")
    )
    return {
        "item": item,
        "row": presenters.item_row(item, now=timezone.now()),
        "clock": presenters.clock(presenters.seconds_of(item, now=timezone.now())),
        "about": next(iter(about.values()), None) or _beside_section(request, item),
        "note_form": forms.get("note_form") or NoteForm(item=item),
        "steps": [_step(shown, people, code, change, sent) for code, change in steps.items()],
        "free_forms": [
            _free(shown, people, Outcome.DECISION, _("Another decision"), ("text", "kind", "motive"), sent),
            _free(
                shown,
                people,
                Outcome.ASSIGNMENT,
                _("Give somebody an assignment"),
                ("text", "organisation", "responsible", "due_on"),
                sent,
            ),
        ],
        "decisions": decisions,
        "decided": _decided(user, shown, item, decisions, forms) if may_keep_meetings(user, shown.group) else [],
        "focus": _focus(user, shown, forms) if item.section == Section.FOCUS and item.matter_id is None else None,
        "escalate_form": forms.get("escalate_form") or EscalateForm(meeting=shown, question=item.title),
        "call_form": forms.get("call_form") or CallInForm(people=people.exclude(pk__in=leading.expected_at(shown))),
        "called_in": list(item.called_in.select_related("membership__user", "membership__organisation")),
    }


def _decided(
    user: Any, shown: Meeting, item: AgendaItem, decisions: list[Decision], forms: dict[str, Any]
) -> list[dict[str, Any]]:
    """What has been decided here: who is asked for what, and the forms of each decision, which keep what was sent."""
    parts = presenters.parts_of(user, decisions)
    area_id = item.matter.area_id if item.matter else None
    about = forms.get("about")
    found = []
    for one in decisions:
        sent = forms if about == one.pk else {}
        asks = shown.group.level in ASKS_PARTS and one.outcome == Outcome.DECISION
        found.append(
            {
                "row": one,
                "parts": parts.get(one.pk),
                "part_form": sent.get("part_form")
                or (DecisionPartForm(meeting=shown, area_id=area_id, prefix=f"part_{one.pk}") if asks else None),
                "objection_form": sent.get("objection_form")
                or ObjectionForm(meeting=shown, prefix=f"objection_{one.pk}"),
            }
        )
    return found


def _focus(user: Any, shown: Meeting, forms: dict[str, Any]) -> dict[str, Any] | None:
    """A form for each area whose order the group decides, and the names of places to choose from."""
    if not (found := focus.focus_of(user, shown.group)):
        return None
    sent = forms.get("focus_form")
    areas = [one.area for one in found]
    rows = []
    for one in found:
        is_sent = sent is not None and sent.data.get("area") == str(one.area.pk)
        rows.append({"shown": one, "form": sent if is_sent else FocusForm(areas=areas, shown=one), "is_sent": is_sent})
    return {"rows": rows, "names": queries.place_names(user, areas)}


def _beside_section(request: PartnerRequest, item: AgendaItem) -> dict[str, str] | None:
    """What lies beside an item that is about nothing of its own: the page its part of the agenda is about."""
    pages = {
        Section.LAST_DECISIONS: ("decision_list", _("Decisions")),
        Section.REPORTING: ("coverage", _("Who has reported")),
        Section.PICTURE: ("picture_list", _("Situational pictures")),
        Section.COMING: ("priority_places", _("Where to begin")),
        Section.FOCUS: ("priority_places", _("Where to begin")),
        Section.WHY: ("problem_list", _("Problems")),
        Section.MEASURES: ("measure_list", _("Measures")),
        Section.ESCALATIONS: ("escalation_list", _("Questions between levels")),
        Section.RESULTS: ("evaluation_list", _("Evaluations")),
    }
    if (page := pages.get(Section(item.section))) is None:
        return None
    return {"kind": "", "name": str(page[1]), "url": reverse(page[0], args=[request.collaboration.slug])}


def _step(shown: Meeting, people: Any, code: str, change: Any, sent: Any) -> dict[str, Any]:
    """A step with its form: only what it needs to know is asked."""
    asked = ["motive" if name == "reason" else name for name in sorted(change.needs | change.may_say)]
    is_sent = sent is not None and sent.data.get("change") == code
    form = (
        sent
        if is_sent
        else OutcomeForm(meeting=shown, people=people, prefix=code, outcome=Outcome.DECISION, change=code)
    )
    return {
        "code": code,
        "label": change.label,
        "form": form,
        "fields": [form[name] for name in ("organisation", "responsible", "text", "due_on", "motive") if name in asked],
        "is_open": is_sent,
    }


def _free(shown: Meeting, people: Any, outcome: str, label: str, names: tuple[str, ...], sent: Any) -> dict[str, Any]:
    is_sent = sent is not None and not sent.data.get("change") and sent.data.get("outcome") == outcome
    form = sent if is_sent else OutcomeForm(meeting=shown, people=people, prefix=outcome, outcome=outcome)
    return {"code": outcome, "label": label, "form": form, "fields": [form[name] for name in names], "is_open": is_sent}


def _minutes_page(request: PartnerRequest, shown: Meeting, status: int, forms: dict[str, Any]) -> HttpResponse:
    base = _base(request, shown)
    only = None
    if not base["is_whole"]:
        only = AgendaItem.objects.visible_to(request.user).filter(meeting=shown).values_list("pk", flat=True)
    today = timezone.localdate()
    organisations = queries.organisations_to_adjust_for(request.user, shown)
    may_adjust = (
        base["is_whole"] and bool(shown.adjust_until and today <= shown.adjust_until) and organisations.exists()
    )
    adjust_form = (forms.get("adjust_form") or AdjustForm(organisations=organisations)) if may_adjust else None
    context = {
        **base,
        "minutes": presenters.minutes_of(shown.content, only=only),
        "adjustments": presenters.adjustments_of(shown) if base["is_whole"] else [],
        "adjust_form": adjust_form,
        "not_saved": presenters.not_saved(forms, [adjust_form]),
    }
    return render(request, "councils/meetings/minutes.html", context, status=status)


# --- Steps ------------------------------------------------------------------------------------------------------------


def _back(request: PartnerRequest, shown: Meeting, anchor: str = "") -> HttpResponse:
    return redirect(presenters.url_of(shown) + anchor)


def _do(
    request: PartnerRequest,
    shown: Meeting,
    form: Any,
    change: Callable[[], Any],
    *,
    name: str,
    success: str,
    anchor: str = "",
    **more: Any,
) -> HttpResponse:
    """Do what a form on the meeting's page asks; what is refused stands on the page, and nothing written is lost."""
    if form.is_valid():
        try:
            change()
        except Conflict as conflict:
            form.add_refusal(conflict)
            form.meet(conflict.row)
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, success)
            return _back(request, shown, anchor)
    shown = _meeting(request, shown.number)
    return _page(request, shown, 422, **{name: form}, **more)


@require_POST
def meeting_open(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Begin the meeting."""
    shown = _to_lead(request, number)
    tried(
        request,
        lambda: leading.open_meeting(by=person(request), meeting=shown),
        _("The meeting has begun. Take up one matter at a time."),
    )
    return _back(request, shown)


@require_POST
def meeting_close(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """End the meeting and make its minutes."""
    shown = _to_lead(request, number)
    tried(
        request,
        lambda: leading.close_meeting(by=person(request), meeting=shown),
        _("The meeting is closed, and these are its minutes."),
    )
    return _back(request, shown)


@require_POST
def meeting_cancel(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Call a planned meeting off."""
    shown = _to_lead(request, number)
    form = CancelForm(request.POST)
    return _do(
        request,
        shown,
        form,
        lambda: planning.cancel_meeting(by=person(request), meeting=shown, **form.cleaned_data),
        name="cancel_form",
        success=_("The meeting is called off. What waited for it waits for the next one."),
    )


@require_POST
def meeting_matter(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Put something on the agenda, before or during the meeting."""
    shown = _to_lead(request, number)
    form = MatterForm(request.POST)
    return _do(
        request,
        shown,
        form,
        lambda: leading.bring_matter(by=person(request), group=shown.group, **form.cleaned_data),
        name="matter_form",
        success=_("It is on the agenda."),
        anchor="#agenda",
    )


@require_POST
def meeting_roll(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Note who is here."""
    shown = _to_lead(request, number)
    form = RollForm(request.POST, expected=list(leading.expected_at(shown)), said={})
    if not form.is_valid():
        return _page(request, shown, 422, roll_form=form)
    tried(
        request,
        lambda: leading.call_roll(by=person(request), meeting=shown, presences=form.presences()),
        _("Noted who is here."),
    )
    return _back(request, shown)


@require_POST
def item_open(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Take up an item."""
    item = _item_to_lead(request, number, pk)
    try:
        leading.open_item(by=person(request), item=item)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    return _back(request, item.meeting, "#item")


@require_POST
def item_note(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Write what is said of an item."""
    item = _item_to_lead(request, number, pk)
    form = NoteForm(request.POST, item=item)
    return _do(
        request,
        item.meeting,
        form,
        lambda: leading.write_note(by=person(request), item=item, **form.cleaned_data),
        name="note_form",
        success=_("The note is saved."),
        anchor="#item",
        item=item,
    )


@require_POST
def item_decide(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Write down a decision; where it is a step with what the matter is about, the step is taken."""
    item = _item_to_lead(request, number, pk)
    code = request.POST.get("change", "") or request.POST.get("outcome", "")
    form = OutcomeForm(request.POST, meeting=item.meeting, people=queries.people_of(collaboration.pk), prefix=code[:30])
    return _do(
        request,
        item.meeting,
        form,
        lambda: leading.decide(by=person(request), item=item, **form.cleaned_data),
        name="decision_form",
        success=_("Decided and done.") if request.POST.get("change") else _("Noted."),
        anchor="#item",
        item=item,
    )


@require_POST
def item_focus(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Decide in which order to begin with an area's places."""
    item = _item_to_lead(request, number, pk)
    form = FocusForm(request.POST, areas=focus.areas_to_order(item.meeting.group))

    def change() -> None:
        said = form.cleaned_data
        try:
            focus.decide_order(
                by=person(request),
                item=item,
                area=said["area"],
                places=form.places(),
                **{name: said[name] for name in ("text_version", "form_id", "is_confirmed")},
            )
        except NotPossible as no:
            if getattr(no, "code", None) == "conflict":
                form.go_on_from(focus.text_version_of(item.meeting.group, said["area"]))
            raise

    return _do(
        request,
        item.meeting,
        form,
        change,
        name="focus_form",
        success=_(
            "Decided. The order stands in the area's picture, and is read under “Where to begin” once published."
        ),
        anchor="#item",
        item=item,
    )


@require_POST
def item_escalate(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Ask another level, on behalf of the group that meets."""
    item = _item_to_lead(request, number, pk)
    form = EscalateForm(request.POST, meeting=item.meeting)
    return _do(
        request,
        item.meeting,
        form,
        lambda: leading.escalate_item(by=person(request), item=item, **form.cleaned_data),
        name="escalate_form",
        success=_("The question is asked. The answer comes back to the group's agenda."),
        anchor="#item",
        item=item,
    )


@require_POST
def item_settle(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Note in one press that a matter was for information, or is postponed."""
    item = _item_to_lead(request, number, pk)
    outcome = request.POST.get("outcome", "")
    words = _("Noted. It comes back at the next meeting.") if outcome == Outcome.POSTPONED else _("Noted.")
    tried(request, lambda: leading.settle(by=person(request), item=item, outcome=outcome), words)
    return _back(request, item.meeting, "#agenda")


@require_POST
def item_call_in(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Call a function outside the group in to a matter."""
    item = _item_to_lead(request, number, pk)
    form = CallInForm(request.POST, people=queries.people_of(collaboration.pk))
    if not form.is_valid():
        return _page(request, item.meeting, 422, call_form=form, item=item)
    tried(
        request,
        lambda: leading.call_in(by=person(request), item=item, **form.cleaned_data),
        _("Called in. They read this matter, and nothing else of the meeting."),
    )
    return _back(request, item.meeting, "#item")


@require_POST
def decision_object(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Note that an organisation does not agree with a decision."""
    shown = _to_lead(request, number)
    decision = get_object_or_404(shown.decisions.select_related("meeting__group", "item"), pk=pk)
    form = ObjectionForm(request.POST, meeting=shown, prefix=f"objection_{decision.pk}")
    return _do(
        request,
        shown,
        form,
        lambda: leading.object_to(by=person(request), decision=decision, **form.cleaned_data),
        name="objection_form",
        success=_("The objection is noted."),
        anchor="#item",
        about=decision.pk,
        item=decision.item,
    )


@require_POST
def decision_part(request: PartnerRequest, collaboration: Collaboration, number: int, pk: int) -> HttpResponse:
    """Say what a decision asks of one organisation."""
    shown = _to_lead(request, number)
    decision = get_object_or_404(shown.decisions.select_related("meeting__group", "item"), pk=pk)
    form = DecisionPartForm(request.POST, meeting=shown, prefix=f"part_{decision.pk}")
    return _do(
        request,
        shown,
        form,
        lambda: leading.ask_part(by=person(request), decision=decision, **form.cleaned_data),
        name="part_form",
        success=_("Asked. They find it under My work, and answer for themselves."),
        anchor="#item",
        about=decision.pk,
        item=decision.item,
    )


@require_POST
def minutes_adjust(request: PartnerRequest, collaboration: Collaboration, number: int) -> HttpResponse:
    """Say what is wrong in the minutes."""
    shown = _meeting(request, number)
    form = AdjustForm(request.POST, organisations=queries.organisations_to_adjust_for(request.user, shown))
    if shown.state != MeetingState.CLOSED:
        raise Http404
    return _do(
        request,
        shown,
        form,
        lambda: leading.adjust(by=person(request), meeting=shown, **form.cleaned_data),
        name="adjust_form",
        success=_("It stands beside the minutes."),
        anchor="#adjustments",
    )
