import random

import pytest

from tests.privacy import texts


def _plate(rng: random.Random) -> tuple[str, str]:
    letters = "".join(rng.choice("ABCDEFGHJKLMNOPRSTUWXYZ") for _ in range(3))
    return letters, f"{rng.randrange(10, 100)}{rng.choice('0123456789ABCDEFGHJKLMNPRSTUWXYZ')}"


@pytest.fixture(scope="session")
def identity_reports() -> list[str]:
    """Each text with an identity number of its own, the same numbers every time."""
    rng = random.Random(2023196)
    reports = []
    for text in texts.IDENTITY_TEXTS:
        date, number = texts.identity_number(rng, coordination="{c}" in text, century=True)
        whole = date[2:] + number
        reports.append(
            text.format(
                d=date[2:],
                c=date[2:],
                D=date,
                n=number,
                spaced=" ".join(whole),
                pairs=f"{date[:2]} {date[2:4]} {date[4:6]} {date[6:]} - {number}",
                dots=f"{date[:4]}.{date[4:6]}.{date[6:]}-{number}",
                fullwidth="".join(chr(ord(digit) + 0xFEE0) for digit in whole),
            )
        )
    return reports


@pytest.fixture(scope="session")
def plate_reports() -> list[str]:
    """Each text with registration plates of its own, the same plates every time."""
    rng = random.Random(2023196)
    reports = []
    for text in texts.PLATE_TEXTS:
        letters, digits = _plate(rng)
        text = text.replace("{P-}", f"{letters}-{digits}").replace("{P:}", f"{letters}\u00a0{digits}")
        reports.append(
            text.format(
                P=letters + digits,
                P_=f"{letters} {digits}",
                p=(letters + digits).lower(),
                p_=f"{letters} {digits}".lower(),
                full="".join(chr(ord(sign) + 0xFEE0) for sign in letters + digits),
                apart=" ".join(letters + digits),
            )
        )
    return reports
