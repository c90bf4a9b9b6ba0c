"""Promises about every template: nothing unescaped, every form protected, no style or script of its own."""

from __future__ import annotations

import re

import pytest

from tests.promises.house import ROOT, python_files, templates

PAGES = [path for path in templates() if path.suffix == ".html"]
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)


def short(path):
    return str(path.relative_to(ROOT))


def test_there_are_templates():
    assert len(PAGES) > 20


@pytest.mark.parametrize("path", templates(), ids=short)
def test_nothing_is_put_on_a_page_unescaped(path):
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b", text)
    assert not re.search(r"\|\s*safeseq\b", text)
    # A letter in plain text is not HTML, and would show &amp; for &.
    assert path.suffix == ".txt" or "autoescape off" not in text


@pytest.mark.parametrize("path", python_files(), ids=short)
def test_no_code_vouches_for_html(path):
    text = path.read_text()
    assert "mark_safe" not in text
    assert "SafeString(" not in text


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_every_form_that_posts_is_protected(path):
    text = COMMENT.sub("", path.read_text())
    for form in FORM.findall(text):
        head = form[: form.index(">") + 1].lower()
        if 'method="post"' in head:
            assert "{% csrf_token %}" in form or "{{ csrf_input }}" in form, head


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_no_template_carries_style_or_script_of_its_own(path):
    """The content-security policy would stop them in the browser; here it shows before that."""
    text = COMMENT.sub("", path.read_text())
    # A letter is no page: it has no policy, and mail programs read no stylesheet.
    assert path.parent.name == "email" or not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag, tag


def test_no_script_writes_html_into_a_page():
    for path in (ROOT / "static" / "js").rglob("*.js"):
        text = path.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{short(path)}: {word}"
