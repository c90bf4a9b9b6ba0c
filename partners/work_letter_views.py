"""The pages on letters of what waits: when they leave, how often one wants them, and turning them off."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from partners import mailing, sent_mail, work_letters
from partners.form_views import done
from partners.forms import NewsChoicesForm, WorkLetterRuleForm
from partners.models import Collaboration, WorkLetterChoice, WorkLetterRule
from partners.notifications.choices import choices_for, choosable, choose_topics
from partners.notifications.quiet import quiet_ends
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
    """How one wants to be told of what waits and of what is new: how often, when not, and topic by topic."""
    by = person(request)
    choices = choices_for(by)
    general = choices.general
    initial = {
        "how_often": general.how_often,
        "language": general.language if general.pk else get_language(),
        "quiet_from": general.quiet_from,
        "quiet_until": general.quiet_until,
        "is_quiet_on_days_off": general.is_quiet_on_days_off,
    }
    topics = choosable()
    chosen = {f"topic_{topic.key}": choices.chosen(topic) for topic in topics}
    form = NewsChoicesForm(_sent(request), topics=topics, initial={**initial, **chosen})

    @transaction.atomic
    def change() -> WorkLetterChoice:
        choose_topics(by=by, wanted=form.by_topic())
        return work_letters.choose_letters(by=by, **form.general())

    if request.method == "POST" and done(form, change) is not None:
        messages.success(request, _("Saved."))
        return redirect("work_letters_choose")
    now = timezone.now()
    quiet_until = quiet_ends(general, now) if choices.is_quiet(now) else None
    return form_page(
        request,
        form,
        template="partners/news_choices.html",
        heading=_("How do you want to be told?"),
        back_url=reverse("account"),
        back_text=_("My account"),
        quiet_until=quiet_until,
        collaborations=sorted({m.collaboration for m in by.active_memberships}, key=lambda one: one.name),
    )


@never_cache
@require_GET
def letter_preview(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """The gathered letter as it would leave now. Looking at it sends and marks nothing."""
    letter = work_letters.preview(request.user, collaboration, timezone.now())
    leaves = work_letters.rule_in_words(work_letters.rule_of(collaboration))
    context = {"letter": letter, "leaves": leaves, "how_often": work_letters.choice_of(request.user)}
    return render(request, "partners/letter_preview.html", context)


@never_cache
@require_GET
def mails_sent(request: HttpRequest) -> HttpResponse:
    """What has been sent to oneself, and what came of it."""
    return render(request, "partners/mails_sent.html", {"rows": sent_mail.sent_to(person(request))})


@never_cache
@require_GET
def mail_failures(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Which letters did not leave, for those who keep the letters."""
    check_may_keep_work_letters(request.user, collaboration)
    rows = sent_mail.failures(request.user, collaboration)
    return render(request, "partners/mail_failures.html", {"rows": rows})


# A mail program presses for its reader, and has no cookie: the token in the address is what says that it may.
@csrf_exempt
@login_not_required
@never_cache
@get_or_post
def letters_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Turn somebody's letters off from one of them, without signing in. Opening the page changes nothing."""
    whose = mailing.person_of(token)
    if whose is None:
        raise Http404
    is_stopped = request.method == "POST"
    if is_stopped:
        work_letters.stop_letters(whose)
    return render(request, "partners/letters_stop.html", {"is_stopped": is_stopped})
