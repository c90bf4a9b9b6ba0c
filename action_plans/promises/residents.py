"""What nobody writes down of those who were asked: where they live."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from cause_analysis.texts import TextsRefused
from common.errors import NotPossible

_STREET = (
    r"\b[^\W\d_][\w:-]{0,30}(?:gata|gatan|väg|vägen|gränd|gränden|stig|stigen|allé|allén|backe|backen|ringen|leden|torg"
    r"|torget|promenaden|esplanaden|kajen)\s{1,3}[0-9]{1,3}(?![0-9])|\b(?:gata|väg|torg|plats)\s{1,3}[0-9]{1,3}(?![0-9])"
)
_POST_TOWN = r"\b[0-9]{3}\s[0-9]{2}\s{1,3}(?-i:[A-ZÅÄÖ])[^\W\d_]{2,20}"
_RESIDENT = (
    r"\b(?:bor|bodde|boende|hyresgäst|hyresgästen|hyresgäster|grannen?|grannar|kvinnan?|mannen|paret|familjen?|hushållet?"
    r"|damen|personen?|pensionären?|tjejen|killen|mamman|pappan|hon|han|hen|adress)\b[^.!?\n]{0,40}?"
)
ADDRESS = re.compile(f"{_STREET}|{_POST_TOWN}", re.IGNORECASE)
HOME = re.compile(f"{_RESIDENT}(?:{ADDRESS.pattern})", re.IGNORECASE)


def check_no_homes(texts: Mapping[str, str], *, is_confirmed: bool) -> None:
    """Where somebody who was asked lives is never kept. An address of something else is, once somebody says so."""
    if homes := [name for name, text in texts.items() if HOME.search(text)]:
        sentence = _("Write what was said, and not where whoever said it lives.")
        raise NotPossible(dict.fromkeys(homes, sentence))
    if not is_confirmed and (found := [name for name, text in texts.items() if ADDRESS.search(text)]):
        sentence = _(
            "This looks like an address. Nobody's home is kept: write the place, or confirm that nobody is meant."
        )
        raise TextsRefused({name: [sentence] for name in found})
