"""Pictures of every page of the running demonstration: three widths, light and dark, signed in as whoever uses it.

Which pages there are is read from the addresses themselves: a route that stands neither in SHOTS nor in NO_PAGE stops
the script with a sentence, so that no new page is forgotten.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from est_platform.demonstration.cast import BLACKPOOL, NORRKOPING, PASSWORD  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WIDTHS = {390: 844, 768: 1024, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
# Maps are drawn in software, so that they are there on a machine without a graphics card.
CHROMIUM_FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
DRAWN_WITHIN_S = 30
# What has to be drawn before a picture is taken, and how far it has come; what is folded away draws when it is opened.
STATES = (
    "[...document.querySelectorAll('est-chart, area-map, point-picker')].filter((one) => one.checkVisibility())"
    ".map((one) => [one.getAttribute('label') || one.localName, one.dataset.state || ''])"
)
SHOW_NEXT = (
    "() => { const next = [...document.querySelectorAll('est-chart, area-map, point-picker')]"
    ".find((one) => one.checkVisibility() && !one.dataset.state); next?.scrollIntoView(); return Boolean(next); }"
)
LARGEST_IN_DOCS = 90_000
TALLEST_IN_DOCS = 2_000

NOBODY = ""
COORDINATOR, ADMINISTRATOR = f"samordnare@{NORRKOPING}.example", f"administrator@{NORRKOPING}.example"
REPORTER, SECURITY_LEAD = f"rapportor@{NORRKOPING}.example", f"sakerhetsansvarig@{NORRKOPING}.example"
COUNCIL, DATA_PROTECTION = f"chefsamrad@{NORRKOPING}.example", f"dataskyddsombud@{NORRKOPING}.example"
COACH = f"processtod@{NORRKOPING}.example"
OPEN_DATA_COORDINATOR = f"samordnare@{BLACKPOOL}.example"


class Known:
    """What the demonstration's addresses need: ids of things that are there, looked up once."""

    @cached_property
    def commented_picture(self) -> int:
        from situational_picture.models import Picture

        return Picture.objects.filter(collaboration=self.collaboration, status="published").latest("period_end").pk

    @cached_property
    def collaboration(self) -> Any:
        from partners.models import Collaboration

        return Collaboration.objects.get(slug=NORRKOPING)

    @cached_property
    def area(self) -> str:
        return self._area("klockaretorpet")

    @cached_property
    def municipality(self) -> str:
        from areas.models import Area

        return str(Area.objects.filter(collaboration=self.collaboration, parent=None).order_by("pk")[0].slug)

    @cached_property
    def in_review(self) -> str:
        return self._area("navestad")

    @cached_property
    def written(self) -> str:
        return self._area("hageby")

    @cached_property
    def ward(self) -> str:
        from areas.models import Area

        return str(Area.objects.get(collaboration__slug=BLACKPOOL, slug__contains="bloomfield").slug)

    def _area(self, word: str) -> str:
        from areas.models import Area

        return str(Area.objects.filter(collaboration=self.collaboration, slug__contains=word).order_by("pk")[0].slug)

    def _incident(self, **which: Any) -> int:
        from incidents.models import Incident

        rows = Incident.objects.filter(collaboration=self.collaboration, **which).order_by("-occurred_on", "-pk")
        return int(rows.values_list("pk", flat=True)[0])

    @cached_property
    def incident(self) -> int:
        return self._incident(status="approved", place__isnull=False, area__slug=self.area)

    @cached_property
    def submitted(self) -> int:
        return self._incident(status="submitted")

    @cached_property
    def with_photo(self) -> int:
        return self._incident(status="submitted", photos__status="waiting")

    @cached_property
    def own_report(self) -> int:
        return self._incident(reporter__email=REPORTER, status="approved")

    def _first(self, model: str, **which: Any) -> int:
        from django.apps import apps

        rows = apps.get_model(model).objects.filter(collaboration=self.collaboration, **which).order_by("pk")
        return int(rows.values_list("pk", flat=True)[0])

    @cached_property
    def category(self) -> int:
        return self._first("incidents.Category", parent__isnull=False)

    @cached_property
    def place(self) -> int:
        return self._first("areas.Place", area__slug=self.area)

    @cached_property
    def housing(self) -> int:
        return self._first("partners.Organisation", name="Bostadsbolaget")

    @cached_property
    def unit(self) -> int:
        return self._first("partners.Unit", organisation=self.housing)

    @cached_property
    def group(self) -> int:
        return self._first("partners.Group", name__contains="Klockaretorpet")

    @cached_property
    def membership(self) -> int:
        return self._first("partners.Membership", user__email=SECURITY_LEAD)

    @cached_property
    def inspection(self) -> int:
        return self._first("areas.SafetyInspection", walk=None)

    @cached_property
    def walk(self) -> int:
        return self._first("areas.SafetyWalk")

    @cached_property
    def problem(self) -> int:
        return self._problem(NORRKOPING, area__slug=self.area)

    @cached_property
    def new_problem(self) -> int:
        return self._problem(NORRKOPING, state="identified")

    @cached_property
    def open_data_problem(self) -> int:
        return self._problem(BLACKPOOL)

    @cached_property
    def cause(self) -> int:
        return self._first("cause_analysis.Cause", analysis__problem__number=self.problem)

    @cached_property
    def gap(self) -> int:
        return self._first("cause_analysis.KnowledgeGap", analysis__problem__number=self.problem)

    @cached_property
    def round(self) -> int:
        return self._first("cause_analysis.PrioritisationRound")

    @cached_property
    def commitment(self) -> int:
        from action_plans.models import Commitment

        rows = Commitment.objects.filter(collaboration=self.collaboration).order_by("number")
        return int(rows.values_list("number", flat=True)[0])

    @cached_property
    def part_told_of(self) -> int:
        return self._number("action_plans.Commitment", state="kept", measure__isnull=False)

    @cached_property
    def evaluation(self) -> int:
        return self._number("followup.Evaluation", adopted_at__isnull=False)

    @cached_property
    def meeting(self) -> int:
        return self._number("councils.Meeting", state="planned")

    @cached_property
    def held_meeting(self) -> int:
        """One at which the plan was changed."""
        return self._number("councils.Meeting", state="closed", decisions__change="plan_decide")

    @cached_property
    def meeting_series(self) -> int:
        return self._first("councils.MeetingSeries")

    @cached_property
    def duty_decision(self) -> int:
        return self._first("councils.StatutoryDecision", item__paragraph=4)

    @cached_property
    def open_evaluation(self) -> int:
        from followup.models import Evaluation

        return Evaluation.objects.get(collaboration__slug=BLACKPOOL, adopted_at=None).number

    @cached_property
    def evaluated_problem(self) -> int:
        return self._number("cause_analysis.Problem", measures__evaluated_in__evaluation__number=self.evaluation)

    def _number(self, model: str, **which: Any) -> int:
        from django.apps import apps

        rows = apps.get_model(model).objects.filter(collaboration=self.collaboration, **which).order_by("number")
        return int(rows.values_list("number", flat=True)[0])

    @cached_property
    def planned_problem(self) -> int:
        return self._problem(NORRKOPING, measures__isnull=False)

    @cached_property
    def plan(self) -> int:
        return self._number("action_plans.Plan")

    @cached_property
    def agreement(self) -> int:
        return self._first("action_plans.Agreement", plans=None)

    @cached_property
    def goal(self) -> int:
        return self._first("action_plans.Goal", kind="effect")

    @cached_property
    def counted_place(self) -> int:
        from situational_picture.models import PlaceCount

        rows = PlaceCount.objects.filter(collaboration=self.collaboration).order_by("pk")
        return int(rows.values_list("place_id", flat=True)[0])

    @cached_property
    def indicator(self) -> int:
        # A survey with several periods: it has the most to show.
        return self._number("situational_picture.Indicator", kind="survey")

    @cached_property
    def measure(self) -> int:
        # One that several have a part in and somebody did not keep: it has the most to show.
        return self._first("action_plans.Measure", parts__state="not_kept")

    @cached_property
    def request_to_answer(self) -> int:
        return self._number("action_plans.Commitment", state="asked", measure=None)

    @cached_property
    def escalation(self) -> int:
        return self._number("councils.Escalation", answered_at=None, taken_back_at=None)

    @cached_property
    def promise(self) -> int:
        return self._number("action_plans.Promise", state="followed_up")

    @cached_property
    def ended_promise(self) -> int:
        return self._number("action_plans.Promise", state="partly_kept")

    @cached_property
    def draft_promise(self) -> int:
        return self._number("action_plans.Promise", state="draft")

    @cached_property
    def draft_item(self) -> int:
        return self._first("action_plans.PromiseItem", promise__state="draft")

    @cached_property
    def told_measure(self) -> int:
        return self._first("action_plans.PromiseItemMeasure", item__promise__number=self.promise)

    @cached_property
    def dialogue(self) -> int:
        return self._first("action_plans.Dialogue", walk__isnull=False)

    def public(self, name: str) -> int:
        from action_plans.models import Promise

        promise = Promise.objects.get(collaboration=self.collaboration, number=getattr(self, name))
        if promise.public_number is None:
            raise ValueError(f"the demonstration's {name} is not published")
        return promise.public_number

    def _problem(self, slug: str, **which: Any) -> int:
        from cause_analysis.models import Problem

        rows = Problem.objects.filter(collaboration__slug=slug, **which).order_by("number")
        return int(rows.values_list("number", flat=True)[0])

    @cached_property
    def import_batch(self) -> int:
        from incidents.models import ImportBatch

        return int(ImportBatch.objects.filter(collaboration__slug=BLACKPOOL).values_list("pk", flat=True)[0])

    @cached_property
    def person(self) -> int:
        from partners.models import User

        return int(User.objects.get(email=SECURITY_LEAD).pk)


@dataclass(frozen=True)
class Shot:
    """One page: its route, who looks at it, its arguments, and a suffix when the route is shown more than once."""

    route: str
    who: str = COORDINATOR
    args: Callable[[Known], list[Any]] = lambda known: [NORRKOPING]
    query: str = ""
    suffix: str = ""
    # What the page is answered with; a page that says no has a code of its own.
    status: int = 200

    @property
    def name(self) -> str:
        return self.route.replace("_", "-") + (f"-{self.suffix}" if self.suffix else "")


def outside(known: Known) -> list[Any]:
    """The address stands outside the collaborations."""
    return []


def here(*names: str) -> Callable[[Known], list[Any]]:
    """The address's arguments after the collaboration's short name, as attributes of `Known`."""
    return lambda known: [NORRKOPING, *(getattr(known, name) for name in names)]


def choosing(kind: str) -> Callable[[Known], list[Any]]:
    """The address's arguments where causes, goals or places of a measure are chosen."""
    return lambda known: [NORRKOPING, known.measure, kind]


SHOTS = [
    Shot("account_login", NOBODY, outside),
    Shot("account_reset_password", NOBODY, outside),
    Shot("account_reset_password_done", NOBODY, outside),
    Shot("account_reset_password_from_key", NOBODY, lambda known: ["0", "an-old-link"]),
    Shot("account_inactive", NOBODY, outside),
    Shot("account_signup", NOBODY, outside),
    Shot("socialaccount_login_error", args=outside, status=401),
    Shot("socialaccount_login_cancelled", NOBODY, outside),
    Shot("account", args=outside),
    Shot("account_logout", args=outside),
    Shot("account_change_password", args=outside),
    Shot("account_reauthenticate", args=outside),
    Shot("mfa_index", args=outside),
    Shot("mfa_activate_totp", args=outside),
    Shot("mfa_list_webauthn", args=outside),
    Shot("mfa_add_webauthn", args=outside),
    Shot("socialaccount_connections", args=outside),
    Shot("usersessions_list", args=outside),
    Shot("gallery", args=outside),
    Shot("offline", NOBODY, outside),
    Shot("promise_list"),
    Shot("promise_new"),
    Shot("dialogue_list"),
    Shot("dialogue_new"),
    Shot("dialogue_edit", args=here("dialogue")),
    Shot("promise", args=here("promise")),
    Shot("promise", args=here("draft_promise"), suffix="draft"),
    Shot("promise_edit", args=here("draft_promise")),
    Shot("promise_item_new", args=here("draft_promise")),
    Shot("promise_item_edit", args=here("draft_promise", "draft_item")),
    Shot("promise_measure_new", args=here("draft_promise", "draft_item")),
    Shot("promise_measure_edit", args=here("promise", "told_measure")),
    Shot("promise_publish", args=here("promise")),
    Shot("promise_follow_up", args=here("promise")),
    Shot("public_start", NOBODY, outside),
    Shot("public_areas", NOBODY),
    Shot("public_promises", NOBODY, here("area")),
    Shot("public_promise_print", NOBODY, here("area")),
    Shot("public_promise", NOBODY, lambda known: [NORRKOPING, known.area, known.public("promise")]),
    Shot(
        "public_promise",
        NOBODY,
        lambda known: [NORRKOPING, known.area, known.public("ended_promise")],
        query="?lang=en",
        suffix="english",
    ),
    Shot("public_promise_version", NOBODY, lambda known: [NORRKOPING, known.area, known.public("promise"), 1]),
    Shot("picture_list"),
    Shot("picture_list", COUNCIL, suffix="council"),
    Shot("picture_list", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL], suffix="blackpool"),
    Shot("priority_places", REPORTER),
    Shot("picture", args=here("area")),
    Shot("picture", args=here("area"), query="?kind=week", suffix="week"),
    Shot("picture", args=here("municipality"), suffix="whole"),
    Shot("picture", COUNCIL, here("area"), suffix="council"),
    Shot("picture", args=here("area"), query="?panel=constant", suffix="panel"),
    Shot("picture_write", args=here("area")),
    Shot("picture_write", args=here("in_review"), suffix="review"),
    Shot("picture", COUNCIL, here("written"), suffix="published"),
    Shot("picture", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL, known.ward], suffix="blackpool"),
    Shot("incident_list"),
    Shot("incident_list", REPORTER, suffix="reporter"),
    Shot("incident_new", REPORTER),
    Shot("incident_detail", args=here("incident")),
    Shot("incident_detail", args=here("submitted"), suffix="review"),
    Shot("incident_receipt", REPORTER, here("own_report")),
    Shot("incident_export", suffix="purpose"),
    Shot("review_queue"),
    Shot("photo_queue"),
    Shot("incident_detail", args=here("with_photo"), suffix="photos"),
    Shot("own_places", SECURITY_LEAD),
    Shot("coverage"),
    Shot("coverage_settings"),
    Shot("reporting_unit_new"),
    Shot("reporting", SECURITY_LEAD),
    Shot("import_list", SECURITY_LEAD),
    Shot("import_new", SECURITY_LEAD),
    Shot("import_detail", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL, known.import_batch]),
    Shot("category_list"),
    Shot("category_new"),
    Shot("category_edit", args=here("category")),
    Shot("area_list"),
    Shot("area_detail", args=here("area")),
    Shot("area_import"),
    Shot("area_moves"),
    Shot("police_list_status", args=here("area")),
    Shot("place_list"),
    Shot("place_detail", args=here("place")),
    Shot("place_new"),
    Shot("place_change", args=here("place")),
    Shot("place_history", args=here("place")),
    Shot("place_feature_new", args=here("place")),
    Shot("place_manager_new", args=here("place")),
    Shot("inspection_list"),
    Shot("defect_list"),
    Shot("inspection_new", SECURITY_LEAD),
    Shot("inspection_detail", args=here("inspection")),
    Shot("walk_new"),
    Shot("walk_detail", args=here("walk")),
    Shot("checklist_detail", args=lambda known: [NORRKOPING, "walk"]),
    Shot("checklist_change", args=lambda known: [NORRKOPING, "walk"]),
    Shot("measure_list"),
    Shot("measure_new"),
    Shot("measure_detail", args=here("measure")),
    Shot("measure_change", args=here("measure")),
    *(Shot("measure_choose", args=choosing(kind), suffix=kind) for kind in ("causes", "goals", "places")),
    Shot("measure_evaluation", args=here("measure")),
    Shot("measure_part", args=here("measure")),
    Shot("measure_follow_up", args=here("measure")),
    Shot("meeting_list"),
    Shot("meeting_new"),
    Shot("series_new"),
    Shot("series_change", args=lambda known: [NORRKOPING, known.meeting_series]),
    Shot("matter_new"),
    Shot("decision_list"),
    Shot("meeting", args=here("meeting")),
    Shot("meeting", COUNCIL, here("held_meeting"), suffix="minutes"),
    Shot("meeting_move", args=here("meeting")),
    Shot("law"),
    Shot("duty", args=lambda known: [NORRKOPING, 4]),
    Shot("duty_decide", args=lambda known: [NORRKOPING, 4]),
    Shot("duty_change", args=lambda known: [NORRKOPING, 7]),
    Shot("duty_due", args=lambda known: [NORRKOPING, 4, known.duty_decision]),
    Shot("duty_strike", args=lambda known: [NORRKOPING, 4, known.duty_decision]),
    Shot("hand_over"),
    Shot("law_papers"),
    Shot("year_wheel"),
    Shot("year_entry_new"),
    Shot("year_entry", args=lambda known: [NORRKOPING, "grant-closes"]),
    Shot("evaluation_list"),
    Shot("headline_tried"),
    Shot("evaluation", args=here("evaluation")),
    Shot("evaluation", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL, known.open_evaluation], suffix="blackpool"),
    Shot("evaluation_judge", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL, known.open_evaluation]),
    Shot("evaluation_problem", args=here("evaluation", "evaluated_problem")),
    Shot("progress_tell", args=here("measure")),
    Shot("dose_plan", args=here("measure")),
    Shot("progress_tell_part", args=here("part_told_of")),
    Shot("indicator_list"),
    Shot("indicator_new"),
    Shot("indicator_import"),
    Shot("place_count_new"),
    Shot("place_counts", args=here("counted_place")),
    Shot("indicator_compare"),
    Shot("indicator", args=here("indicator")),
    Shot("indicator_value_new", args=here("indicator")),
    Shot("goal_list", args=here("plan")),
    Shot("goal", args=here("plan", "goal")),
    Shot("goal_new", args=here("plan")),
    Shot("problem_goal_new", args=here("planned_problem")),
    Shot("problem_list"),
    Shot("problem_list", COUNCIL, suffix="council"),
    Shot("problem_new", query="?category=SKA"),
    Shot("problem", args=here("problem")),
    Shot("problem", COUNCIL, here("problem"), suffix="council"),
    Shot("problem", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL, known.open_data_problem], suffix="blackpool"),
    Shot("problem_define", args=here("new_problem")),
    Shot("prioritisation", args=here("round")),
    Shot("analysis", args=here("problem")),
    Shot("analysis", COACH, here("problem"), suffix="coach"),
    Shot("analysis", OPEN_DATA_COORDINATOR, lambda known: [BLACKPOOL, known.open_data_problem], suffix="blackpool"),
    Shot("analysis_tree", args=here("problem")),
    Shot("analysis_fishbone", args=here("problem")),
    Shot("analysis_comments", COACH, here("problem")),
    Shot("analysis_questions", args=here("problem")),
    Shot("analysis_chain", args=here("problem")),
    Shot("gap_new", args=here("problem")),
    Shot("gap_detail", args=here("problem", "gap")),
    Shot("prediction_choose", args=here("problem", "cause")),
    Shot("prediction_new", args=lambda known: [NORRKOPING, known.problem, known.cause, "hours"]),
    Shot("prioritisation_list"),
    Shot("prioritisation_new"),
    Shot("school_dates"),
    Shot("word_template"),
    Shot("method_list"),
    Shot("method_list", REPORTER, query="?side=place&controller=none", suffix="place"),
    Shot("method", args=lambda known: [NORRKOPING, "street-lighting"]),
    Shot("method_new"),
    Shot("plan_list"),
    Shot("plan_list", REPORTER, suffix="decided"),
    Shot("plan_new"),
    Shot("plan", args=here("plan")),
    *(
        Shot("plan", args=here("plan"), query=f"?view={view}", suffix=view)
        for view in ("board", "time", "places", "organisations", "order")
    ),
    Shot("plan", SECURITY_LEAD, here("plan"), query="?view=mine", suffix="mine"),
    Shot("plan_change", args=here("plan")),
    Shot("plan_changes", args=here("plan")),
    Shot("plan_decide", args=here("plan")),
    Shot("plan_version", COUNCIL, lambda known: [NORRKOPING, known.plan, 2]),
    Shot("agreement_list"),
    Shot("agreement_new"),
    Shot("agreement", args=here("agreement")),
    Shot("agreement_change", args=here("agreement")),
    Shot("commitment_list"),
    Shot("commitment_list", SECURITY_LEAD, suffix="security-lead"),
    Shot("commitment_detail", args=here("commitment")),
    Shot("commitment_detail", args=here("request_to_answer"), suffix="to-answer"),
    Shot("commitment_new"),
    Shot("commitment_ledger", COUNCIL),
    Shot("council_page", COUNCIL),
    Shot("pack_list", COUNCIL),
    Shot("figure_comment", COUNCIL, lambda known: [NORRKOPING, known.commented_picture, "trend"]),
    Shot("council_list", COUNCIL, lambda known: [NORRKOPING, "broken"]),
    Shot("commitment_rules"),
    Shot("absence_list", SECURITY_LEAD),
    Shot("people", ADMINISTRATOR),
    Shot("person_new", ADMINISTRATOR),
    Shot("person_detail", ADMINISTRATOR, here("person")),
    Shot("person_change", ADMINISTRATOR, here("person")),
    Shot("role_new", ADMINISTRATOR, here("person")),
    Shot("role_change", ADMINISTRATOR, here("membership")),
    Shot("role_areas", ADMINISTRATOR, here("membership")),
    Shot("organisation_list", ADMINISTRATOR),
    Shot("organisation_new", ADMINISTRATOR),
    Shot("organisation_change", ADMINISTRATOR, here("housing")),
    Shot("organisation_sharing", SECURITY_LEAD, here("housing")),
    Shot("organisation_trust", args=here("housing")),
    Shot("unit_new", ADMINISTRATOR, here("housing")),
    Shot("unit_change", ADMINISTRATOR, here("unit")),
    Shot("escalation_list", COUNCIL),
    Shot("escalation_new"),
    Shot("escalation", COUNCIL, args=here("escalation")),
    Shot("group_list"),
    Shot("look"),
    Shot("group_new"),
    Shot("group_detail", args=here("group")),
    Shot("group_change", args=here("group")),
    Shot("group_areas", args=here("group")),
    Shot("seat_new", args=here("group")),
    Shot("token_list", ADMINISTRATOR),
    Shot("token_new", ADMINISTRATOR),
    Shot("log", DATA_PROTECTION),
    Shot("log_export", DATA_PROTECTION, suffix="purpose"),
    Shot("log_months", DATA_PROTECTION),
    Shot("retention", DATA_PROTECTION),
    Shot("retention", DATA_PROTECTION, query="?look", suffix="look"),
    Shot("retention_rule", DATA_PROTECTION, lambda known: [NORRKOPING, "texts"]),
    Shot("hold_new", DATA_PROTECTION),
    Shot("my_access", SECURITY_LEAD),
    Shot("my_work"),
    Shot("my_work", SECURITY_LEAD, suffix="security-lead"),
    Shot("news", SECURITY_LEAD),
    Shot("letter_preview", SECURITY_LEAD),
    Shot("mails_sent", SECURITY_LEAD, args=outside),
    Shot("mail_failures"),
    Shot("my_calendar", SECURITY_LEAD),
    Shot("work_letter_rule"),
    Shot("work_letters_choose", SECURITY_LEAD, args=outside),
]

# Routes that are no page of their own, each with what it is instead.
NO_PAGE = {
    "law_paper_export": "a file",
    **dict.fromkeys(("duty_begin", "year_entry_remove"), "takes a form"),
    "escalation_answer": "takes a form",
    "escalation_take_back": "takes a form",
    "escalation_note": "takes a form",
    "escalation_yes_after_all": "takes a form",
    **dict.fromkeys(
        (
            "series_end",
            "meeting_cancel",
            "meeting_open",
            "meeting_close",
            "meeting_matter",
            "meeting_roll",
            "item_open",
            "item_note",
            "item_decide",
            "item_escalate",
            "item_focus",
            "decision_part",
            "item_settle",
            "item_call_in",
            "decision_object",
            "decision_done",
            "minutes_adjust",
        ),
        "takes a form",
    ),
    **dict.fromkeys(("meeting_calendar", "minutes_pdf", "minutes_word", "council_pdf"), "a file"),
    "pack": "nothing is frozen in the demonstration",
    "pack_file": "a file",
    **dict.fromkeys(("pack_freeze", "plan_pack_freeze"), "takes a form"),
    "evaluation_lesson": "takes a form",
    "lesson_remove": "takes a form",
    "evaluation_adopt": "takes a form",
    "measure_evaluate": "takes a form",
    "evaluation_pdf": "a file",
    "evaluation_word": "a file",
    "evaluation_excel": "a file",
    "plan_pdf": "a file",
    "plan_word": "a file",
    "plan_excel": "a file",
    "word_template_remove": "takes a form",
    "word_template_preview": "a file",
    "look_remove": "takes a form",
    "look_logotype": "a picture",
    "look_preview": "a file",
    "my_task": "the answers of my_work, one by one",
    "news_open": "leads to what a row of news is about",
    "news_read": "takes a form",
    "news_read_all": "takes a form",
    "my_calendar_make": "takes a form, and shows a secret",
    "my_calendar_revoke": "takes a form",
    "calendar_feed": "a file for calendar programs",
    "letters_stop": "opens by a letter's token",
    "plan_order": "takes a form",
    "plan_step": "takes a form",
    "plan_sign": "takes a form",
    "measure_evaluation_map": "data of a map",
    "plan_places": "data of a map",
    "agreement_party": "takes a form",
    "agreement_party_remove": "takes a form",
    "promise_item_remove": "takes a form",
    "promise_measure_untie": "takes a form",
    "promise_signatory_new": "takes a form",
    "promise_signatory_remove": "takes a form",
    "promise_decide": "takes a form",
    "promise_reopen": "takes a form",
    "promise_unpublish": "takes a form",
    "promise_result": "takes a form",
    "public_promise_feed": "a file for feed readers",
    "start": "leads on to the collaboration",
    "account_end_session": "takes a form",
    "mfa_login_webauthn": "an answer for a program in the sign-in page",
    "health": "an answer for programs",
    "ready": "an answer for programs",
    "set_language": "takes a form",
    "choose_language": "takes a form",
    "choose_color_scheme": "takes a form",
    "gallery_figure": "data of a chart",
    "gallery_map": "data of a map",
    "gallery_progress": "a piece of a page",
    "picture_hexagons": "data of a map",
    "picture_export": "a file",
    "picture_pdf": "a file",
    "picture_word": "a file",
    "picture_progress": "a piece of a page",
    "picture_request": "takes a form",
    "picture_publish": "takes a form",
    "picture_review": "takes a form",
    "picture_send_again": "takes a form",
    "log_sample": "the demonstration's log has no month that has ended",
    "retention_run": "takes a form",
    "hold_lift": "takes a form",
    "incident_map": "data of a map",
    "incident_point": "data of a map",
    "incident_send": "data of an outbox",
    "incident_where": "data of a map",
    "photo": "a picture",
    "photo_add": "data of an outbox",
    "photo_decide": "takes the forms of review_queue",
    "commitment_ask": "takes a form of commitment_detail",
    "commitment_accept": "takes a form of commitment_detail",
    "commitment_counter": "takes a form of commitment_detail",
    "commitment_decline": "takes a form of commitment_detail",
    "commitment_take_offer": "takes a form of commitment_detail",
    "commitment_kept": "takes a form of commitment_detail",
    "commitment_not_kept": "takes a form of commitment_detail",
    "commitment_agree": "takes a form of commitment_detail",
    "commitment_differ": "takes a form of commitment_detail",
    "commitment_change": "takes a form of commitment_detail",
    "commitment_hand_over": "takes a form of commitment_detail",
    "commitment_withdraw": "takes a form of commitment_detail",
    "commitment_ledger_export": "a file",
    "absence_remove": "takes a form",
    "manifest": "data for a phone",
    "service_worker": "a script",
    "incident_change": "the page of incident_new, filled in",
    "incident_review": "takes the forms of incident_detail",
    "incident_merge": "takes the form of incident_detail",
    "incident_unmerge": "takes a form",
    "review_decide": "takes the forms of review_queue",
    "review_import": "takes a form",
    "review_marked": "takes a form",
    "coverage_remind": "takes a form",
    "reporting_nothing": "takes a form",
    "reporting_take_back": "takes a form",
    "reporting_unit_change": "the page of reporting_unit_new, filled in",
    "guard_check": "an answer for a program in the form",
    "import_undo": "takes a form",
    "import_report": "a file",
    "category_close": "takes a form",
    "category_reopen": "takes a form",
    "category_delete": "takes a form",
    "area_shapes": "data of a map",
    "place_points": "data of a map",
    "place_search": "data of a search",
    "place_feature_take_back": "takes a form",
    "place_manager_end": "a question before a form",
    "inspection_fill": "the page of inspection_new, filled in",
    "inspection_correct": "takes a form",
    "inspection_drop": "takes a form",
    "inspection_send": "data of an outbox",
    "inspection_photo": "a picture",
    "proof_photo": "a picture",
    "proof_remove": "takes a form",
    "obstacle_resolve": "takes a form",
    "inspection_photo_add": "takes a form",
    "inspection_photo_remove": "takes a form",
    "inspection_marks": "takes a form",
    "walk_finish": "takes a form",
    "measure_decide": "takes a form",
    "measure_step": "takes a form",
    "measure_remove": "takes a form",
    "problem_places": "takes a form",
    "indicator_change": "the page of indicator_new, filled in",
    "place_count_take_back": "takes a form",
    "indicator_batch_undo": "takes a form",
    "indicator_remove": "takes a form",
    "indicator_value_withdraw": "takes a form",
    "indicator_export": "asks what a file is for, as every file does",
    "goal_change": "the page of goal_new, filled in",
    **dict.fromkeys(("goal_agree", "goal_remove"), "takes a form"),
    "problem_step": "takes a form",
    "analysis_pdf": "a file",
    "analysis_word": "a file",
    "comment_write": "takes a form",
    "comment_settle": "takes a form",
    "analysis_changes": "a piece of a page",
    "prediction_remove": "takes a form",
    "school_dates_remove": "takes a form",
    "method_change": "the page of method_new, filled in",
    "method_remove": "takes a form",
    **dict.fromkeys(("analysis_answer", "chain_add", "chain_change", "chain_move"), "takes a form"),
    **dict.fromkeys(
        ("analysis_begin", "analysis_method", "analysis_adopt", "cause_add", "cause_change", "cause_move"),
        "takes a form",
    ),
    **dict.fromkeys(
        ("cause_remove", "cause_state", "cause_choose", "evidence_add", "evidence_change", "evidence_remove"),
        "takes a form",
    ),
    "prioritisation_score": "the demonstration's rounds are decided",
    "prioritisation_show": "takes a form",
    "prioritisation_decide": "takes a form",
    "coach_invite": "takes a form",
    "coach_end": "takes a form",
    "person_deactivate": "takes a form",
    "person_reactivate": "takes a form",
    "role_end": "takes a form",
    "invitation_send": "takes a form",
    "seat_end": "takes a form",
    "token_revoke": "takes a form",
    "account_email": "closed: an address is changed by the administrator",
    "account_email_verification_sent": "never reached: addresses are not verified by e-mail",
    "account_confirm_email": "never reached: addresses are not verified by e-mail",
    "account_confirm_login_code": "only in the middle of a sign-in by code, which is off",
    "account_set_password": "only for accounts without a password",
    "account_reset_password_from_key_done": "the sign-in page follows at once",
    "mfa_authenticate": "only in the middle of a sign-in in two steps",
    "mfa_reauthenticate": "only with a second step set up",
    "mfa_reauthenticate_webauthn": "only with a second step set up",
    "mfa_deactivate_totp": "only with a second step set up",
    "mfa_view_recovery_codes": "only with a second step set up",
    "mfa_generate_recovery_codes": "only with a second step set up",
    "mfa_download_recovery_codes": "a file",
    "mfa_edit_webauthn": "only with a key set up",
    "mfa_remove_webauthn": "only with a key set up",
    "socialaccount_signup": "only in the middle of a single sign-on",
    "openid_connect_login": "leads on to the municipality's sign-in",
    "openid_connect_callback": "comes back from the municipality's sign-in",
}
# The API answers programs; its description is read in other tools.
NO_PAGE_PREFIXES = ("api-",)

# The main pages stand in the documentation at two widths, light and dark: file name and shot. Ten of the weekly circle,
# three of the way from where to why, six of what the partners do about it, one of what came of it, and three of how it
# is led.
MAIN_PAGES = [
    ("report", "incident-new"),
    ("receipt", "incident-receipt"),
    ("own-reports", "incident-list-reporter"),
    ("review", "review-queue"),
    ("coverage", "coverage"),
    ("picture", "picture"),
    ("writing", "picture-write-review"),
    ("published", "picture-published"),
    ("own-places", "own-places"),
    ("log", "log"),
    ("problem", "problem"),
    ("prioritisation", "prioritisation"),
    ("analysis", "analysis"),
    ("plan", "plan"),
    ("timeline", "plan-time"),
    ("measure", "measure-detail"),
    ("evaluation", "evaluation"),
    ("ledger", "commitment-ledger"),
    ("promise", "public-promise"),
    ("my-work", "my-work"),
    ("council", "council-page"),
    ("agenda", "meeting"),
    ("minutes", "meeting-minutes"),
]
# All that stands there: file name, shot, width, scheme.
DOCS = [
    *(
        (f"{file}-{width}-{scheme}", name, width, scheme)
        for file, name in MAIN_PAGES
        for width in (390, 1440)
        for scheme in SCHEMES
    ),
    ("areas-at-a-glance", "picture-list", 1440, "light"),
    ("picture-open-data", "picture-blackpool", 1440, "light"),
]


class Stop(Exception):
    """What is wrong, and what to do, in a sentence."""


def routes() -> set[str]:
    """The name of every address of the platform that has one."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from names(pattern.url_patterns)
            elif pattern.name:
                yield pattern.name

    return set(names(get_resolver().url_patterns))


def check_tables(known_routes: set[str]) -> None:
    """Every route is a shot or said not to be a page, and nothing speaks of a route that is gone."""
    shown = {shot.route for shot in SHOTS}
    forgotten = {name for name in known_routes - shown - set(NO_PAGE) if not name.startswith(NO_PAGE_PREFIXES)}
    if forgotten:
        raise Stop(
            f"No picture is planned of {', '.join(sorted(forgotten))}. Give each a Shot in SHOTS in "
            "script/screenshots.py, or say in NO_PAGE why it is no page."
        )
    gone = (shown | set(NO_PAGE)) - known_routes
    if gone:
        raise Stop(f"No address is called {', '.join(sorted(gone))} any more. Take it out of script/screenshots.py.")
    twice = {shot.name for shot in SHOTS if sum(other.name == shot.name for other in SHOTS) > 1}
    if twice:
        raise Stop(f"Several shots are called {', '.join(sorted(twice))}. Give them a suffix.")
    lost = {name for _file, name, _width, _scheme in DOCS} - {shot.name for shot in SHOTS}
    if lost:
        raise Stop(f"DOCS speaks of {', '.join(sorted(lost))}, which no shot is called.")


def address_of(shot: Shot, known: Known) -> str:
    """The shot's address on the server."""
    from django.core.exceptions import ObjectDoesNotExist
    from django.urls import reverse

    try:
        return reverse(shot.route, args=shot.args(known)) + shot.query
    except (IndexError, ObjectDoesNotExist):
        raise Stop(
            f"Nothing is there to show on {shot.name}. Is the demonstration loaded in the database of this checkout?"
        ) from None


def check_answers(server: str) -> None:
    """Stop with a sentence when nobody answers at the address."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{server}/ready/", timeout=10):
            return
    except urllib.error.HTTPError as error:
        raise Stop(f"{server} answers {error.code}. Look at what script/server says.") from error
    except OSError as error:
        raise Stop(f"Nobody answers at {server}. Start script/server and give its address with --server.") from error


def signed_in(browser: Browser, server: str, who: str) -> Any:
    """The cookies somebody has after signing in on the sign-in page."""
    context = browser.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(f"{server}/accounts/login/")
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url, timeout=1000 * DRAWN_WITHIN_S)
    state = context.storage_state()
    context.close()
    return state


def wait_until_drawn(page: Page, name: str) -> None:
    """Scroll through the page, so that charts and maps draw themselves, and wait until each of them has."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for position in [*range(0, height, 500), height]:
        page.evaluate("y => window.scrollTo(0, y)", position)
        page.wait_for_timeout(30)
    deadline = time.monotonic() + DRAWN_WITHIN_S
    # A busy browser may have slept through the scrolling: show it what is left, one after the other.
    while time.monotonic() < deadline and page.evaluate(SHOW_NEXT):
        page.wait_for_timeout(100)
    states = page.evaluate(f"() => {STATES}")
    wrong = [f"{label} ({state or 'not drawn'})" for label, state in states if state != "drawn"]
    if wrong:
        raise Stop(f"Not everything on {name} could be drawn: {', '.join(wrong)}. The browser's console says why.")
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(600 if states else 100)  # the map fades its last tiles in


def take(page: Page, url: str, shot: Shot, file: Path, width: int) -> None:
    """One picture of the whole page, however long it is."""
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    answer = page.goto(url, wait_until="load")
    if answer is None or answer.status != shot.status:
        raise Stop(f"{shot.name} ({url}) answered {answer.status if answer else 'nothing'}.")
    if "/accounts/reauthenticate/" in page.url and shot.route != "account_reauthenticate":
        # The page wants to know once more that it is really you.
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(url, timeout=1000 * DRAWN_WITHIN_S)
    if page.url != url:
        raise Stop(f"{shot.name} leads on to {page.url}, which is another page.")
    wait_until_drawn(page, shot.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True, animations="disabled")


def take_all(server: str, shots: list[Shot], wanted: set[tuple[str, int, str]], out: Path) -> int:
    """Take every wanted picture, one person after the other; how many there are."""
    from playwright.sync_api import sync_playwright

    known = Known()
    addresses = {shot.name: server + address_of(shot, known) for shot in shots}
    taken = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for who in dict.fromkeys(shot.who for shot in shots):
            state = signed_in(browser, server, who) if who else None
            for scheme in SCHEMES:
                context = browser.new_context(
                    locale="sv-SE", timezone_id="Europe/Stockholm", color_scheme=scheme, storage_state=state
                )
                taken += _take_as(context, [s for s in shots if s.who == who], addresses, wanted, out, scheme)
                context.close()
        browser.close()
    return taken


def _take_as(
    context: BrowserContext,
    shots: list[Shot],
    addresses: dict[str, str],
    wanted: set[tuple[str, int, str]],
    out: Path,
    scheme: str,
) -> int:
    taken = 0
    for shot in shots:
        for width in WIDTHS:
            if (shot.name, width, scheme) not in wanted:
                continue
            page = context.new_page()
            take(page, addresses[shot.name], shot, out / f"{shot.name}-{width}-{scheme}.png", width)
            page.close()
            taken += 1
            print(f"{time.strftime('%H:%M:%S')}  {shot.name} {width} {scheme}", flush=True)
    return taken


def compress(source: Path, target: Path) -> None:
    """Write the upper part of a picture as exactly, and at last as large, as the limit allows."""
    from PIL import Image

    with Image.open(source) as opened:
        image = opened.convert("RGB").crop((0, 0, opened.width, min(opened.height, TALLEST_IN_DOCS)))
    ways: list[dict[str, Any]] = [{"lossless": True}, *({"quality": quality} for quality in (92, 85, 75))]
    for share in (1.0, 0.8, 0.65, 0.5):
        sized = image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.LANCZOS)
        for way in ways:
            held = io.BytesIO()
            sized.save(held, "WEBP", method=6, **way)
            if held.tell() <= LARGEST_IN_DOCS:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(held.getvalue())
                return
    raise Stop(f"{source.name} does not become smaller than {LARGEST_IN_DOCS // 1000} kB.")


def main() -> int:
    """Check the tables, take the pictures, compress those of the documentation."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / ".local" / "screenshots", help="the folder for the pictures")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a route or a picture's name")
    parser.add_argument("--server", default="http://localhost:8000", help="script/server's address, on this database")
    parser.add_argument("--width", type=int, choices=WIDTHS, action="append", help="only this width")
    parser.add_argument("--scheme", choices=SCHEMES, action="append", help="only light, or only dark")
    parser.add_argument(
        "--docs", action="store_true", help="only the main pages of docs/screenshots, and compress them there"
    )
    parser.add_argument("--list", action="store_true", help="print the names and take nothing")
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "est_platform.settings")
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    import django

    django.setup()
    try:
        check_tables(routes())
        shots = [shot for shot in SHOTS if not wanted.only or {shot.name, shot.route} & set(wanted.only)]
        if not shots:
            raise Stop(f"No picture is called {', '.join(wanted.only)}. --list says what there is.")
        if wanted.list:
            print("\n".join(shot.name for shot in shots))
            return 0
        widths, schemes = wanted.width or list(WIDTHS), wanted.scheme or list(SCHEMES)
        every = {(shot.name, width, scheme) for shot in shots for width in widths for scheme in schemes}
        if wanted.docs:
            every &= {(name, width, scheme) for _file, name, width, scheme in DOCS}
            shots = [shot for shot in shots if any(shot.name == name for name, _width, _scheme in every)]
        if CHROMIUM is None:
            raise Stop("Chromium is not installed. Debian and Ubuntu: apt-get install chromium.")
        server = wanted.server.rstrip("/")
        check_answers(server)
        taken = take_all(server, shots, every, wanted.out)
        print(f"{taken} pictures in {wanted.out}")
        if wanted.docs:
            for file, name, width, scheme in DOCS:
                if (name, width, scheme) in every:
                    compress(
                        wanted.out / f"{name}-{width}-{scheme}.png", ROOT / "docs" / "screenshots" / f"{file}.webp"
                    )
            print("docs/screenshots is up to date")
    except Stop as stop:
        print(f"Stopped: {stop}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
