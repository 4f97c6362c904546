"""Typed, loud readers of the environment: a bad value stops the start with one sentence that names the variable."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class BadSetting(SystemExit):
    """A setting cannot be used; its message says which and what was expected."""


def text(name: str, default: str = "") -> str:
    """A plain string."""
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    """1/0, true/false, yes/no, on/off."""
    raw = os.environ.get(name, "").strip().lower()
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    if raw:
        raise BadSetting(f"{name}={raw!r}: expected 1 or 0.")
    return default


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def number(name: str, default: float, lowest: float = 0, highest: float = float("inf")) -> float:
    """A number within its bounds."""
    raw = os.environ.get(name, "").strip()
    try:
        found = float(raw) if raw else default
    except ValueError:
        raise BadSetting(f"{name}={raw!r}: expected a number.") from None
    if not lowest <= found <= highest:
        raise BadSetting(f"{name}={raw}: expected {lowest:g} to {highest:g}.")
    return found


def folder(name: str, default: Path) -> Path:
    """An absolute path."""
    return Path(text(name) or default).expanduser().resolve()


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Django's settings of a postgresql:// URL; ?host=/socket/dir is understood.

    ?prepare=0 is for a pooler that cannot keep prepared statements (PgBouncer before 1.21 in transaction mode).
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadSetting(f"{name}: expected postgresql://user:password@host:port/name, got scheme {parts.scheme!r}.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    prepared = query.pop("prepare", "1") != "0"
    host = query.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "resettlement", **query}
        | ({"prepare_threshold": 0} if prepared else {}),
    }
