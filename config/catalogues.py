"""Which texts the product shows, and which of them have no Chinese yet. Used by a test and by translators."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from agreements.lifecycle import NEEDS
from config.translations import LOCALE

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "workflow", "agreements", "notifications")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "_l": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def texts(room: str) -> set[str]:
    """Every msgid of a room: code, templates, and the docstrings that are shown to people."""
    found: set[str] = set()
    for path in sorted((ROOT / room).rglob("*.py")):
        found |= _messages(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / room).rglob("*.html")):
        calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # what is left are calls where the template had them: its indentation is none that Python would read
        found |= _messages("\n".join(line.strip() for line in calls.splitlines()))
    if room == "workflow":
        found |= set(refusals())
    if room == "agreements":
        found |= {need.__doc__ or "" for need in NEEDS.values()}
    return found


def _messages(source: str) -> set[str]:
    found: set[str] = set()
    for _line, message, _comments, _context in extract("python", BytesIO(source.encode()), KEYWORDS):
        parts = message if isinstance(message, tuple) else (message,)
        if parts[0]:
            found.add(parts[0])
    return found


def refusals() -> Iterator[str]:
    """Docstrings of the refusals: they are the messages."""
    files = [ROOT / "workflow" / name for name in ("refusal.py", "errors.py", "errors_people.py")]
    for node in (node for path in files for node in ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.ClassDef) and node.name not in ("EngineFault",):
            yield ast.get_docstring(node, clean=False) or ""


def translated() -> set[str]:
    """Msgids with Chinese words in any catalogue (Django merges them)."""
    found: set[str] = set()
    for po in LOCALE.rglob("zh_Hans/LC_MESSAGES/django.po"):
        with po.open("rb") as source:
            for message in read_po(source, locale="zh_Hans"):
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                words = message.string if isinstance(message.string, tuple | list) else (message.string,)
                if ids[0] and all(words) and not message.fuzzy:
                    found.add(ids[0])
    return found


def missing(room: str) -> list[str]:
    """Texts of a room that an official would see in English."""
    return sorted(texts(room) - translated())


if __name__ == "__main__":
    for name in ROOMS:
        for text in missing(name):
            print(f"{name}: {text!r}")
