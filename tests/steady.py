"""What a page says, without what chance or the order of tests writes into it: nonces, tokens, rows' numbers."""

import re

import lxml.html

DRAWN_BY_LOT = re.compile(r"""nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*\"""")
SAID_BY_ATTRIBUTES = ("alt", "aria-label", "aria-description", "title", "placeholder", "label")


def steady(answer):
    """The whole answer without its nonces and the tokens of its forms."""
    return DRAWN_BY_LOT.sub("", answer.content.decode())


def said(answer):
    """All words of the page, also those read aloud only; not its addresses and ids, which hold the numbers of rows."""
    page = lxml.html.fromstring(answer.content.decode())
    aloud = [one.get(name, "") for one in page.iter() for name in SAID_BY_ATTRIBUTES]
    return " ".join([page.text_content(), *aloud])
