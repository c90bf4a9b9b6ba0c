"""The pages on letters of what waits: when they leave, how often one wants them, and turning them off."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from partners import work_letters
from partners.form_views import done
from partners.forms import WorkLetterForm, WorkLetterRuleForm
from partners.models import Collaboration, WorkLetterChoice, WorkLetterRule
from partners.permissions import check_may_keep_work_letters
from partners.requests import PartnerRequest, form_page, get_or_post, person


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@get_or_post
def work_letter_rule(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """On which weekday and at which hour the collaboration's letters leave."""
    check_may_keep_work_letters(request.user, collaboration)
    rule = work_letters.rule_of(collaboration)
    form = WorkLetterRuleForm(_sent(request), initial={"weekday": rule.weekday, "hour": rule.hour})

    def change() -> WorkLetterRule:
        return work_letters.change_rule(by=request.user, collaboration=collaboration, **form.cleaned_data)

    if request.method == "POST" and done(form, change) is not None:
        messages.success(request, _("Saved. The next letters leave then."))
        return redirect("my_work", collaboration.slug)
    return form_page(
        request,
        form,
        heading=_("When do the letters of what waits leave?"),
        lead=_(
            "Everybody for whom something waits gets one a week. Whoever wants none, or one every weekday, says so "
            "under My account."
        ),
        back_url=reverse("my_work", args=[collaboration.slug]),
        back_text=_("My work"),
    )


@get_or_post
def work_letters_choose(request: HttpRequest) -> HttpResponse:
    """How often one wants letters of what waits, and in which language."""
    by = person(request)
    choice = WorkLetterChoice.objects.visible_to(by).first()
    language = choice.language if choice else get_language()
    chosen = choice.how_often if choice else WorkLetterChoice.HowOften.WEEKLY
    form = WorkLetterForm(_sent(request), initial={"how_often": chosen, "language": language})

    def change() -> WorkLetterChoice:
        return work_letters.choose_letters(by=by, **form.cleaned_data)

    if request.method == "POST" and done(form, change) is not None:
        messages.success(request, _("Saved."))
        return redirect("account")
    return form_page(
        request,
        form,
        heading=_("How often do you want letters of what waits for you?"),
        lead=_("A letter names what waits only in general words. If nothing waits, none comes."),
        back_url=reverse("account"),
        back_text=_("My account"),
    )


# A mail program presses for its reader, and has no cookie: the token in the address is what says that it may.
@csrf_exempt
@login_not_required
@never_cache
@get_or_post
def letters_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Turn somebody's letters off from one of them, without signing in. Opening the page changes nothing."""
    whose = work_letters.person_of(token)
    if whose is None:
        raise Http404
    is_stopped = request.method == "POST"
    if is_stopped:
        work_letters.stop_letters(whose)
    return render(request, "partners/letters_stop.html", {"is_stopped": is_stopped})
