"""Letters about accounts and roles, in the platform's default language; of what waits and is new, in the reader's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from partners.mailing import deliver, send_text
from partners.models import Collaboration, Membership, User
from partners.notifications.queries import News


def password_path(person: User) -> str:
    """The path where this person, and nobody else, may choose a password; it works once and for three days."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return path.replace("UID-KEY", quote(key))


def send_invitation(membership: Membership, site: str) -> None:
    """Tell somebody of their role, with a link to choose a password when they have none."""
    person = membership.user
    site = site.rstrip("/")
    with override(settings.LANGUAGE_CODE):
        context = {
            "membership": membership,
            "notice": membership.collaboration.notice,
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
            "password_url": "" if person.has_usable_password() else site + password_path(person),
            "sign_in_url": site + reverse("account_login"),
            "forgotten_url": site + reverse("account_reset_password"),
        }
        words = {"collaboration": " ".join(membership.collaboration.name.split())}
        subject = _("You now take part in %(collaboration)s") % words
        text = render_to_string("partners/email/invitation.txt", context)
    send_text(subject, text, person=person, topic="account", collaboration=membership.collaboration)


# So many rows of what is new stand in a letter; the others stand on the page.
NEWS_IN_LETTER = 40


def send_letter(
    person: User,
    collaboration: Collaboration,
    groups: Sequence[dict[str, Any]],
    news: Sequence[News],
    *,
    stop_token: str,
) -> None:
    """Tell somebody of what waits for them and of what is new."""
    letter = letter_of(person, collaboration, groups, news, stop_token=stop_token)
    # Whoever asks what they were sent reads which kind it was.
    deliver(letter, person=person, topic="work" if groups else "news", collaboration=collaboration)


def letter_of(
    person: User,
    collaboration: Collaboration,
    groups: Sequence[dict[str, Any]],
    news: Sequence[News],
    *,
    stop_token: str,
) -> EmailMultiAlternatives:
    """The letter in the language that is set: only what may be said outside the platform."""
    site = settings.SITE_URL.rstrip("/")
    shown, number, unnamed = [], 0, 0
    for group in groups:
        rows = [
            {
                "title": task["mail_title"],
                "day": task["day"],
                "url": site + reverse("my_task", args=[collaboration.slug, task["id"]]),
            }
            for task in group["tasks"]
            if task["mail_title"]
        ]
        number += len(group["tasks"])
        unnamed += len(group["tasks"]) - len(rows)
        if rows:
            shown.append({"title": group["title"], "rows": rows})
    stop_url = site + reverse("letters_stop", args=[stop_token])
    context = {
        "language": get_language(),
        "title": _("What waits for you") if number else _("New for you"),
        "groups": shown,
        "unnamed": unnamed,
        "number": number,
        "news": [
            {
                "title": one.mail_title,
                "day": date_format(timezone.localtime(one.row.happened_at), "j F"),
                "url": site + reverse("news_open", args=[collaboration.slug, one.row.pk]),
            }
            for one in news[:NEWS_IN_LETTER]
        ],
        "more_news": max(len(news) - NEWS_IN_LETTER, 0),
        "news_url": site + reverse("news", args=[collaboration.slug]),
        "collaboration": collaboration.name,
        "notice": collaboration.notice,
        "url": site + reverse("my_work", args=[collaboration.slug]),
        "choose_url": site + reverse("work_letters_choose"),
        "stop_url": stop_url,
    }
    letter = EmailMultiAlternatives(
        _subject(number, len(news), collaboration),
        render_to_string("partners/email/work_letter.txt", context),
        to=[person.email],
        # RFC 8058: a mail program turns the letters off with one press, without anybody signing in.
        headers={
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(render_to_string("partners/email/work_letter.html", context), "text/html")
    return letter


def _subject(tasks: int, news: int, collaboration: Collaboration) -> str:
    # A name may hold a line break, and a letter's head may not.
    words = {"number": tasks, "news": news, "collaboration": " ".join(collaboration.name.split())}
    if not tasks:
        only_news = ngettext(
            "%(news)s thing is new for you in %(collaboration)s",
            "%(news)s things are new for you in %(collaboration)s",
            news,
        )
        return only_news % words
    waits = ngettext(
        "%(number)s task waits for you in %(collaboration)s",
        "%(number)s tasks wait for you in %(collaboration)s",
        tasks,
    )
    with_news = ngettext("%(tasks)s, and %(news)s thing is new", "%(tasks)s, and %(news)s things are new", news)
    return with_news % {"tasks": waits % words, "news": news} if news else waits % words
