"""The municipality's own Word template: kept, refused in words, replaced, shown by an example, and removed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from action_plans.models import WordTemplate
from action_plans.papers import actions, files
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from documents import word_templates
from tests.documents import reading_word, templates
from tests.world import World


@pytest.fixture
def world(db):
    return World()


def send(client, world, data, who="coordinator"):
    client.force_login(world.people[who])
    file = SimpleUploadedFile("vår mall.docx", data)
    return client.post(reverse("word_template", args=["ekstad"]), {"file": file})


def lying():
    return default_storage.listdir("word-templates")[1] if default_storage.exists("word-templates") else []


def test_a_template_is_kept_shown_by_an_example_and_removed_by_one_press(
    client, world, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = str(tmp_path)
    assert send(client, world, templates.municipal()).status_code == 302
    page = client.get(reverse("word_template", args=["ekstad"])).content.decode()
    assert reverse("word_template_preview", args=["ekstad"]) in page
    example = client.get(reverse("word_template_preview", args=["ekstad"]))
    assert "Stora torget 1, Ekstad" in reading_word.on_every_page(example.content)
    assert reading_word.opened(example.content).styles["Heading 1"].font.name == "Georgia"
    assert client.get(reverse("word_template_remove", args=["ekstad"])).status_code == 405
    assert WordTemplate.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("word_template_remove", args=["ekstad"]))
    assert not WordTemplate.objects.exists()
    assert lying() == []
    assert client.get(reverse("word_template_preview", args=["ekstad"])).status_code == 404


def test_a_second_template_takes_the_place_of_the_first_and_its_file_goes(
    client, world, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = str(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        send(client, world, templates.municipal())
        send(client, world, templates.bare())
    assert WordTemplate.objects.count() == 1
    assert lying() == [WordTemplate.objects.get().file.name.rsplit("/", 1)[-1]]
    assert Event.objects.filter(action="word_template_kept").count() == 2


@pytest.mark.parametrize("data", [b"no word file", templates.with_relation("image", "https://example.org/a.png")])
def test_a_refused_template_says_why_and_changes_nothing(client, world, settings, tmp_path, data):
    settings.MEDIA_ROOT = str(tmp_path)
    send(client, world, templates.municipal())
    before = lying()
    answer = send(client, world, data)
    assert answer.status_code == 422
    with override("sv"), pytest.raises(NotPossible) as no:
        word_templates.checked(data)
    assert no.value.messages[0] in answer.content.decode()
    assert lying() == before
    assert WordTemplate.objects.count() == 1


def test_only_a_coordinator_chooses_the_template(client, world, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    for who in ("police", "council", "administrator"):
        assert send(client, world, templates.municipal(), who).status_code == 403
        with pytest.raises(NotAllowed):
            actions.keep_template(by=world.people[who], collaboration=world.here, data=templates.municipal())
    assert lying() == []
    with pytest.raises(NotPossible):
        actions.remove_template(by=world.people["coordinator"], collaboration=world.here)


def test_the_night_sweeps_up_what_a_killed_process_left(world, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    # Made once: a zip says when it was packed.
    file = templates.municipal()
    template = actions.keep_template(by=world.people["coordinator"], collaboration=world.here, data=file)
    left = files.store(templates.bare())
    assert files.sweep(timezone.now()) == 0
    assert files.sweep(timezone.now() + dt.timedelta(hours=7)) == 1
    assert not default_storage.exists(left)
    assert files.template_of(world.here) == file
    assert default_storage.exists(str(template.file))
