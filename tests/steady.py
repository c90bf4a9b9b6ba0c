"""A page without what is drawn by lot for every answer, in which any few signs may stand by chance."""

import re

DRAWN_BY_LOT = re.compile(r"""nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*\"""")


def steady(answer):
    """What the answer says, without its nonces and the tokens of its forms."""
    return DRAWN_BY_LOT.sub("", answer.content.decode())
