"""What all letters share: how one is sent and noted, where none is sent, and what turns them off."""

from __future__ import annotations

import socket
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage

from partners.models import Collaboration, SentMail, User

# The mail server was not there, or answered that it does not take the letter: nobody has got it. After any other
# failure, such as silence, nobody knows.
NOT_TAKEN = (ConnectionRefusedError, socket.gaierror, SMTPResponseException, SMTPRecipientsRefused)
# Names that lead nowhere (RFC 2606, 6761): the demonstration's people live there. No mail server is asked for them.
NOWHERE = (".example", ".invalid", ".test", ".localhost")
_STOP = "partners.work_letters.stop"


def leads_nowhere(address: str) -> bool:
    """Whether no mail server could bring a letter there: then none is asked. Where mail stays here it is written."""
    stays_here = settings.EMAIL_BACKEND == "est_platform.mail.LocalBackend"
    return not stays_here and address.lower().endswith(NOWHERE)


def deliver(letter: EmailMessage, *, person: User, topic: str, collaboration: Collaboration | None) -> None:
    """Send one letter to somebody, and note that it was begun and what came of it. What fails is still raised."""
    noted = SentMail.objects.create(person=person, topic=topic, collaboration=collaboration)
    try:
        letter.send()
    except (OSError, SMTPException) as problem:
        outcome = SentMail.Outcome.REFUSED if isinstance(problem, NOT_TAKEN) else SentMail.Outcome.UNKNOWN
        SentMail.objects.filter(pk=noted.pk).update(outcome=outcome, answer=answer_of(problem))
        raise
    SentMail.objects.filter(pk=noted.pk).update(outcome=SentMail.Outcome.SENT)


def send_text(subject: str, text: str, *, person: User, topic: str, collaboration: Collaboration | None) -> None:
    """Send a letter of plain text; see `deliver`."""
    letter = EmailMessage(subject, text, None, [person.email])
    deliver(letter, person=person, topic=topic, collaboration=collaboration)


def answer_of(problem: Exception) -> str:
    """The mail server's code, or else what kind of failure it was. Never its words, which may hold an address."""
    if isinstance(problem, SMTPResponseException):
        return str(problem.smtp_code)
    if isinstance(problem, SMTPRecipientsRefused):
        codes = [str(code) for code, _words in problem.recipients.values()]
        return codes[0][:60] if codes else type(problem).__name__
    return type(problem).__name__[:60]


def stop_token(person: User) -> str:
    """What in a letter's last line turns the letters off, and does nothing else. It holds as long as the account."""
    return signing.dumps(person.pk, salt=_STOP, compress=True)


def person_of(token: str) -> User | None:
    """Whose letters a token turns off; None for a token that is not ours, or of an account that is closed."""
    try:
        pk = signing.loads(token, salt=_STOP)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True, is_service=False).first() if isinstance(pk, int) else None
