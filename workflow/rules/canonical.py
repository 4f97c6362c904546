"""Canonical text and hashes: one way to write a value, so that equal content has equal hashes."""

import hashlib
import json
from typing import Any


def text(value: Any) -> str:
    """Stable JSON: sorted keys, no spaces, UTF-8 kept."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(value: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()


def link(previous: str, stream: str, sequence: int, body: str) -> str:
    """Hash of one event: it covers its place in the chain as well as what it says (promise P16)."""
    return digest("\n".join((previous, stream, str(sequence), body)))
