"""What two have written in one form meanwhile: the fields where what stands now is not what the form says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.formats import date_format

from ui.numbers import number_words


def clashes(form: forms.Form, stored: Mapping[str, Any]) -> list[dict[str, str]]:
    """The label of each such field and what stands there now, in the words the form itself uses. The form is valid."""
    return [
        {"label": str(form.fields[name].label), "text": _words(form.fields[name], theirs)}
        for name, theirs in stored.items()
        if name in form.fields and not form[name].is_hidden and _plain(form.cleaned_data.get(name)) != _plain(theirs)
    ]


def _plain(value: Any) -> Any:
    """What a field says, so that the same said in two ways is the same."""
    if isinstance(value, QuerySet | list | tuple | set):
        return {str(one.pk if isinstance(one, Model) else one) for one in value}
    return "" if value is None else value


def _label(choices: Any, value: Any) -> str:
    for key, label in choices:
        if isinstance(label, list | tuple):
            if any(inner == value for inner, _word in label):
                return _label(label, value)
        elif key == value:
            return str(label)
    return str(value)


def _words(field: Any, value: Any) -> str:
    if value in (None, "") or (isinstance(value, list | tuple) and not value):
        return "–"
    if isinstance(field, forms.ModelMultipleChoiceField):
        rows: Any = field.queryset
        return "; ".join(field.label_from_instance(row) for row in rows.filter(pk__in=_plain(value)))
    if isinstance(field, forms.ModelChoiceField):
        return str(field.label_from_instance(value))
    if isinstance(field, forms.MultipleChoiceField):
        choices: Any = field.choices
        return "; ".join(str(label) for key, label in choices if str(key) in _plain(value))
    if isinstance(field, forms.ChoiceField):
        return _label(field.choices, value)
    if isinstance(value, dt.date):
        return date_format(value, "j F Y")
    return number_words(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
