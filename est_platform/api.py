"""The API as a whole: its router, and what its description says about errors and signing in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from incidents.api import IncidentViewSet

router = SimpleRouter()
router.register("incidents", IncidentViewSet, basename="api-incident")

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457), in the caller's language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "The sentences by where in the body they belong, such as `reason` or `doses.0.done`.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
# What any operation may answer, and what only those with a body may.
ALWAYS = (400, 401, 403, 404, 405, 406, 409, 429)
WITH_BODY = (415,)


def document_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Say in the description which problems each operation may answer, and in which form."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            codes = ALWAYS + (WITH_BODY if "requestBody" in operation else ())
            for code in codes:
                answer = {"description": HTTPStatus(code).phrase, "content": content}
                operation["responses"].setdefault(str(code), answer)
    return result


class TokenScheme(OpenApiAuthenticationExtension):
    """How the description names the tokens."""

    target_class = "partners.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "est_…"}


ANY_TEXT = r"^[^\x00]*$"
# \s of JavaScript, whose expressions these are, and what Python takes for space besides.
SOME_TEXT = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"


class TextWithoutNull(OpenApiSerializerFieldExtension):
    """What is written in a text: anything but the null character, which no row can hold and every text refuses.

    Where something has to be written, also a character that is left when the space around the text is taken away.
    """

    target_class = "rest_framework.fields.CharField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        if direction != "request":
            return schema
        is_blank_taken = self.target.allow_blank or not self.target.trim_whitespace
        return {**schema, "pattern": ANY_TEXT if is_blank_taken else SOME_TEXT}


class SchemaView(SpectacularAPIView):
    """The description of the API. It holds no data and is open to everybody."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []
    throttle_classes: list[Any] = []
    serve_public = True
    custom_settings = {
        "POSTPROCESSING_HOOKS": [
            "drf_spectacular.hooks.postprocess_schema_enums",
            "est_platform.api.document_problems",
        ]
    }


@extend_schema(exclude=True)
class Nothing(APIView):
    """Any other address under the API: a problem, not a page."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
