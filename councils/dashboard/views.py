"""The council page and the lists behind its numbers."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.actions import record
from councils.dashboard import lists, paper, presenters, work
from councils.dashboard.facts import council_facts
from councils.dashboard.permissions import check_may_read_council_page
from councils.packs.forms import new_form
from councils.packs.permissions import may_freeze
from documents.answers import file_answer
from partners.models import Collaboration
from partners.requests import PartnerRequest, person, word_in

ROWS_ON_A_PAGE = 50


@never_cache
@require_GET
def council_page(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Five answers, a row for each area, what is asked of the council and who has promised what."""
    check_may_read_council_page(request.user, collaboration)
    facts = council_facts(person(request), collaboration)
    context = {
        "facts": facts,
        "heading": presenters.heading(facts),
        "lead": presenters.lead(facts),
        "answers": presenters.answers(facts),
        "rows": presenters.area_rows(facts),
        "decisions": presenters.decision_rows(facts.decisions),
        "columns": presenters.organisation_columns(),
        "organisations": presenters.organisation_rows(facts),
        "override_words": presenters.override_words(facts),
        "freeze_form": new_form() if may_freeze(request.user, collaboration) else None,
        "overrides_url": presenters.list_url(facts.slug, "overrides") if facts.overrides else "",
    }
    return render(request, "councils/dashboard/page.html", context)


@never_cache
@require_GET
def council_pdf(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The page on paper, as this reader reads it. Every download is logged as an export."""
    check_may_read_council_page(request.user, collaboration)
    file = paper.council_pdf(council_facts(person(request), collaboration), collaboration)
    record("council_page_downloaded", by=request.user, subject=collaboration)
    return file_answer(file, f"chefsamrad-{collaboration.slug}-{timezone.localdate():%Y-%m-%d}.pdf")


@never_cache
@require_GET
def council_list(request: PartnerRequest, collaboration: Collaboration, which: str) -> HttpResponse:
    """The rows that a number of the page counts."""
    check_may_read_council_page(request.user, collaboration)
    if which not in lists.ALL:
        raise Http404
    user, now = person(request), timezone.now()
    facts = council_facts(user, collaboration)
    slug = word_in(request, "area")
    area = next((one for one in facts.areas if one.slug == slug), None)
    if slug and area is None:
        raise Http404
    asked = word_in(request, "organisation")
    organisation = next((one for one in facts.organisations if str(one.pk) == asked), None)
    if asked and (organisation is None or not re.fullmatch("[0-9]+", asked)):
        raise Http404
    found = lists.listed(
        user, collaboration, facts, now, which=which, area=area, organisation=organisation.pk if organisation else None
    )
    page: Page[Any] = Paginator(found.ids or found.things, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    things = work.promise_things(user, collaboration, list(page), now) if found.ids else list(page)
    context = {
        "title": found.title,
        "count": found.count,
        "page": page,
        "things": things,
        "of": " · ".join(one.name for one in (area, organisation) if one is not None),
        "is_of_promises": which in lists.OF_PROMISES,
        "ledger_on": facts.ledger_on,
        "months": presenters.month_table(facts) if which in {"deviations", "unknown"} else None,
    }
    return render(request, "councils/dashboard/list.html", context)
