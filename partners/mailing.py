"""What all letters share: when nobody has got one, where none is sent, and what turns them off."""

from __future__ import annotations

import socket
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core import signing

from partners.models import User

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
