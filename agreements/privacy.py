"""Personal numbers: masks by type, encryption at rest bound to its row, a keyed index for search (P21, P22)."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


class Moved(Exception):
    """This ciphertext does not belong to this row, or was changed."""


class Masked(str):
    """A personal number whose every appearance is its mask; only reveal() gives it, so no log can carry it."""

    _plain: str

    def __new__(cls, plain: str, mask: str) -> "Masked":
        """The mask as a string, the number beside it."""
        made = super().__new__(cls, mask)
        made._plain = plain
        return made

    def reveal(self) -> str:
        """The number itself; callers record who asked and why."""
        return self._plain

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return (str, (str(self),))  # pickled or copied, only the mask travels


def mask_id(number: str) -> str:
    """First six and last four; never shown beside a birth date, which would leave one candidate."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) >= 15 else "*" * len(number)


def mask_phone(number: str) -> str:
    """138****1234."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * len(number)


def mask_account(number: str) -> str:
    """Last four."""
    return f"**** {number[-4:]}" if len(number) > 4 else "*" * len(number)


def encrypt(text: str, context: str) -> str:
    """AES-GCM under the newest key, bound to its row by `context` (a row's uid): "key id:base64"."""
    key_id, key = next(iter(settings.PRIVACY_KEYS.items()))
    nonce = os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str, context: str) -> str:
    """The text; a ciphertext moved to another row is refused."""
    key_id, _sep, body = token.partition(":")
    raw = base64.b64decode(body)
    try:
        return AESGCM(settings.PRIVACY_KEYS[key_id]).decrypt(raw[:NONCE], raw[NONCE:], context.encode()).decode()
    except (InvalidTag, KeyError) as trouble:
        raise Moved() from trouble


def blind_index(text: str) -> str:
    """Keyed digest for exact search and uniqueness; without the key it tells nothing."""
    return hmac.new(settings.PRIVACY_INDEX_KEY, text.upper().encode(), hashlib.sha256).hexdigest()


def last_four_index(number: str) -> str:
    """Keyed digest of a number's last four signs, apart from the digests of whole numbers."""
    return blind_index(f"last4:{number[-4:]}")


def id_number(person_uid: str, token: str) -> Masked | None:
    """A person's number as a mask that can be revealed."""
    if not token:
        return None
    plain = decrypt(token, person_uid)
    return Masked(plain, mask_id(plain))
