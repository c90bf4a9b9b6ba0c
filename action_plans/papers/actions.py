"""Every change of a collaboration's Word template."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from action_plans.models import WordTemplate
from action_plans.papers import files
from action_plans.permissions import check_may_keep_template
from audit.actions import record
from common.errors import NotPossible
from documents import word_templates
from partners.models import Collaboration


def keep_template(*, by: Any, collaboration: Collaboration, data: bytes) -> WordTemplate:
    """Take a Word file as template instead of the one before; the file is checked first.

    Not one transaction: the check takes its time, and the file is written before its row.
    """
    check_may_keep_template(by, collaboration)
    name = files.store(word_templates.checked(data))
    try:
        with transaction.atomic():
            return _write(by, collaboration, name, len(data))
    except BaseException:
        files.delete(name)
        raise


def _write(by: Any, collaboration: Collaboration, name: str, size: int) -> WordTemplate:
    # One at a time, so that the file of whoever comes second replaces that of the first.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    check_may_keep_template(by, collaboration)
    before = WordTemplate.objects.filter(collaboration=collaboration).first()
    if before is not None:
        before.delete()
        files.delete_once_saved([str(before.file)])
    template = WordTemplate.objects.create(collaboration=collaboration, file=name, size_bytes=size, uploaded_by=by)
    record("word_template_kept", by=by, subject=template, size=size)
    return template


@transaction.atomic
def remove_template(*, by: Any, collaboration: Collaboration) -> None:
    """Let go of the template: Word files look as ours again."""
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    check_may_keep_template(by, collaboration)
    template = WordTemplate.objects.filter(collaboration=collaboration).first()
    if template is None:
        raise NotPossible(_("There is no template. Somebody else may have removed it."))
    record("word_template_removed", by=by, subject=template)
    template.delete()
    files.delete_once_saved([str(template.file)])
