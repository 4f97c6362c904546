"""Pages of the handbook inside the product: one screen each, in the reader's language, from the files of docs/."""

import re
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from workflow.views.access import signed_in

ROOT = Path(__file__).resolve().parents[2] / "docs" / "handbook"


@signed_in
def dates(request: HttpRequest) -> HttpResponse:
    """GET /help/dates/: how dates are counted and who is reminded when."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    title, sections = read(ROOT / language / "dates-and-reminders.md")
    return render(request, "workflow/help.html", {"title": title, "sections": sections, "nav": "help"})


def read(path: Path) -> tuple[str, list[tuple[str, list[SafeString]]]]:
    """Title and sections (heading, points) of a page that is written in headings and points only."""
    title = ""
    sections: list[tuple[str, list[SafeString]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("## "):
            sections.append((line[3:], []))
        elif line.startswith("- ") and sections:
            sections[-1][1].append(_bold(line[2:]))
    return title, sections


def _bold(text: str) -> SafeString:
    return mark_safe(re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text)))
