"""Frozen packs: one press, one document, four files with the same numbers, and nothing that ever changes afterwards."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from action_plans.models import Commitment, CommitmentMove, Measure
from action_plans.plans.content import content_of
from areas.models import Area
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from councils.models import FileKind, Meeting, Pack, PackFile
from councils.packs import actions, files
from councils.packs.documents import council_document
from councils.packs.reader import council_reader
from documents import excel, plain
from partners.looks import keep_look
from partners.models import Look, Organisation
from privacy.picture_files import Folder, read
from tests import factories as make
from tests.at_once import at_once
from tests.councils.council_cast import CALM, MORE, CouncilWorld
from tests.documents import reading, reading_slides
from tests.documents.reading_web import said_on
from tests.factories import plans as planned
from tests.servers.workers import address_of_test_database

pytestmark = pytest.mark.django_db
KINDS = [kind.value for kind in FileKind]
MADE = files.made
BROKEN = {"Polisen": "Patrullera torget två kvällar i veckan", "Kommunen": "Laga belysningen i gångtunneln"}


class PackWorld(CouncilWorld):
    """A collaboration with something under every heading of a pack."""

    def __init__(self) -> None:
        super().__init__()
        self.publish(self.west, MORE, assessed_state="serious", assessed_motive="Fler oroliga kvällar.")
        self.publish(self.east, (3, *CALM[1:]))
        for organisation, text in BROKEN.items():
            self.promise(Organisation.objects.get(name=organisation), "not_kept", by=self.housing, text=text)
        self.promise(self.housing, "accepted", by=self.police_authority, text="Beskär buskarna vid gångvägen")
        self.evaluation("Belysning", "worked")
        measure = self.decidable(title="Byt armaturerna på torget", position=1)
        Measure.objects.filter(pk=measure.pk).update(state="ongoing")
        self.version = planned.PlanVersionFactory(
            plan=self.plan, number=1, content=content_of(self.plan), decided_by_group=self.group
        )
        self.chiefs = make.GroupFactory(collaboration=self.here, level="strategic", name="Chefsamrådet")
        self.question = make.EscalationFactory(
            from_group=self.group, to_group=self.chiefs, collaboration=self.here, area=self.west,
            question="Vem betalar belysningen?", answer_by=self.today + dt.timedelta(days=5),
        )  # fmt: skip

    def meeting(self, **values):
        soon = timezone.now() + dt.timedelta(hours=1)
        return make.MeetingFactory(**{"group": self.chiefs, "starts_at": soon, **values})

    def freeze(self, **values):
        return actions.freeze_council_pack(by=self.coordinator, collaboration=self.here, **values)


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return PackWorld()


@pytest.fixture
def quick(monkeypatch):
    """Files that cost nothing, where only what becomes of them matters."""
    monkeypatch.setattr(
        files, "made", lambda document, look: {kind: f"{kind} {document.title}".encode() for kind in KINDS}
    )


def of(pack):
    return {row.kind: read(row.file) for row in pack.files.all()}


def said(file, kind):
    """What a file says, with the white space of its format left out."""
    told = reading.said_in(file, kind)
    bare = [[[reading.bare(cell) for cell in row] for row in table] for table in told.tables]
    return told.headings, bare, told.alternatives, reading.numbers_of(file, kind)


def test_four_files_and_the_page_say_the_same_and_so_do_files_made_anew(client, world):
    pack = world.freeze()
    kept = of(pack)
    assert list(kept) == KINDS
    assert reading.faults_of_pdf(kept["pdf"]) == []
    headings, tables, drawn, numbers = said(kept["pdf"], "pdf")
    assert drawn == [one for one in drawn if "Händelser i" in one]
    assert len(drawn) == 2
    assert headings[0].startswith("Underlag till chefsamrådet")
    for kind in KINDS[1:]:
        other = said(kept[kind], kind)
        assert other[0] == headings, kind
        assert [table[0] for table in other[1]] == [table[0] for table in tables], kind
        assert other[2:] == (drawn, numbers), kind
    anew = files.made_anew(pack)
    assert {kind: said(file, kind) for kind, file in anew.items()} == {kind: said(kept[kind], kind) for kind in KINDS}

    client.force_login(world.council)
    page = client.get(reverse("pack", args=["ekstad", pack.number])).content.decode()
    shown = said_on(page)
    assert shown.headings == headings[1:]
    assert [[[reading.bare(cell) for cell in row] for row in table] for table in shown.tables] == tables
    assert shown.alternatives == drawn
    # Each chart of the slides can be changed there, and holds the numbers that stand in the workbook.
    slides, sheets = (reading.said_in(kept[kind], kind).charts for kind in ("pptx", "xlsx"))
    assert [name[:9] for one in slides for name in one if name.startswith("Händelser")] == ["Händelser"] * 2
    assert {len(numbers) for one in slides for numbers in one.values()} == {12}
    assert [{name: sheet[name] for name in slide} for slide, sheet in zip(slides, sheets, strict=True)] == slides
    # Notes of the slides say what their numbers count.
    assert "Löften som den som lovat har sagt inte är hållna." in " ".join(reading_slides.notes(kept["pptx"]))

    # Somebody who has never seen the system finds the two broken promises: on the page, on page one, on one slide.
    first = " ".join(reading.reader(kept["pdf"]).pages[0].extract_text().split())
    broken = next(table for table in shown.tables if table[0][0] == "Har lovat")
    assert "Brutna löften" in reading_slides.titles(kept["pptx"])
    slide = next(table for table in reading_slides.tables(kept["pptx"]) if table[0][0] == "Har lovat")
    for organisation, text in BROKEN.items():
        assert organisation in first
        assert text in first
        assert [organisation, text] in [row[:2] for row in broken]
        assert [organisation, text] in [row[:2] for row in slide]


def test_pack_is_what_the_council_reads_whoever_freezes_it(world):
    told = council_document(world.here, meeting=None, now=timezone.now())
    data = str(plain.as_data(told))
    # A small count is protected in the chart, and the circle's own reader would have seen it.
    assert "'protected'" in data
    as_coordinator = {m.role for m in world.coordinator.memberships_in(world.here)}
    assert as_coordinator != {m.role for m in council_reader(world.here).memberships_in(world.here)}
    with override("en"):
        assert world.freeze().content["language"] == "sv"


def test_earlier_pack_stays_byte_for_byte_when_all_is_renamed_and_taken_away(client, world):
    keep_look(by=world.coordinator, collaboration=world.here, accent="#8a1538", header="Ekstads kommun", logo=None,
              keeps_logo=False)  # fmt: skip
    pack = world.freeze(meeting=world.meeting())
    kept, content, number = of(pack), pack.content, pack.number
    page = reverse("pack", args=["ekstad", number])
    client.force_login(world.council)
    before = said_on(client.get(page).content.decode())

    Area.objects.update(name=Concat(Value("Nya "), "name"))
    Organisation.objects.update(name=Concat(Value("Nya "), "name"))
    CommitmentMove.objects.all().delete()
    Commitment.objects.filter(measure=None).delete()
    world.question.delete()
    with connection.cursor() as cursor:
        # As a purge of the deepest kind would leave it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM situational_picture_picture")
        cursor.execute("UPDATE partners_user SET name = '', function = '[…]'")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    Look.objects.update(replaced_at=timezone.now())
    world.here.__class__.objects.filter(pk=world.here.pk).update(name="Nytt namn", protect_counts_up_to=9)

    pack = Pack.objects.get(pk=pack.pk)
    assert (pack.content, of(pack)) == (content, kept)
    assert said_on(client.get(page).content.decode()) == before
    for kind in KINDS:
        answered = client.get(reverse("pack_file", args=["ekstad", number, kind]))
        assert answered.content == kept[kind]
    # Made anew it still looks as it did that day.
    assert files.made_anew(pack)["pdf"] == kept["pdf"]
    assert Event.objects.filter(action="pack_downloaded").count() == len(KINDS)


def test_database_refuses_every_change(world, quick):
    pack = world.freeze()
    row = pack.files.first()
    changes = [
        lambda: Pack.objects.filter(pk=pack.pk).update(title="Annat"),
        lambda: Pack.objects.filter(pk=pack.pk).update(content={}),
        lambda: Pack.objects.filter(pk=pack.pk).update(sha256="0" * 64),
        lambda: PackFile.objects.filter(pk=row.pk).update(file="packs/annan.pdf"),
        lambda: row.delete(),
        lambda: Pack.objects.filter(pk=pack.pk)._raw_delete("default"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    # Who made it may go; the function stays written out.
    assert Pack.objects.filter(pk=pack.pk).update(made_by=None) == 1
    assert Pack.objects.get(pk=pack.pk).made_by_function == str(world.coordinator)


def test_file_that_no_longer_matches_its_hash_is_not_handed_out(client, world, quick):
    pack = world.freeze()
    row = pack.files.get(kind="pdf")
    address = reverse("pack_file", args=["ekstad", pack.number, "pdf"])
    client.force_login(world.council)
    assert client.get(address).status_code == 200
    default_storage.delete(row.file)
    assert client.get(address).status_code == 302
    default_storage.save(row.file, ContentFile(b"annat"))
    assert "inte som den var" in client.get(address, follow=True).content.decode()
    with pytest.raises(NotPossible):
        files.read_whole(row)


def test_only_whoever_compiles_freezes_and_the_council_reads(client, world, quick):
    for who in ("council", "police", "reporter"):
        with pytest.raises(NotAllowed):
            actions.freeze_council_pack(by=world.people[who], collaboration=world.here)
    assert not Pack.objects.exists()
    pack = world.freeze()
    assert Event.objects.filter(action="pack_frozen").count() == 1
    assert list(Pack.objects.visible_to(world.council)) == [pack]
    assert not Pack.objects.visible_to(world.people["police"]).exists()
    assert not Pack.objects.visible_to(world.people["stranger"]).exists()


def test_meeting_takes_packs_until_it_is_over(client, world, quick):
    meeting = world.meeting()
    for who, can in ((world.coordinator, True), (world.council, False)):
        client.force_login(who)
        shown = client.get(reverse("council_page", args=["ekstad"])).content.decode()
        assert ("Frys ett underlag" in shown) is can
    client.force_login(world.coordinator)
    shown = client.get(reverse("meeting", args=["ekstad", meeting.number])).content.decode()
    assert "Frys ett underlag till mötet" in shown
    press = {"form_id": str(uuid.uuid4()), "meeting": meeting.number}
    for _again in range(2):
        answered = client.post(reverse("pack_freeze", args=["ekstad"]), press)
        assert answered.status_code == 302
    pack = Pack.objects.get()
    assert pack.meeting == meeting
    shown = client.get(reverse("meeting", args=["ekstad", meeting.number])).content.decode()
    assert pack.title in shown

    over = world.meeting(state="cancelled", cancelled_reason="Ingen kan.")
    with pytest.raises(NotPossible):
        world.freeze(meeting=over)
    # The same press leads to its pack also when the meeting is over.
    Meeting.objects.filter(pk=meeting.pk).update(state="cancelled", cancelled_reason="Ingen kan.")
    answered = client.post(reverse("pack_freeze", args=["ekstad"]), press)
    assert answered.url == reverse("pack", args=["ekstad", pack.number])
    with pytest.raises(NotPossible):
        world.freeze(meeting=world.meeting(group=world.group))
    answered = client.post(reverse("pack_freeze", args=["ekstad"]), {"form_id": "x"}, follow=True)
    assert "Sidan är för gammal" in answered.content.decode()
    assert Pack.objects.count() == 1


def test_plan_is_frozen_as_the_council_reads_it(client, world):
    client.force_login(world.coordinator)
    page = reverse("plan_version", args=["ekstad", world.plan.number, 1])
    assert "Frys ett underlag" in client.get(page).content.decode()
    address = reverse("plan_pack_freeze", args=["ekstad", world.plan.number, 1])
    answered = client.post(address, {"form_id": str(uuid.uuid4())}, follow=True)
    pack = Pack.objects.get()
    assert (pack.about, pack.plan_version) == ("plan", world.version)
    kept = of(pack)
    headings, _tables, drawn, numbers = said(kept["pdf"], "pdf")
    for kind in KINDS[1:]:
        other = said(kept[kind], kind)
        assert (other[0], other[2]) == (headings, drawn)
        assert other[3] == numbers
    assert reading.faults_of_pdf(kept["pdf"]) == []
    shown = said_on(answered.content.decode())
    assert shown.headings == headings[1:]
    assert any("Byt armaturerna på torget" in cell for table in shown.tables for row in table for cell in row)
    assert "Det frysta underlaget" in client.get(page).content.decode()


def test_list_page_and_api_tell_of_the_same_packs_in_few_questions(client, world, quick):
    world.freeze()
    client.force_login(world.council)

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse("pack_list", args=["ekstad"])).status_code == 200
        return len(asked)

    one = questions()
    for _number in range(3):
        world.freeze(meeting=world.meeting())
    assert questions() <= one + 1
    listed = client.get("/api/v1/packs/", {"collaboration": "ekstad"}).json()["results"]
    assert [row["number"] for row in listed] == [4, 3, 2, 1]
    whole = client.get(f"/api/v1/packs/{listed[0]['id']}/").json()
    assert plain.digest(whole["content"]) == whole["sha256"] == listed[0]["sha256"]
    for row in whole["files"]:
        fetched = client.get(row["url"])
        assert files.sha256_of(fetched.content) == row["sha256"]
    client.force_login(world.people["police"])
    assert client.get("/api/v1/packs/").json()["results"] == []
    assert client.get(f"/api/v1/packs/{listed[0]['id']}/").status_code == 404


def test_sweep_takes_only_files_no_pack_names(world, quick):
    pack = world.freeze()
    lost = Folder("packs", "pdf").store(b"halv")
    assert files.sweep(timezone.now()) == 0
    assert files.sweep(timezone.now() + dt.timedelta(hours=7)) == 1
    assert not default_storage.exists(lost)
    assert len(of(pack)) == 4


@pytest.mark.parametrize("fails", ["a writer", "the last file's place", "the log"])
def test_press_that_fails_leaves_nothing_of_a_pack(world, quick, monkeypatch, fails):
    world.freeze()
    before = sorted(default_storage.listdir("packs")[1])
    store = Folder.store

    def refuse(*args, **kwargs):
        raise OSError(fails)

    def all_but_the_last(folder, data):
        return refuse() if folder.ending == "xlsx" else store(folder, data)

    with monkeypatch.context() as broken:
        if fails == "a writer":
            broken.setattr(files, "made", MADE)
            broken.setattr(excel, "write", refuse)
        elif fails == "the log":
            broken.setattr(actions, "record", refuse)
        else:
            broken.setattr(Folder, "store", all_but_the_last)
        with pytest.raises(OSError, match=fails):
            world.freeze()
    assert sorted(default_storage.listdir("packs")[1]) == before
    assert Pack.objects.count() == 1
    assert PackFile.objects.count() == len(KINDS)


def test_council_without_anything_to_tell_gets_a_pack(world):
    empty = make.CollaborationFactory()
    kept = of(
        actions.freeze_council_pack(
            by=make.MembershipFactory(role="coordinator", organisation__collaboration=empty).user, collaboration=empty
        )
    )
    assert reading.faults_of_pdf(kept["pdf"]) == []
    headings, _tables, drawn, numbers = said(kept["pdf"], "pdf")
    assert drawn == []
    assert "Ingen handlingsplan har beslutats." in reading.words(kept["pdf"])
    for kind in KINDS[1:]:
        other = said(kept[kind], kind)
        assert (other[0], other[2], other[3]) == (headings, drawn, numbers), kind


@pytest.mark.django_db(transaction=True)
def test_the_same_press_at_once_freezes_one_pack_and_others_get_numbers_of_their_own(world, quick):
    press = uuid.uuid4()
    answers = at_once(*[lambda: world.freeze(form_id=press)] * 3, lambda: world.freeze(form_id=uuid.uuid4()))
    assert [type(one) for one in answers] == [Pack] * 4
    assert sorted(Pack.objects.values_list("number", flat=True)) == [1, 2]
    assert len(default_storage.listdir("packs")[1]) == 2 * len(KINDS)


KILLED = """
import os, signal, django
django.setup()
from councils.packs import actions, files
from partners.models import Collaboration, User
files.made = lambda document, look: {{kind: kind.encode() for kind in {kinds}}}
actions.record = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)
by = User.objects.get(pk={by})
actions.freeze_council_pack(by=by, collaboration=Collaboration.objects.get(pk={here}), form_id={press!r})
"""


@pytest.mark.django_db(transaction=True)
def test_killed_before_the_last_row_is_written_there_is_no_pack_and_the_same_press_makes_it(world, quick, tmp_path):
    press = str(uuid.uuid4())
    code = KILLED.format(kinds=KINDS, by=world.coordinator.pk, here=world.here.pk, press=press)
    env = {
        **os.environ,
        "DATABASE_URL": address_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "est_platform.settings",
        "MEDIA_ROOT": str(tmp_path),
    }
    killed = subprocess.run([sys.executable, "-c", code], cwd=configured.BASE_DIR, env=env, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not Pack.objects.exists()
    assert not PackFile.objects.exists()
    assert len(default_storage.listdir("packs")[1]) == len(KINDS)
    pack = world.freeze(form_id=press)
    assert (pack.number, len(of(pack))) == (1, len(KINDS))
    # What the dead one wrote is swept up, and nothing else.
    assert files.sweep(timezone.now() + dt.timedelta(hours=7)) == len(KINDS)
    assert len(of(pack)) == len(KINDS)
