"""The check that every text is there in Swedish."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from est_platform import translations
from est_platform.translations import (
    Text,
    as_catalog,
    merged,
    problems,
    read,
    texts_in_python,
    texts_in_template,
    written,
)

PYTHON = b"""
from django.utils.translation import gettext as _, ngettext, pgettext
_("Area")
_("A long "
  "sentence.")
ngettext("%(count)s report", "%(count)s reports", count)
pgettext("month", "May")
other("not this")
"""
TEMPLATE = """
  <h1>{% translate "Places" %}</h1>
    {% blocktranslate trimmed count n=reports %}
      One report
      about {{ place }}
    {% plural %}
      {{ n }} reports about {{ place }}
    {% endblocktranslate %}
  {% card title=_("It’s done") %}<b class="x">{{ value|default:_("none") }}</b> {{ "(" }}
  {# _("not this") #}
"""


def test_python_texts_are_found():
    assert list(texts_in_python(PYTHON, "a.py")) == [
        Text(None, "Area", None, "a.py"),
        Text(None, "A long sentence.", None, "a.py"),
        Text(None, "%(count)s report", "%(count)s reports", "a.py"),
        Text("month", "May", None, "a.py"),
    ]


def test_template_texts_are_found():
    assert list(texts_in_template(TEMPLATE, "a.html")) == [
        Text(None, "Places", None, "a.html"),
        Text(None, "One report about %(place)s", "%(n)s reports about %(place)s", "a.html"),
        Text(None, "It’s done", None, "a.html"),
        Text(None, "none", None, "a.html"),
    ]


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def po(tmp_path):
    def make(text):
        file = tmp_path / "some.po"
        file.write_text(HEADER + text)
        return read(file)

    return make


@pytest.mark.parametrize(
    ("translation", "what"),
    [
        ("", "missing"),
        ('msgid "Hello %(name)s"\nmsgstr ""\n', "empty"),
        ('#, fuzzy\nmsgid "Hello %(name)s"\nmsgstr "Hej %(name)s"\n', "doubtful (fuzzy)"),
        ('msgid "Hello %(name)s"\nmsgstr "Hej %(namn)s"\n', "other placeholders than the English"),
        ('msgid "Hello %(name)s"\nmsgstr "Hej"\n', "other placeholders than the English"),
    ],
)
def test_what_is_wrong_is_said(po, translation, what):
    wanted = as_catalog([Text(None, "Hello %(name)s", None, "a.py")])
    assert [problem.what for problem in problems(wanted, po(translation))] == [what]
    right = po('msgid "Hello %(name)s"\nmsgstr "Hej %(name)s"\n')
    assert problems(wanted, right) == []


PLURAL = 'msgid "{n} place"\nmsgid_plural "{n} places"\nmsgstr[0] "%s"\nmsgstr[1] "%s"\n'


@pytest.mark.parametrize(
    ("one", "many", "is_right"),
    [
        ("{n} plats", "{n} platser", True),
        ("en plats", "{n} platser", True),
        ("{n} plats", "", False),
        ("{n} plats", "platser", False),
        ("{m} plats", "{n} platser", False),
    ],
)
def test_both_forms_of_a_plural_are_checked(po, one, many, is_right):
    wanted = as_catalog([Text(None, "{n} place", "{n} places", "a.py")])
    assert (problems(wanted, po(PLURAL % (one, many))) == []) == is_right


def test_the_context_keeps_equal_texts_apart(po):
    wanted = as_catalog([Text("month", "May", None, "a.py"), Text(None, "May", None, "a.py")])
    half = po('msgctxt "month"\nmsgid "May"\nmsgstr "maj"\n')
    assert [problem.what for problem in problems(wanted, half)] == ["missing"]


def test_a_text_that_left_the_code_is_said(po):
    found = problems(as_catalog([]), po('msgid "Gone"\nmsgstr "Borta"\n'))
    assert [(problem.what, problem.english) for problem in found] == [("no longer in the code", "Gone")]


def test_a_doubled_percent_sign_is_no_placeholder(po):
    wanted = as_catalog([Text(None, "100%% of %(x)s", None, "a.html")])
    assert problems(wanted, po('msgid "100%% of %(x)s"\nmsgstr "%(x)s: 100 %%"\n')) == []


def test_writing_keeps_translations_drops_the_unused_and_settles(po, tmp_path):
    wanted = as_catalog([Text(None, "Place", None, "b.py"), Text(None, "Area", None, "a.py")])
    old = po('msgid "Area"\nmsgstr "Område"\n\nmsgid "Gone"\nmsgstr "Borta"\n')
    file = tmp_path / "django.po"
    file.write_bytes(written(merged(wanted, old)))
    text = file.read_text()
    assert text.index('msgid "Area"\nmsgstr "Område"') < text.index('msgid "Place"\nmsgstr ""')
    assert "Gone" not in text
    assert "#: a.py\n" in text
    assert "Date" not in text
    assert written(merged(wanted, read(file))) == file.read_bytes()


def test_merging_fills_in_and_changes_nothing_that_is_there(po):
    wanted = as_catalog([Text(None, "Area", None, "a.py"), Text(None, "Place", None, "a.py")])
    ours = po('msgid "Area"\nmsgstr "Område"\n')
    theirs = po('msgid "Area"\nmsgstr "Fel"\n\nmsgid "Place"\nmsgstr "Plats"\n')
    both = merged(wanted, ours, theirs)
    assert (both.get("Area").string, both.get("Place").string) == ("Område", "Plats")


def test_the_command_fails_with_the_texts_that_are_not_right(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "views.py").write_bytes(PYTHON)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_views.py").write_text('_("of a test")')
    with pytest.raises(CommandError, match="4 of 4"):
        call_command("check_translations", write=True)
    assert "room/views.py: empty: Area" in capsys.readouterr().out
    file = tmp_path / "locale" / "sv" / "LC_MESSAGES" / "django.po"
    filled = (
        file.read_text()
        .replace('msgstr ""\n\n#', 'msgstr "x"\n\n#')
        .replace('msgid "May"\nmsgstr ""', 'msgid "May"\nmsgstr "x"')
    )
    filled = filled.replace('msgstr[0] ""', 'msgstr[0] "%(count)s x"').replace(
        'msgstr[1] ""', 'msgstr[1] "%(count)s x"'
    )
    file.write_text(filled)
    call_command("check_translations")
    assert "All 4 texts" in capsys.readouterr().out


def test_the_catalogue_is_empty_when_there_is_no_file(tmp_path):
    assert len(translations.read(tmp_path / "none.po")) == 0
