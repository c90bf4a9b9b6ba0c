"""The file's own words are asked about, unless somebody has chosen the column with the names."""

from __future__ import annotations

import pytest

from incidents import tasks
from incidents.importing.actions import choose_columns, start_import
from incidents.importing.profiles import PROFILES
from incidents.models import ImportBatch
from tests.incidents.test_import_pages import sent  # noqa: F401  no worker is asked

FILE = "Datum;Vem\n2026-11-03;Anna Andersson\n2026-11-03;811218-9876\n2026-11-04;snö\n2026-11-04;brand i soptunna\n"


@pytest.mark.usefixtures("sent")
def test_words_that_point_at_a_person_are_not_kept(world, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = str(tmp_path)
    by = world.people["security_lead"]
    upload = SimpleUploadedFile("fil.csv", FILE.encode())
    batch = start_import(by=by, profile=PROFILES["generic"], organisation=world.housing, upload=upload)
    choose_columns(batch=batch, by=by, columns={"occurred_from": "Datum", "category": "Vem"}, options={})
    tasks.check_import(batch.pk)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.status, batch.rows, batch.refused) == (ImportBatch.Status.CHECKED, 4, 4)
    assert sorted(batch.preview["words"]) == ["brand i soptunna", "snö"]
    kept = f"{batch.preview}{batch.mapping}{list(batch.refusals.values_list('sentence', flat=True))}"
    assert "Andersson" not in kept
    assert "9876" not in kept
