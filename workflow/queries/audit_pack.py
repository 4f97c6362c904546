"""The signed audit export: events and looks of a filter as files, a manifest with their hashes, and a signature."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from workflow.models import Event, Look

MOST = 200_000  # events in one pack; a larger question is asked year by year
README = (
    "manifest.json lists every file with its SHA-256; manifest.sig is its Ed25519 signature.\n"
    "Check it with: manage.py verify_export FILE.zip --key PUBLIC_KEY\n"
)


class Untrue(Exception):
    """The pack was changed after it was signed, or another key signed it."""


@dataclass(frozen=True)
class Pack:
    """A finished export and what it holds."""

    content: bytes
    events: int
    looks: int
    case_ids: list[int]


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.SIGNING_KEY))


def public_key() -> str:
    """Whoever checks a pack needs this, from another hand than the pack's."""
    return _private().public_key().public_bytes_raw().hex()


def build(events: Iterable[Event], looks: Iterable[Look], now: datetime, asked: dict[str, Any]) -> Pack:
    """Write the pack. `asked`: who asked, and with which filter; it stands in the manifest."""
    rows = list(events)
    seen = list(looks)
    files = {
        "README.txt": README.encode(),
        "events.jsonl": "".join(_lines(rows)).encode(),
        "looks.csv": _looks(seen).encode("utf-8-sig"),
    }
    manifest = {
        "made_at": now.isoformat(),
        "asked": asked,
        "events": len(rows),
        "looks": len(seen),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        "public_key": public_key(),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    files |= {"manifest.json": text, "manifest.sig": _private().sign(text).hex().encode()}
    cases = {row.case_id for row in rows if row.case_id} | {look.case_id for look in seen}
    return Pack(_zipped(files), len(rows), len(seen), sorted(cases))


def _lines(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        row = {
            "stream": event.stream,
            "sequence": event.sequence,
            "who": event.actor.username if event.actor else None,
            "for": event.on_behalf_of.username if event.on_behalf_of else None,
            "body": event.body,
            "previous": event.previous,
            "hash": event.hash,
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _looks(looks: Iterable[Look]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "user", "case", "what"])
    writer.writerows([look.at.isoformat(), look.user.username, look.case.reference, look.what] for look in looks)
    return out.getvalue()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return out.getvalue()


def verify(content: bytes, key: str) -> dict[str, Any]:
    """The manifest of a pack whose signature and hashes hold; Untrue says what does not."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    text = files.pop("manifest.json", b"")
    try:
        signature = bytes.fromhex(files.pop("manifest.sig", b"").decode())
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, text)
    except (InvalidSignature, ValueError) as trouble:
        raise Untrue("the signature does not fit the manifest and this key") from trouble
    manifest: dict[str, Any] = json.loads(text)
    found = {name: hashlib.sha256(one).hexdigest() for name, one in files.items()}
    if found != manifest["files"]:
        wrong = sorted(name for name in {*found, *manifest["files"]} if found.get(name) != manifest["files"].get(name))
        raise Untrue(f"changed after signing: {', '.join(wrong)}")
    return manifest
