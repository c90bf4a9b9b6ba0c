"""One factory a model. Each makes the smallest row that makes sense; tests name what matters to them."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import factory
import shapely
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image, ImageDraw

from analysis.hexagons import cells_of
from areas.inspections.photo_files import FOLDER as INSPECTION_PHOTOS
from areas.models import (
    Area,
    AreaKind,
    AreaScope,
    Boundary,
    Checklist,
    ChecklistKind,
    ChecklistVersion,
    GroupArea,
    InspectionCorrection,
    InspectionItem,
    InspectionPhoto,
    ItemState,
    MembershipMove,
    PhotoMark,
    Place,
    PlaceFeature,
    PlaceManager,
    PoliceListCategory,
    PoliceListStatus,
    SafetyInspection,
    SafetyWalk,
)
from audit.models import DaySeal, Event, KeptFrom
from cause_analysis.models import (
    Cause,
    CauseAnalysis,
    CauseMove,
    CauseState,
    CoachComment,
    CoachInvitation,
    EventChainLink,
    Evidence,
    GuidedAnswer,
    KnowledgeGap,
    PartnerView,
    Prediction,
    PredictionTest,
    PrioritisationRound,
    Problem,
    ProblemMove,
    ProblemPlace,
    RoundProblem,
    SchoolDates,
    Score,
    Side,
    State,
)
from incidents.models import (
    Category,
    ImportBatch,
    ImportMapping,
    ImportRefusal,
    Incident,
    NothingToReport,
    Photo,
    ReportedWeek,
    ReportingRhythm,
    ReportingUnit,
    ReportReminder,
    Status,
)
from incidents.photos import files
from partners.models import (
    ApiToken,
    Collaboration,
    Group,
    GroupMember,
    LegalHold,
    Level,
    LogReview,
    Look,
    Membership,
    Organisation,
    Purge,
    RetentionRule,
    Unit,
    User,
)
from partners.roles import Role
from situational_picture.models import Delivery, Picture, Rebuild

PASSWORD = "ett långt lösenord för prov"


class CollaborationFactory(DjangoModelFactory):
    class Meta:
        model = Collaboration

    slug = factory.Sequence(lambda n: f"kommun-{n}")
    name = factory.Sequence(lambda n: f"Kommun {n}")


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    collaboration = factory.SubFactory(CollaborationFactory)
    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.MUNICIPALITY


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    organisation = factory.SubFactory(OrganisationFactory)
    collaboration = factory.SelfAttribute("organisation.collaboration")
    name = factory.Sequence(lambda n: f"Enhet {n}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    function = factory.Sequence(lambda n: f"funktion {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    collaboration = factory.SelfAttribute("organisation.collaboration")
    role = Role.COORDINATOR
    valid_from = dt.date(2020, 1, 1)


class LookFactory(DjangoModelFactory):
    class Meta:
        model = Look

    collaboration = factory.SubFactory(CollaborationFactory)
    accent = "#8f1f38"
    header = "Ekstads kommun"
    made_at = factory.LazyFunction(timezone.now)


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    collaboration = factory.SubFactory(CollaborationFactory)
    name = factory.Sequence(lambda n: f"Grupp {n}")
    level = Level.OPERATIVE


class GroupMemberFactory(DjangoModelFactory):
    class Meta:
        model = GroupMember

    membership = factory.SubFactory(MembershipFactory)
    collaboration = factory.SelfAttribute("membership.collaboration")
    group = factory.SubFactory(GroupFactory, collaboration=factory.SelfAttribute("..collaboration"))
    valid_from = dt.date(2020, 1, 1)


class ApiTokenFactory(DjangoModelFactory):
    class Meta:
        model = ApiToken

    membership = factory.SubFactory(MembershipFactory, user=factory.SubFactory(UserFactory, is_service=True))
    name = "prov"
    hash = factory.LazyFunction(lambda: ApiToken.hash_of(ApiToken.new_key()))
    expires_on = dt.date(2099, 1, 1)


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    collaboration = factory.SubFactory(CollaborationFactory)
    kind = AreaKind.EST_AREA
    name = factory.Sequence(lambda n: f"Område {n}")


class BoundaryFactory(DjangoModelFactory):
    """A box; name its sides with west, south, east and north."""

    class Meta:
        model = Boundary

    class Params:
        west = 16.10
        south = 58.57
        east = 16.14
        north = 58.60

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    wkb = factory.LazyAttribute(lambda o: shapely.to_wkb(shapely.box(o.west, o.south, o.east, o.north)))
    source = "prov"


class AreaScopeFactory(DjangoModelFactory):
    class Meta:
        model = AreaScope

    membership = factory.SubFactory(MembershipFactory)
    collaboration = factory.SelfAttribute("membership.collaboration")
    area = factory.SubFactory(AreaFactory, collaboration=factory.SelfAttribute("..collaboration"))


class GroupAreaFactory(DjangoModelFactory):
    class Meta:
        model = GroupArea

    group = factory.SubFactory(GroupFactory)
    collaboration = factory.SelfAttribute("group.collaboration")
    area = factory.SubFactory(AreaFactory, collaboration=factory.SelfAttribute("..collaboration"))


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    collaboration = factory.SubFactory(CollaborationFactory)
    name = factory.Sequence(lambda n: f"Plats {n}")
    lon = 16.12
    lat = 58.585


class PlaceFeatureFactory(DjangoModelFactory):
    class Meta:
        model = PlaceFeature

    place = factory.SubFactory(PlaceFactory)
    collaboration = factory.SelfAttribute("place.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    kind = PlaceFeature.Kind.LIGHT
    state = PlaceFeature.State.GOOD
    observed_on = dt.date(2026, 5, 12)


class ChecklistFactory(DjangoModelFactory):
    class Meta:
        model = Checklist
        django_get_or_create = ("collaboration", "kind")

    collaboration = factory.SubFactory(CollaborationFactory)
    kind = ChecklistKind.INSPECTION


class ChecklistVersionFactory(DjangoModelFactory):
    """A short list of its own."""

    class Meta:
        model = ChecklistVersion
        django_get_or_create = ("checklist", "number")

    checklist = factory.SubFactory(ChecklistFactory)
    collaboration = factory.SelfAttribute("checklist.collaboration")
    number = 1
    items = factory.LazyFunction(
        lambda: [
            {"key": "ljus", "text": "Belysningen är hel", "feature": "light", "part": "", "help": ""},
            {"key": "skrap", "text": "Det är rent", "feature": "upkeep", "part": "", "help": ""},
        ]
    )


class SafetyWalkFactory(DjangoModelFactory):
    class Meta:
        model = SafetyWalk

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    checklist_version = factory.SubFactory(
        ChecklistVersionFactory,
        checklist=factory.SubFactory(
            ChecklistFactory, collaboration=factory.SelfAttribute("...collaboration"), kind=ChecklistKind.WALK
        ),
    )
    walked_on = dt.date(2026, 11, 18)
    client_uuid = factory.LazyFunction(uuid.uuid4)


class SafetyInspectionFactory(DjangoModelFactory):
    """An inspection that is not finished; `finished_at` makes it so."""

    class Meta:
        model = SafetyInspection

    place = factory.SubFactory(PlaceFactory)
    collaboration = factory.SelfAttribute("place.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    checklist_version = factory.SubFactory(
        ChecklistVersionFactory,
        checklist=factory.SubFactory(ChecklistFactory, collaboration=factory.SelfAttribute("...collaboration")),
    )
    inspected_on = dt.date(2026, 11, 18)
    client_uuid = factory.LazyFunction(uuid.uuid4)


class InspectionItemFactory(DjangoModelFactory):
    class Meta:
        model = InspectionItem

    inspection = factory.SubFactory(SafetyInspectionFactory)
    collaboration = factory.SelfAttribute("inspection.collaboration")
    key = "ljus"
    state = ItemState.DEFECT


class InspectionCorrectionFactory(DjangoModelFactory):
    class Meta:
        model = InspectionCorrection

    inspection = factory.SubFactory(SafetyInspectionFactory)
    collaboration = factory.SelfAttribute("inspection.collaboration")
    organisation = factory.SelfAttribute("inspection.organisation")
    text = "Lampan satt på grannhuset."


class InspectionPhotoFactory(DjangoModelFactory):
    """A photo with a small file of its own."""

    class Meta:
        model = InspectionPhoto

    inspection = factory.SubFactory(SafetyInspectionFactory)
    collaboration = factory.SelfAttribute("inspection.collaboration")
    file = factory.LazyFunction(lambda: INSPECTION_PHOTOS.store(drawn_photo()))
    width = 64
    height = 48
    size_bytes = 1000
    sha256 = "0" * 64
    client_uuid = factory.LazyFunction(uuid.uuid4)
    client_body_hash = "0" * 64


class PhotoMarkFactory(DjangoModelFactory):
    class Meta:
        model = PhotoMark

    photo = factory.SubFactory(InspectionPhotoFactory)
    collaboration = factory.SelfAttribute("photo.collaboration")
    organisation = factory.SelfAttribute("photo.inspection.organisation")
    x = 0.25
    y = 0.5
    text = "Trasig lampa"


class PlaceManagerFactory(DjangoModelFactory):
    """Nobody answers, at any hour; name the party, the weekdays or the hours."""

    class Meta:
        model = PlaceManager

    place = factory.SubFactory(PlaceFactory)
    collaboration = factory.SelfAttribute("place.collaboration")
    party = PlaceManager.Party.NOBODY
    valid_from = dt.date(2026, 1, 1)


class PoliceListCategoryFactory(DjangoModelFactory):
    class Meta:
        model = PoliceListCategory
        django_get_or_create = ("code",)

    code = "UO"
    name_sv = "Utsatt område"
    name_en = "Exposed area"
    first_list_year = 2015


class PoliceListStatusFactory(DjangoModelFactory):
    class Meta:
        model = PoliceListStatus

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    list_year = 2023
    category = factory.SubFactory(PoliceListCategoryFactory)
    source = "prov"


class MembershipMoveFactory(DjangoModelFactory):
    class Meta:
        model = MembershipMove

    collaboration = factory.SubFactory(CollaborationFactory)
    reason = "prov"


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    collaboration = factory.SubFactory(CollaborationFactory)
    code = factory.Sequence(lambda n: f"K{n}")
    name_sv = factory.Sequence(lambda n: f"Kategori {n}")
    name_en = factory.Sequence(lambda n: f"Category {n}")


class ImportBatchFactory(DjangoModelFactory):
    class Meta:
        model = ImportBatch

    organisation = factory.SubFactory(OrganisationFactory)
    collaboration = factory.SelfAttribute("organisation.collaboration")
    profile = "generic"
    file_name = "fil.csv"


class ImportMappingFactory(DjangoModelFactory):
    class Meta:
        model = ImportMapping

    organisation = factory.SubFactory(OrganisationFactory)
    collaboration = factory.SelfAttribute("organisation.collaboration")
    name = factory.Sequence(lambda n: f"Mappning {n}")
    columns = factory.LazyFunction(lambda: {"occurred_from": "Datum", "category": "Kategori"})


class ImportRefusalFactory(DjangoModelFactory):
    class Meta:
        model = ImportRefusal

    batch = factory.SubFactory(ImportBatchFactory)
    line = 2
    sentence = "Raden har inget datum."


class IncidentFactory(DjangoModelFactory):
    """An approved event on the map, in the area given; name `at` to choose its moment."""

    class Meta:
        model = Incident

    class Params:
        at = factory.LazyFunction(lambda: timezone.localtime() - dt.timedelta(days=3))

    organisation = factory.SubFactory(OrganisationFactory)
    collaboration = factory.SelfAttribute("organisation.collaboration")
    area = factory.SubFactory(AreaFactory, collaboration=factory.SelfAttribute("..collaboration"))
    category = factory.SubFactory(CategoryFactory, collaboration=factory.SelfAttribute("..collaboration"))
    status = Status.APPROVED
    occurred_from = factory.SelfAttribute("at")
    occurred_on = factory.LazyAttribute(lambda o: timezone.localdate(o.occurred_from))
    lon = 16.12
    lat = 58.585
    location = factory.LazyAttribute(
        lambda o: (
            Incident.Location.NONE
            if o.lon is None
            else (Incident.Location.PLACED if o.area else Incident.Location.OUTSIDE)
        )
    )
    cell = factory.LazyAttribute(lambda o: None if o.lon is None else int(cells_of([o.lon], [o.lat], 11)[0]))
    client_uuid = factory.LazyFunction(uuid.uuid4)


class PhotoFactory(DjangoModelFactory):
    """A photo that waits to be looked at, with a small file of its own."""

    class Meta:
        model = Photo

    incident = factory.SubFactory(IncidentFactory)
    collaboration = factory.SelfAttribute("incident.collaboration")
    file = factory.LazyFunction(lambda: files.store(drawn_photo()))
    width = 64
    height = 48
    size_bytes = 1000
    sha256 = "0" * 64
    client_uuid = factory.LazyFunction(uuid.uuid4)
    client_body_hash = "0" * 64
    reviewed_at = factory.LazyAttribute(lambda o: None if o.status == Photo.Status.WAITING else timezone.now())
    status = Photo.Status.WAITING


def drawn_photo(
    width: int = 64, height: int = 48, kind: str = "JPEG", colour: str = "grey", **written: object
) -> bytes:
    """A picture as somebody's phone might send it: a wall with a scribble on it."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).line([(0, height), (width // 2, height // 3), (width, height)], "purple", max(1, width // 20))
    out = io.BytesIO()
    image.save(out, kind, **written)
    return out.getvalue()


class ReportingRhythmFactory(DjangoModelFactory):
    class Meta:
        model = ReportingRhythm

    collaboration = factory.SubFactory(CollaborationFactory)


class ReportingUnitFactory(DjangoModelFactory):
    """A unit that has reported about all areas since 2020."""

    class Meta:
        model = ReportingUnit
        skip_postgeneration_save = True

    unit = factory.SubFactory(UnitFactory)
    collaboration = factory.SelfAttribute("unit.collaboration")
    valid_from = dt.date(2020, 1, 6)

    @factory.post_generation
    def areas(self, create, extracted, **kwargs):
        if create and extracted:
            self.areas.set(extracted)


class NothingToReportFactory(DjangoModelFactory):
    class Meta:
        model = NothingToReport

    reporting_unit = factory.SubFactory(ReportingUnitFactory)
    collaboration = factory.SelfAttribute("reporting_unit.collaboration")
    period_start = dt.date(2026, 11, 9)
    period_end = dt.date(2026, 11, 16)


class ReportedWeekFactory(DjangoModelFactory):
    class Meta:
        model = ReportedWeek

    organisation = factory.SubFactory(OrganisationFactory)
    collaboration = factory.SelfAttribute("organisation.collaboration")
    week_start = dt.date(2023, 11, 6)


class ReportReminderFactory(DjangoModelFactory):
    class Meta:
        model = ReportReminder

    reporting_unit = factory.SubFactory(ReportingUnitFactory)
    collaboration = factory.SelfAttribute("reporting_unit.collaboration")
    period_start = dt.date(2026, 11, 9)
    period_end = dt.date(2026, 11, 16)
    occasion = ReportReminder.Occasion.BY_HAND


class PictureFactory(DjangoModelFactory):
    class Meta:
        model = Picture

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    period_kind = Picture.PeriodKind.MONTH
    period_start = dt.date(2026, 10, 1)
    period_end = dt.date(2026, 11, 1)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    picture = factory.SubFactory(PictureFactory)
    person = factory.SubFactory(UserFactory)
    reason = Delivery.Reason.GROUP


class RebuildFactory(DjangoModelFactory):
    class Meta:
        model = Rebuild

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    wanted_at = factory.LazyFunction(timezone.now)


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    action = "prov"


class KeptFromFactory(DjangoModelFactory):
    class Meta:
        model = KeptFrom

    day = dt.date(2021, 1, 1)


class RetentionRuleFactory(DjangoModelFactory):
    class Meta:
        model = RetentionRule

    collaboration = factory.SubFactory(CollaborationFactory)
    kind = "texts"
    days = 200
    reason = "Beslut 2026-11"


class LegalHoldFactory(DjangoModelFactory):
    class Meta:
        model = LegalHold

    collaboration = factory.SubFactory(CollaborationFactory)
    scope = "days"
    first_day = dt.date(2020, 1, 1)
    reason = "Ärende 47/2026"
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))


class PurgeFactory(DjangoModelFactory):
    class Meta:
        model = Purge

    collaboration = factory.SubFactory(CollaborationFactory)
    run = factory.LazyFunction(uuid.uuid4)
    kind = "texts"
    number = 3
    before = dt.date(2025, 11, 1)
    first_day = dt.date(2025, 9, 1)
    last_day = dt.date(2025, 10, 30)
    hash = "0" * 64


class LogReviewFactory(DjangoModelFactory):
    class Meta:
        model = LogReview

    collaboration = factory.SubFactory(CollaborationFactory)
    month = dt.date(2026, 10, 1)
    finding = LogReview.Finding.NOTHING
    seed = "0" * 64
    by = factory.SubFactory(UserFactory)


class DaySealFactory(DjangoModelFactory):
    class Meta:
        model = DaySeal

    day = dt.date(2026, 11, 1)
    events = 0
    previous_hash = ""
    hash = "0" * 64


class ProblemFactory(DjangoModelFactory):
    """A problem that counts a year of the area, made by nobody, with numbers of its own."""

    class Meta:
        model = Problem

    area = factory.SubFactory(AreaFactory)
    collaboration = factory.SelfAttribute("area.collaboration")
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Problem {n}")
    selection = factory.LazyAttribute(lambda o: f"area={o.area.slug}&since=2025-12-01&until=2026-11-30")
    figures = factory.LazyFunction(
        lambda: {
            "schema": 1,
            "total": 42,
            "categories": [
                {"code": "SKA", "name_sv": "Skadegörelse", "name_en": "Vandalism", "is_sensitive": False, "count": 42}
            ],
            "places": [{"place": None, "name": "", "count": 42}],
            "months": [["2026-09", 12], ["2026-10", 30]],
            "clock": None,
            "unknown": {"no_hour": 42, "no_day": 0, "block": 0, "area": 0, "nowhere": 0},
            "before": None,
            "before_missing": "not_covered",
            "source_first_day": "2025-12-01",
            "source_last_day": "2026-11-20",
        }
    )


class ProblemPlaceFactory(DjangoModelFactory):
    class Meta:
        model = ProblemPlace

    problem = factory.SubFactory(ProblemFactory)
    collaboration = factory.SelfAttribute("problem.collaboration")
    place = factory.SubFactory(PlaceFactory, collaboration=factory.SelfAttribute("..collaboration"))


class PartnerViewFactory(DjangoModelFactory):
    class Meta:
        model = PartnerView

    problem = factory.SubFactory(ProblemFactory)
    collaboration = factory.SelfAttribute("problem.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    text = "Vi ser det på kvällarna."
    row_version = 1


class ProblemMoveFactory(DjangoModelFactory):
    class Meta:
        model = ProblemMove

    problem = factory.SubFactory(ProblemFactory)
    collaboration = factory.SelfAttribute("problem.collaboration")
    from_state = State.IDENTIFIED
    to_state = State.DESCRIBED


class CoachInvitationFactory(DjangoModelFactory):
    class Meta:
        model = CoachInvitation

    problem = factory.SubFactory(ProblemFactory)
    collaboration = factory.SelfAttribute("problem.collaboration")
    membership = factory.SubFactory(
        MembershipFactory,
        role=Role.COACH,
        organisation=factory.SubFactory(
            OrganisationFactory, collaboration=factory.SelfAttribute("...problem.collaboration")
        ),
    )


class CauseAnalysisFactory(DjangoModelFactory):
    class Meta:
        model = CauseAnalysis

    problem = factory.SubFactory(ProblemFactory)
    collaboration = factory.SelfAttribute("problem.collaboration")
    version = 1


class CauseFactory(DjangoModelFactory):
    class Meta:
        model = Cause

    analysis = factory.SubFactory(CauseAnalysisFactory)
    collaboration = factory.SelfAttribute("analysis.collaboration")
    text = factory.Sequence(lambda n: f"Orsak {n}")
    side = Side.PLACE
    position = factory.Sequence(lambda n: n)


class CauseMoveFactory(DjangoModelFactory):
    class Meta:
        model = CauseMove

    cause = factory.SubFactory(CauseFactory)
    collaboration = factory.SelfAttribute("cause.collaboration")
    from_state = CauseState.HYPOTHESIS
    to_state = CauseState.SUPPORTED


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = Evidence

    cause = factory.SubFactory(CauseFactory)
    collaboration = factory.SelfAttribute("cause.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    kind = Evidence.Kind.DIALOGUE
    text = "Fältarna ser det varje vecka."


class CoachCommentFactory(DjangoModelFactory):
    class Meta:
        model = CoachComment

    analysis = factory.SubFactory(CauseAnalysisFactory)
    collaboration = factory.SelfAttribute("analysis.collaboration")
    text = "Vad skulle tala emot det?"


class PrioritisationRoundFactory(DjangoModelFactory):
    class Meta:
        model = PrioritisationRound

    group = factory.SubFactory(GroupFactory)
    collaboration = factory.SelfAttribute("group.collaboration")


class RoundProblemFactory(DjangoModelFactory):
    class Meta:
        model = RoundProblem

    round = factory.SubFactory(PrioritisationRoundFactory)
    collaboration = factory.SelfAttribute("round.collaboration")
    problem = factory.SubFactory(
        ProblemFactory,
        state=State.DESCRIBED,
        area=factory.SubFactory(AreaFactory, collaboration=factory.SelfAttribute("...round.collaboration")),
    )


class ScoreFactory(DjangoModelFactory):
    class Meta:
        model = Score

    round_problem = factory.SubFactory(RoundProblemFactory)
    collaboration = factory.SelfAttribute("round_problem.collaboration")
    seat = factory.SubFactory(
        GroupMemberFactory,
        group=factory.SelfAttribute("..round_problem.round.group"),
        membership=factory.SubFactory(
            MembershipFactory,
            organisation=factory.SubFactory(
                OrganisationFactory, collaboration=factory.SelfAttribute("....round_problem.collaboration")
            ),
        ),
    )
    criterion = "common"
    value = 2
    reason = "Varje vecka."


class GuidedAnswerFactory(DjangoModelFactory):
    class Meta:
        model = GuidedAnswer

    analysis = factory.SubFactory(CauseAnalysisFactory)
    collaboration = factory.SelfAttribute("analysis.collaboration")
    question = "place_calm"
    text = "På förmiddagen, när butiken är öppen."
    row_version = 1


class KnowledgeGapFactory(DjangoModelFactory):
    class Meta:
        model = KnowledgeGap

    analysis = factory.SubFactory(CauseAnalysisFactory)
    collaboration = factory.SelfAttribute("analysis.collaboration")
    text = "Vem låser passagen på kvällen?"


class EventChainLinkFactory(DjangoModelFactory):
    class Meta:
        model = EventChainLink

    analysis = factory.SubFactory(CauseAnalysisFactory)
    collaboration = factory.SelfAttribute("analysis.collaboration")
    text = factory.Sequence(lambda n: f"Led {n}")
    position = factory.Sequence(lambda n: n)


class SchoolDatesFactory(DjangoModelFactory):
    class Meta:
        model = SchoolDates

    collaboration = factory.SubFactory(CollaborationFactory)
    kind = SchoolDates.Kind.HOLIDAY
    first_on = factory.Sequence(lambda n: dt.date(2024, 6, 12) + dt.timedelta(days=100 * n))
    last_on = factory.LazyAttribute(lambda dates: dates.first_on + dt.timedelta(days=7))


class PredictionFactory(DjangoModelFactory):
    class Meta:
        model = Prediction

    cause = factory.SubFactory(CauseFactory)
    collaboration = factory.SelfAttribute("cause.collaboration")
    organisation = factory.SubFactory(OrganisationFactory, collaboration=factory.SelfAttribute("..collaboration"))
    template = "hours"
    parameters = factory.Dict({"from_h": 19, "to_h": 24, "compared_with": "others"})


class PredictionTestFactory(DjangoModelFactory):
    class Meta:
        model = PredictionTest

    prediction = factory.SubFactory(PredictionFactory)
    collaboration = factory.SelfAttribute("prediction.collaboration")
    result = factory.Dict({"verdict": "too_few"})


# Upper rooms have files of their own, which build on what stands above.
from tests.factories.councils import *  # noqa: E402, F403
from tests.factories.followup import *  # noqa: E402, F403
from tests.factories.indicators import *  # noqa: E402, F403
from tests.factories.law import *  # noqa: E402, F403
from tests.factories.meetings import *  # noqa: E402, F403
from tests.factories.plans import *  # noqa: E402, F403
from tests.factories.promises import *  # noqa: E402, F403
from tests.factories.work import *  # noqa: E402, F403
