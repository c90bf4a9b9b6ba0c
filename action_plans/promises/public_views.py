"""What anybody reads without signing in: promises that are published now, in Swedish and English.

Nothing here asks who is looking, sets a cookie or changes anything. Pages may be kept by caches, but are asked for anew
each time: what has been taken away is gone at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from action_plans.models import Publication
from action_plans.promises import queries
from action_plans.promises.presenters import public_url, suffix_of, told
from areas.models import Area
from documents.texts import one_line, plain
from partners.models import Collaboration

NOTHING_HERE = "action_plans/promises/public/nothing_here.html"


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a page in the language of its address, to anybody. What is not published does not exist, whatever it is."""

    @login_not_required
    @require_safe
    @wraps(view)
    def shown(request: HttpRequest, **address: Any) -> HttpResponse:
        language = "en" if request.GET.get("lang") == "en" else "sv"
        with translation.override(language):
            try:
                response = view(request, language, **address)
            except Http404:
                return _nothing_here(language)
        response["Content-Language"] = language
        # Kept, but never shown without having been asked for again.
        response["Cache-Control"] = "no-cache"
        response["ETag"] = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        # The syndication framework's own; a mark says more than a second of the clock.
        del response["Last-Modified"]
        return get_conditional_response(request, etag=response["ETag"], response=response) or response

    return shown


def _nothing_here(language: str) -> HttpResponse:
    page = render_to_string(NOTHING_HERE, {"language": language, "suffix": suffix_of(language), "is_example": True})
    response = HttpResponse(page, status=404)
    response["Content-Language"], response["Cache-Control"] = language, "no-store"
    return response


def _town(slug: str) -> tuple[Collaboration, list[Area]]:
    """A collaboration and its areas, if it has anything published."""
    town = Collaboration.objects.filter(slug=slug).first()
    areas = queries.areas_of(town) if town is not None else []
    if town is None or not areas:
        raise Http404
    return town, areas


def _area(town: str, area: str) -> tuple[Area, list[Publication]]:
    found = Area.objects.filter(collaboration__slug=town, slug=area).select_related("collaboration").first()
    publications = queries.open_in(found) if found is not None else []
    if found is None or not publications:
        raise Http404
    return found, publications


def _publication(town: str, area: str, number: int) -> Publication:
    found = queries.open_now().filter(collaboration__slug=town, promise__area__slug=area, promise__public_number=number)
    publication = found.first()
    if publication is None:
        raise Http404
    return publication


def _page(template: str, request: HttpRequest, language: str, town: Collaboration | None, **more: Any) -> HttpResponse:
    other = "sv" if language == "en" else "en"
    notice = town.notice if town is not None else Collaboration.Notice.NONE
    context = {
        "language": language,
        "suffix": suffix_of(language),
        "other": other,
        "other_url": request.path + suffix_of(other),
        "town": town,
        "notice": notice,
        "is_example": notice != Collaboration.Notice.NONE,
        **more,
    }
    response = HttpResponse(render_to_string(f"action_plans/promises/public/{template}", context))
    if context["is_example"]:
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _rows(publications: list[Publication], language: str) -> list[dict[str, Any]]:
    """What a list of promises says: those in force first, then those that have ended, the newest of each first."""
    rows = [
        {"url": public_url(one, language), "told": told(one.content, language, today=timezone.localdate())}
        for one in publications
    ]
    return sorted(rows, key=lambda row: (not row["told"]["has_ended"], row["told"]["first_day"]), reverse=True)


@open_to_all
def public_start(request: HttpRequest, language: str) -> HttpResponse:
    """Where something is promised."""
    towns = queries.towns()
    is_example = any(town.notice != Collaboration.Notice.NONE for town in towns)
    return _page("start.html", request, language, None, towns=towns, is_example=is_example)


@open_to_all
def public_areas(request: HttpRequest, language: str, town: str) -> HttpResponse:
    """The areas of a collaboration in which something is promised."""
    found, areas = _town(town)
    return _page("areas.html", request, language, found, areas=areas)


@open_to_all
def public_promises(request: HttpRequest, language: str, town: str, area: str) -> HttpResponse:
    """What is promised those who live in an area."""
    found, publications = _area(town, area)
    rows = _rows(publications, language)
    return _page("promises.html", request, language, found.collaboration, area=found, rows=rows)


@open_to_all
def public_promise(request: HttpRequest, language: str, town: str, area: str, number: int) -> HttpResponse:
    """One promise as it is published now."""
    return _shown(request, language, _publication(town, area, number))


@open_to_all
def public_promise_version(
    request: HttpRequest, language: str, town: str, area: str, number: int, version: int
) -> HttpResponse:
    """One promise as it was published earlier, as long as it is published at all."""
    newest = _publication(town, area, number)
    for one in queries.open_versions(newest):
        if one.number == version:
            one.promise, one.collaboration = newest.promise, newest.collaboration
            return _shown(request, language, one, newest=newest)
    raise Http404


def _shown(
    request: HttpRequest, language: str, publication: Publication, *, newest: Publication | None = None
) -> HttpResponse:
    versions = queries.open_versions(publication)
    for one in versions:
        one.promise, one.collaboration = publication.promise, publication.collaboration
    return _page(
        "promise.html",
        request,
        language,
        publication.collaboration,
        area=publication.promise.area,
        publication=publication,
        told=told(publication.content, language, today=timezone.localdate()),
        newer_url=public_url(newest, language) if newest is not None and newest.pk != publication.pk else "",
        versions=[
            {
                "number": one.number,
                "at": one.published_at,
                "url": public_url(one, language, version=True),
                "is_this": one.pk == publication.pk,
            }
            for one in versions
        ],
    )


@open_to_all
def public_promise_print(request: HttpRequest, language: str, town: str, area: str) -> HttpResponse:
    """The area's promises as a sheet for the stairwell."""
    found, publications = _area(town, area)
    rows = _rows(publications, language)
    address = reverse("public_promises", args=[town, area]) + suffix_of(language)
    full = request.build_absolute_uri(address)
    in_force = [row for row in rows if not row["told"]["has_ended"]]
    ended = [row for row in rows if row["told"]["has_ended"]]
    more = {"area": found, "in_force": in_force, "ended": ended, "full_url": full}
    return _page("print.html", request, language, found.collaboration, **more)


class PromiseFeed(Feed):
    """The area's promises for feed readers: a new entry each time one is published anew. Nobody leaves an address."""

    def __init__(self, read_in: str) -> None:
        self.read_in = self.language = read_in

    def get_object(self, request: HttpRequest, town: str, area: str) -> tuple[Area, list[Publication]]:
        return _area(town, area)

    def title(self, found: tuple[Area, list[Publication]]) -> str:
        return _("Promises to those who live in %(area)s") % {"area": one_line(found[0].name)}

    def link(self, found: tuple[Area, list[Publication]]) -> str:
        area = found[0]
        return reverse("public_promises", args=[area.collaboration.slug, area.slug]) + suffix_of(self.read_in)

    def description(self, found: tuple[Area, list[Publication]]) -> str:
        notice = found[0].collaboration.notice
        words = _("What municipality, police and others promise, what has been done, and how it went.")
        if notice == Collaboration.Notice.INVENTED:
            return _("Example data: nothing here has happened.") + " " + words
        if notice == Collaboration.Notice.OPEN_DATA:
            return _("Real open data (data.police.uk); organisations, measures and assessments are invented.")
        return words

    def items(self, found: tuple[Area, list[Publication]]) -> list[Publication]:
        return sorted(found[1], key=lambda one: one.published_at, reverse=True)

    def item_title(self, item: Any) -> str:
        # What was published before texts were cleaned may hold what no XML can.
        return one_line(item.content["title"][self.read_in])

    def item_description(self, item: Any) -> str:
        said = told(item.content, self.read_in, today=timezone.localdate())
        return plain(said["follow_ups"][0]["text"] if said["follow_ups"] else said["problem"])

    def item_link(self, item: Any) -> str:
        return public_url(item, self.read_in)

    def item_guid(self, item: Any) -> str:
        return public_url(item, self.read_in, version=True)

    item_guid_is_permalink = False

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at


@open_to_all
def public_promise_feed(request: HttpRequest, language: str, town: str, area: str) -> HttpResponse:
    """The area's promises as RSS."""
    response: HttpResponse = PromiseFeed(language)(request, town=town, area=area)
    if Collaboration.objects.filter(slug=town).exclude(notice=Collaboration.Notice.NONE).exists():
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response
