"""Errors of the API as problem+json (RFC 9457), in the user's language."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from common.errors import NotAllowed, NotPossible

CONTENT_TYPE = "application/problem+json"


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception with type, title, status, detail and, for a body, the errors field by field."""
    if isinstance(error, NotPossible):
        errors = error.message_dict if hasattr(error, "error_dict") else None
        return _problem(status.HTTP_409_CONFLICT, " ".join(error.messages), errors=errors)
    if isinstance(error, NotAllowed):
        return _problem(status.HTTP_403_FORBIDDEN, str(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    errors = _by_path(response.data) if isinstance(error, exceptions.ValidationError) else None
    if isinstance(error, exceptions.ValidationError):
        detail = _("Some values cannot be used; see “errors”.")
    elif isinstance(error, Http404 | exceptions.NotFound):
        detail = _("There is nothing here that you may see.")
    elif isinstance(error, PermissionDenied):
        detail = str(error) or _("You may not do this.")
    else:
        detail = str(response.data.get("detail", "")) if isinstance(response.data, dict) else ""
    problem = _problem(response.status_code, detail, errors=errors)
    for name, value in response.items():
        if name.lower() in {"www-authenticate", "retry-after", "allow"}:
            problem[name] = value
    return problem


def _by_path(errors: Any, path: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The sentences by where in the body they belong: `reason`, or `doses.0.done` for what lies within it."""
    if isinstance(errors, dict):
        rows = [
            (path if name == api_settings.NON_FIELD_ERRORS_KEY and path else (*path, str(name)), one)
            for name, one in errors.items()
        ]
    elif isinstance(errors, list | tuple) and any(isinstance(one, dict) for one in errors):
        rows = [((*path, str(number)), one) for number, one in enumerate(errors)]
    else:
        said = list(errors) if isinstance(errors, list | tuple) else [errors]
        return {".".join(path) or api_settings.NON_FIELD_ERRORS_KEY: said}
    found: dict[str, list[str]] = {}
    for within, one in rows:
        for name, said in _by_path(one, within).items():
            found.setdefault(name, []).extend(said)
    return found


def _readable(errors: Any) -> Any:
    """The errors with half characters, which no file can hold, as question marks: some repeat what was sent."""
    if isinstance(errors, dict):
        return {_readable(name): _readable(value) for name, value in errors.items()}
    if isinstance(errors, list | tuple):
        return [_readable(value) for value in errors]
    return errors.encode("utf-8", "replace").decode() if isinstance(errors, str) else errors


def _problem(code: int, detail: str, *, errors: Any = None) -> Response:
    from http import HTTPStatus

    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code, "detail": detail}
    if errors is not None:
        body["errors"] = _readable(errors)
    return Response(body, status=code, content_type=CONTENT_TYPE)
