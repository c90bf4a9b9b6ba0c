"""Read settings from the environment, and from what the embedded first run has written under `.local/`.

Production sets every variable itself. On a bare machine `script/setup` has started PostgreSQL and Redis
under `.local/` and written their addresses and a secret key to `.local/environment`; a variable that is
set in the real environment always wins.
"""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"


def _local_values() -> dict[str, str]:
    file = LOCAL_DIR / "environment"
    if not file.exists():
        return {}
    pairs = (line.split("=", 1) for line in file.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


_LOCAL = _local_values()


def text(name: str, default: str | None = None) -> str:
    """The variable's text; without a default a missing one stops the start and says what to do."""
    value = os.environ.get(name) or _LOCAL.get(name) or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it (see .env.example), or run script/setup on a bare machine."
        )
    return value


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes and on."""
    return text(name, "yes" if default else "no").lower() in {"1", "true", "yes", "on"}


def hours(name: str, default: str) -> tuple[int, int]:
    """Two hours of the day, from and until: “19-7”. Two equal ones are no time at all."""
    value = text(name, default)
    parts = value.split("-")
    if len(parts) != 2 or not all(part.isdecimal() and int(part) <= 23 for part in parts):
        raise ImproperlyConfigured(f"{name} must be two hours such as 19-7, not “{value}”.")
    return int(parts[0]), int(parts[1])


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not “{value}”.") from None


def items(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def origins(*addresses: str) -> list[str]:
    """The servers that whole addresses point at, as a security policy names them: `https://tiles.example.org`."""
    parts = [urlsplit(address) for address in addresses]
    return [f"{part.scheme}://{part.netloc}" for part in parts if part.scheme in {"http", "https"} and part.netloc]


def database(url: str) -> dict[str, object]:
    """Django's database setting from a postgresql:// address (a socket folder may stand as ?host=)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://. Only PostgreSQL 15–18 is supported.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "est",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }
