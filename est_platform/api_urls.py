"""The addresses of the API, version 1."""

from django.urls import URLPattern, URLResolver, include, path

from est_platform.api import Nothing, SchemaView, router

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("v1/", include(router.urls)),
    path("<path:rest>", Nothing.as_view(), name="api-nothing"),
]
