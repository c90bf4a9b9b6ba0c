"""The rules the browser has are those of the server: one pattern, written once."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from privacy import in_browser


def test_the_file_for_the_browser_is_made_from_the_rules_as_they_stand():
    """After a change of the rules: `manage.py write_guard_rules`."""
    path = Path(settings.BASE_DIR) / in_browser.FILE
    assert path.read_text(encoding="utf-8") == in_browser.rules_file()


def test_the_command_writes_the_file_where_it_is_asked_to(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / in_browser.FILE).parent.mkdir(parents=True)
    call_command("write_guard_rules")
    assert (tmp_path / in_browser.FILE).read_text(encoding="utf-8") == in_browser.rules_file()
    assert "guard-rules.js" in capsys.readouterr().out
