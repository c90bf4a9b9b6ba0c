"""How mail leaves where no mail server is named: on the console and as a file, so that it can be read here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.backends.filebased import EmailBackend as FileBackend


class LocalBackend(BaseEmailBackend):
    """Write each letter to the console and to a file of its own in `settings.MAIL_FOLDER`; nobody gets it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        ConsoleBackend(fail_silently=self.fail_silently).send_messages(email_messages)
        folder = Path(settings.MAIL_FOLDER)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            # A machine whose disk is closed has the console.
            return len(email_messages)
        for message in email_messages:
            # A backend of its own for each, or letters sent together end up in one file.
            FileBackend(file_path=str(folder), fail_silently=self.fail_silently).send_messages([message])
        return len(email_messages)
