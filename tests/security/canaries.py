"""People who cannot exist, and the search for their numbers in whatever leaves the product, in nine encodings (P21)."""

import base64
import html
import io
import json
import zipfile
from urllib.parse import quote

from agreements import privacy
from agreements.models import Household, Person
from agreements.rules import identity

# the 29th of February of a year that has none; a mask shows the first six and the last four signs only
SECRET = "19990229"
PREFIX, PHONE = "990101", "13900002229"


def number(n: int) -> str:
    """The n-th canary's resident ID number; its check digit fits."""
    first = f"{PREFIX}{SECRET}{n:03}"
    return first + identity.check_digit(first)


def settle(household: Household) -> list[str]:
    """Give the members of a household canary numbers and the household a canary telephone; returns the numbers."""
    made = []
    for n, person in enumerate(Person.objects.filter(household=household).order_by("pk"), 1):
        made.append(number(n))
        Person.objects.filter(pk=person.pk).update(
            id_cipher=privacy.encrypt(made[-1], str(person.uid)),
            id_index=privacy.blind_index(made[-1]),
            last4_index=privacy.last_four_index(made[-1]),
        )
    cipher = privacy.encrypt(PHONE, str(household.uid))
    Household.objects.filter(pk=household.pk).update(phone_cipher=cipher)
    return made


def encoded(secret: str) -> dict[str, list[bytes]]:
    """The nine ways in which digits hide, and how each is written."""
    wide = "".join(chr(0xFF10 + int(digit)) for digit in secret)
    return {
        "plain": [secret.encode()],
        "spaced": [sign.join(secret).encode() for sign in " -"]
        + [f"{secret[:4]}{sign}{secret[4:]}".encode() for sign in " -"],
        "full-width": [wide.encode(), quote(wide).encode(), json.dumps(wide)[1:-1].encode()],
        "url": ["".join(f"%{ord(digit):02X}" for digit in secret).encode()],
        "base64": [_inside_base64(secret, shift) for shift in range(3)],
        "hexadecimal": [secret.encode().hex().encode(), secret.encode("utf-16-be").hex().encode()],
        "json": ["".join(f"\\u{ord(digit):04x}" for digit in secret).encode()],
        "backwards": [secret[::-1].encode()],
        "html": ["".join(f"&#{kind};" for kind in map(ord, secret)).encode(), html.escape(secret).encode()]
        + ["".join(f"&#x{ord(digit):x};" for digit in secret).encode()],
    }


def _inside_base64(secret: str, shift: int) -> bytes:
    """What stays the same of the secret's base64 wherever it stands in a longer text."""
    whole = base64.b64encode(b"\0" * shift + secret.encode())
    first = -(-shift * 8 // 6) if shift else 0
    last = (shift + len(secret)) * 8 // 6
    return whole[first:last]


PATTERNS = {(name, what) for secret in (SECRET, PHONE) for name, ways in encoded(secret).items() for what in ways}


def hits(content: bytes | str) -> list[str]:
    """In which encodings a canary is in there; workbooks and packs are opened."""
    raw = content.encode() if isinstance(content, str) else content
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as pack:
            raw = b"\n".join(pack.read(name) for name in pack.namelist())
    return sorted({name for name, what in PATTERNS if what in raw})
