"""Every field in which somebody can write freely passes the personal-data guard, or is listed with why it does not."""

from __future__ import annotations

import importlib

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from cause_analysis.causes.rules import METHOD
from common.errors import NotPossible
from incidents.actions import return_incident
from incidents.forms import CategoryForm
from incidents.importing.actions import start_import
from incidents.importing.forms import ColumnsForm
from incidents.importing.profiles import PROFILES
from incidents.models import Status
from partners import retention_actions
from partners.forms import InvitationForm, NewGroupForm, NewOrganisationForm, NewUnitForm, PersonForm, TokenForm
from partners.purposes import PurposeForm
from privacy.validators import names_no_person, points_at_nobody
from tests import factories as make
from tests.promises.house import ROOT

NUMBER, PLATE, CASE, PHONE = "811218-9876", "ABC 12D", "0105-K123456-26", "070-123 45 67"
STRONG = [NUMBER, PLATE, CASE, PHONE, "sven@example.org", "８１１２１８－９８７６", "8112\u200b18-98\u200b76"]
NAME = "Anna Andersson"

# Where the guard stands for fields that do not carry it themselves, or why there is nothing to guard.
ELSEWHERE = {
    "IncidentForm.description": "rules.report_faults, in the form and in the action",
    "ReturnForm.reason": "incidents.actions.return_incident",
    "CategoryForm.code": "twenty letters and digits that are a category's name in files",
    "CategoryForm.name_sv": "carried by the form itself, not by its class",
    "CategoryForm.name_en": "carried by the form itself, not by its class",
    "CategoryForm.common_code": "carried by the form itself, not by its class",
    "WritingForm.assessed_motive": "situational_picture.rules.check_texts",
    "WritingForm.assessment": "situational_picture.rules.check_texts",
    "ComingEventForm.place": "situational_picture.rules.check_texts",
    "ComingEventForm.what": "situational_picture.rules.check_texts",
    "PriorityPlaceForm.name": "situational_picture.rules.check_texts",
    "PriorityPlaceForm.why": "situational_picture.rules.check_texts",
    **{f"IndicatorForm.{name}": "situational_picture.indicators.actions" for name in ("name", "source", "unit")},
    "ValueForm.note": "situational_picture.indicators.actions.enter_value",
    "PlaceForm.name": "areas.models.Place.clean",
    "PlaceForm.other_names": "areas.models.Place.clean",
    "PlaceFeatureForm.detail": "areas.place_files.rules.text_faults, in the form and in the action",
    "PlaceFeatureForm.note": "areas.place_files.rules.text_faults, in the form and in the action",
    "PlaceManagerForm.outside_party": "areas.place_files.rules.text_faults, in the form and in the action",
    "PlaceManagerForm.task": "areas.place_files.rules.text_faults, in the form and in the action",
    "InspectionForm.participants": "areas.inspections.rules.check_answers",
    "InspectionForm.felt_safe": "areas.inspections.rules.check_answers",
    "InspectionForm.felt_unsafe": "areas.inspections.rules.check_answers",
    "InspectionForm.photos": "numbers of photos alone, see its clean_photos",
    "WalkForm.participants": "areas.inspections.rules.check_answers",
    "CorrectionForm.text": "areas.inspections.actions.correct_inspection",
    "MarkForm.text": "areas.inspections.photos.mark_spot",
    "ChecklistItemForm.key": "given out by the page before, and checked against the list",
    "PlaceFilterForm.q": "a question, not kept and not logged",
    "LogFilterForm.subject": "nothing but a report's number is taken",
    "HoldForm.reference": "nothing but the number of a report or problem is taken",
    "LogReviewForm.note": "partners.log_samples.go_through",
    "LogReviewForm.seen": "its clean_seen takes numbers alone",
    "_TiesForm.seen": "its clean_seen takes numbers alone",
    "CausesForm.seen": "its clean_seen takes numbers alone",
    "GoalsForm.seen": "its clean_seen takes numbers alone",
    "PlacesForm.seen": "its clean_seen takes numbers alone",
    "AdoptForm.seen": "compared with the headline, and not kept",
    "PlanDecideForm.seen": "compared with the mark of the plan's content, and not kept",
    "MergeFromPageForm.number": "nothing but a report's number is taken",
    "HoldForm.reason": "partners.retention_actions.place_hold",
    "RuleForm.reason": "partners.retention_actions.change_rule",
    "PurposeForm.words": "its clean_words",
    "InvitationForm.name": "what a person with an account is called",
    "PersonForm.name": "what a person with an account is called",
    "QuestionForm.text": "cause_analysis.knowing.actions.answer_question",
    "GapForm.text": "cause_analysis.knowing.actions.add_gap",
    "FoundOutForm.answer": "cause_analysis.knowing.actions.close_gap",
    "LinkForm.text": "cause_analysis.chain.actions.add_link",
    "CauseForm.text": "cause_analysis.causes.actions.change_cause",
    "NewCauseForm.text": "cause_analysis.causes.actions.add_cause",
    "StateForm.reason": "cause_analysis.causes.actions.set_state",
    "ChooseForm.reason": "cause_analysis.causes.actions.choose_cause",
    "JudgementForm.text": "cause_analysis.causes.actions.change_evidence",
    "EvidenceForm.text": "cause_analysis.causes.actions.add_evidence",
    "EvidenceForm.address": "nothing but the filters of the list of reports is taken",
    "PredictionForm.text": "cause_analysis.predictions.actions.state_prediction",
    "RemoveForm.reason": "cause_analysis.causes.actions.remove_evidence",
    **{f"MethodForm.{name}": "cause_analysis.causes.actions.write_method" for name in METHOD},
    "FigureCommentForm.text": "councils.comments.actions.comment_figure",
    "CommentForm.text": "cause_analysis.comments.actions.write_comment",
    "AnswerCommentForm.answer": "cause_analysis.comments.actions.settle_comment",
    "ProblemForm.title": "cause_analysis.problems.actions.make_problem",
    "AnswerForm.text": "cause_analysis.problems.actions.write_answer and write_view",
    "DecisionForm.reason": "cause_analysis.prioritising.actions.decide",
    **{f"GoalForm.{name}": "action_plans.goals.actions" for name in ("text", "indicator", "unit", "source")},
    "StepForm.to": "nothing but a state's name is taken",
    "StepForm.reason": "cause_analysis.problems.actions.move_by_hand",
    "LibraryFilterForm.q": "a question, not kept and not logged",
    **{
        f"MethodForm.{name}": "action_plans.library.actions.add_card and change_card"
        for name in ("title", "what", "evidence", "mechanism", "moderators", "implementation", "economy")
    },
    "SourceForm.title": "action_plans.library.actions.add_card and change_card",
    **{f"PlanForm.{name}": "action_plans.plans.actions" for name in ("title", "purpose", "registry_number")},
    "PlanDecideForm.reason": "action_plans.plans.deciding.decide_plan",
    "SignatureForm.function": "action_plans.plans.deciding.sign_version",
    **{
        f"AgreementForm.{name}": "action_plans.plans.agreements"
        for name in (
            "title",
            "registry_number",
            "outside_parties",
            "probable_causes",
            "goals_agreed",
            "documented_how",
            "followed_up_how",
        )
    },
    "PartyForm.function": "action_plans.plans.agreements.add_party",
    "RequestForm.text": "action_plans.commitments.actions.make_request",
    "OfferForm.reason": "action_plans.commitments.actions.counter_offer",
    "ReasonForm.reason": "no form of its own: what decline, withdraw and report share",
    "DeclineForm.reason": "action_plans.commitments.actions.decline",
    "WithdrawForm.reason": "action_plans.commitments.actions.withdraw",
    "NotKeptForm.reason": "action_plans.commitments.actions.report",
    "DifferForm.reason": "action_plans.commitments.actions.confirm",
    "ChangeForm.text": "action_plans.commitments.actions.change_request",
    "PromiseStartForm.title_sv": "action_plans.promises.actions.make_promise",
    **{
        f"PromiseForm.{name}": "action_plans.promises.actions.change_promise"
        for name in ("title_sv", "title_en", "problem_sv", "problem_en", "registry_number")
    },
    **{
        f"ItemForm.{name}": "action_plans.promises.actions.add_item and change_item"
        for name in ("text_sv", "text_en", "amount_sv", "amount_en")
    },
    **{
        f"{form}.done_{tongue}": "action_plans.promises.actions.tie_measure and write_done"
        for form in ("DoneForm", "TieForm")
        for tongue in ("sv", "en")
    },
    **{
        f"PromiseFollowUpForm.text_{tongue}": "action_plans.promises.actions.follow_up_promise"
        for tongue in ("sv", "en")
    },
    **{
        f"DialogueForm.{name}": "action_plans.promises.actions.add_dialogue and change_dialogue"
        for name in ("target_group", "themes", "protocol")
    },
    "LookForm.accent": "partners.rules.check_accent takes a colour alone",
    "SignatoryForm.function": "action_plans.promises.actions.add_signatory",
    **{f"SeriesForm.{name}": "councils.meetings.planning" for name in ("name", "where")},
    **{f"{form}.where": "councils.meetings.planning" for form in ("TimeForm", "MeetingForm")},
    "CancelForm.reason": "councils.meetings.planning.cancel_meeting",
    **{f"{form}.title": "councils.meetings.leading.bring_matter" for form in ("MatterForm", "NewMatterForm")},
    "NoteForm.text": "councils.meetings.leading.write_note",
    **{f"OutcomeForm.{name}": "councils.meetings.leading.decide" for name in ("text", "motive")},
    "OutcomeForm.change": "a code of councils.meetings.changes",
    **{
        f"EscalateForm.{name}": "councils.escalations.actions.escalate" for name in ("question", "recommended_decision")
    },
    "DecisionPartForm.text": "action_plans.commitments.actions.ask_by_decision",
    "ObjectionForm.text": "councils.meetings.leading.object_to",
    "AdjustForm.text": "councils.meetings.leading.adjust",
    "DutyForm.requires": "councils.law.actions.write_duty",
    "DutyForm.checked_against": "councils.law.actions.write_duty",
    **{f"DecisionForm.{name}": "councils.law.actions.decide_duty" for name in ("document", "registry_number")},
    "DueForm.due_reason": "councils.law.actions.change_due",
    "StrikeForm.reason": "councils.law.actions.strike_decision",
    **{f"YearEntryForm.{name}": "councils.law.actions" for name in ("title", "source")},
    "AreaConfirmForm.token": "given out by the page before",
    "IndicatorConfirmForm.token": "given out by the page before",
    "NewMeasureForm.title": "action_plans.measures.actions.add_measure",
    **{
        f"MeasureForm.{name}": "action_plans.measures.actions.change_measure"
        for name in ("title", "description", "mechanism", "indicator", "funding")
    },
    "EvaluationForm.indicator": "action_plans.measures.actions.write_evaluation_plan",
    "EvaluationForm.decision_rule": "action_plans.measures.actions.write_evaluation_plan",
    "EvaluationForm.reason": "action_plans.measures.actions.write_evaluation_plan",
    "EvaluationForm.selection": "the filters of a list of reports, read by write_evaluation_plan",
    "PartForm.text": "action_plans.commitments.actions.draft_part",
    "MeasureStepForm.reason": "action_plans.measures.actions.run and abort",
    "MeasureDecideForm.override_reason": "action_plans.measures.actions.decide",
    "FollowUpForm.text": "action_plans.measures.actions.follow_up",
    "TellForm.text": "followup.progress.actions.tell",
    "DoseForm.word": "followup.progress.actions.plan_doses",
    "JudgementForm.what_else": "followup.evaluations.actions.judge",
    "JudgementForm.side_effects": "followup.evaluations.actions.judge",
    "JudgementForm.reason": "followup.evaluations.actions.judge",
    "LessonForm.text": "followup.evaluations.actions.add_lesson",
    "QuestionForm.question": "councils.escalations.actions.escalate",
    "QuestionForm.recommended_decision": "councils.escalations.actions.escalate",
    "AnswerForm.answer_text": "councils.escalations.actions.answer",
    "TakeBackForm.reason": "councils.escalations.actions.take_back",
    "GoOnForm.reason": "cause_analysis.problems.actions.move_problem",
}
# Names of things inside a file, read and let go.
for _form in ("AreaImportForm", "AreaUploadForm", "AreaConfirmForm"):
    for _field in ("name_property", "crs", "layer"):
        ELSEWHERE[f"{_form}.{_field}"] = "how to read a file"

ROOMS = (
    "councils", "followup", "action_plans", "cause_analysis", "incidents", "situational_picture", "partners", "areas",
)  # fmt: skip
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ROOMS
    for path in [*(ROOT / room).rglob("*forms.py"), *(ROOT / room).glob("purposes.py")]
)


def free_texts():
    found = {}
    for module in MODULES:
        for form in vars(importlib.import_module(module)).values():
            is_form = isinstance(form, type) and issubclass(form, forms.BaseForm)
            if not is_form or form.__module__ != module or module.endswith("sign_in_forms"):
                continue
            for name, field in form.base_fields.items():
                is_text = type(field) is forms.CharField
                if is_text:
                    found[f"{form.__name__}.{name}"] = field
    return found


def test_every_free_text_is_guarded():
    fields = free_texts()
    assert len(fields) > 30, "the forms were not found"
    guards = (names_no_person, points_at_nobody)
    bare = [
        name
        for name, field in fields.items()
        if name not in ELSEWHERE and not any(guard in field.validators for guard in guards)
    ]
    assert bare == []


def test_the_list_of_exceptions_speaks_of_fields_that_exist():
    assert set(ELSEWHERE) <= set(free_texts())


@pytest.mark.parametrize("text", STRONG)
@pytest.mark.parametrize("form", [NewOrganisationForm, NewUnitForm, NewGroupForm])
def test_no_name_of_a_thing_holds_a_number_that_points_at_a_person(form, text):
    for name in (text, f"Norr {text}"):
        filled = form({"name": name, "kind": "housing", "level": "operative"})
        assert "name" in filled.errors
    assert "name" not in form({"name": "Sankt Olofs skola, hus 3"}).errors


@pytest.mark.parametrize("text", STRONG)
def test_nor_a_function_a_key_or_a_category(world, text):
    here = {"collaboration": world.here}
    assert "function" in PersonForm({"function": text}).errors
    assert "function" in InvitationForm({"function": text}, **here).errors
    assert "name" in TokenForm({"name": text}, **here).errors
    for name in ("name_sv", "name_en", "common_code"):
        assert name in CategoryForm({name: text}, **here).errors


@pytest.mark.parametrize("text", [*STRONG, NAME, "mannen som heter Jusuf"])
def test_what_goes_to_the_log_holds_no_name_either(world, text):
    assert "words" in PurposeForm({"purpose": "other", "words": f"Underlag om {text}"}).errors
    by = world.people["data_protection"]
    for change in (
        lambda: retention_actions.place_hold(
            collaboration=world.here, scope=None, subject="", reason=f"Tvist om {text}", by=by,
            first_day=world.waiting.occurred_on, ends_on=world.waiting.occurred_on.replace(year=2027),
        ),
        lambda: retention_actions.change_rule(
            collaboration=world.here, kind=retention_actions.retention.kind_named("texts"), days=200,
            reason=f"Beslut av {text}", by=by,
        ),
    ):  # fmt: skip
        with pytest.raises(NotPossible, match=r"points at a person|pekar ut en person"):
            change()
    assert PurposeForm({"purpose": "other", "words": "EST-möte v. 47, dnr KS 2026/123"}).is_valid()


@pytest.mark.parametrize("text", [NAME, "känd av polisen"])
def test_a_reason_is_as_strict_as_the_report_it_is_kept_with(world, text):
    by = world.people["coordinator"]
    with pytest.raises(NotPossible):
        return_incident(incident=world.waiting, by=by, reason=f"Ta bort {text}.")
    ours = make.IncidentFactory(organisation=world.municipality, category=world.vandalism, status=Status.SUBMITTED)
    assert return_incident(incident=ours, by=by, reason=f"Ta bort {text}.").status == Status.RETURNED


@pytest.mark.parametrize("text", [*STRONG, NAME])
def test_a_saved_choice_of_columns_is_not_called_after_a_person(world, text):
    batch = make.ImportBatchFactory(organisation=world.housing, mapping={"headings": ["Datum"]})
    form = ColumnsForm({"save_as": text}, batch=batch)
    assert "save_as" in form.errors
    assert "save_as" not in ColumnsForm({"save_as": "Störningsjouren, veckofil"}, batch=batch).errors


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Anna Andersson 811218-9876.csv", False),
        ("0105-K123456-26.csv", False),
        ("störningsjour v 46.csv", True),
    ],
)
def test_a_files_name_goes_to_the_log_without_a_person(world, settings, tmp_path, name, kept):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = str(tmp_path)
    batch = start_import(
        by=world.people["security_lead"],
        profile=PROFILES["generic"],
        organisation=world.housing,
        upload=SimpleUploadedFile(name, b"Datum;Kategori\n2026-11-01;SKA\n"),
    )
    assert (batch.file_name == name) == kept
    assert batch.file_name.endswith(".csv")
    from audit.models import Event

    label = Event.objects.get(action="import_started").subject_label
    assert "Andersson" not in label
    assert "9876" not in label


@pytest.mark.parametrize("text", [*(text for text in STRONG if "@" not in text), "8112189876".replace("9", "\u200b9")])
def test_a_number_broken_over_two_lines_is_a_number(client, world, text):
    client.force_login(world.people["reporter"])
    for broken in (text.replace("-", "-\r\n"), text.replace("-", "\r\n-"), text.replace(" ", "\r\n")):
        answer = client.post(
            reverse("incident_new", args=["ekstad"]),
            {
                "category": world.vandalism.pk, "place": world.square.pk, "when": "now",
                "description": f"Skadegörelse. {broken} sprang.", "is_text_confirmed": "on",
            },
        )  # fmt: skip
        assert answer.status_code == 200, broken
        assert "description" in answer.context["form"].errors, broken


def test_the_guards_refusal_is_its_own_sentence():
    with pytest.raises(ValidationError) as refusal:
        points_at_nobody(NAME)
    assert refusal.value.code == "personal_data"
    names_no_person(NAME)
