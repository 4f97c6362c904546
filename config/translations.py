"""Compiles the catalogues (.po -> .mo) with Babel, because a fresh machine has no gettext binary."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(root: Path = LOCALE) -> int:
    """Compile every catalogue that is newer than its compiled form; returns how many were."""
    stale = [po for po in sorted(root.rglob("*.po")) if is_stale(po)]
    for po in stale:
        compile_one(po)
    return len(stale)


def is_stale(po: Path) -> bool:
    """Whether the compiled form is missing or older."""
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def compile_one(po: Path) -> None:
    """Write the .mo beside its .po; by rename, so that a running process never reads half a file."""
    with po.open("rb") as source:
        catalogue = read_po(source)
    fresh = po.with_suffix(f".mo.{os.getpid()}")  # two starts at once do not take each other's file away
    with fresh.open("wb") as target:
        write_mo(target, catalogue)
    fresh.rename(po.with_suffix(".mo"))


if __name__ == "__main__":
    print(f"{compile_catalogues()} catalogues compiled")
