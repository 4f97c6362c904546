"""The handbook inside the product, in the reader's language, from the files of docs/: a closed network has no other."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from workflow.rules import markdown
from workflow.views.access import public

ROOT = Path(__file__).resolve().parents[2] / "docs" / "handbook"
INDEX = "README.md"
OTHER = "other"  # the short help of answers that are no page of their own: refusals, nothing found
CHAPTER = re.compile(r"^\d+\. \[(.+?)\]\(([a-z-]+)\.md\)(.*)$", re.M)


@public
def index(request: HttpRequest) -> HttpResponse:
    """GET /help/: what chapters there are. Open to all: who cannot sign in needs it most, and it names nobody real."""
    return render(request, "workflow/help.html", {"page": page(language(), INDEX), "chapters": (), "nav": "help"})


@public
def chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    """GET /help/<chapter>/: one chapter beside the list of all."""
    known = chapters(language())
    if chapter not in dict(known):
        raise Http404
    context = {"page": page(language(), f"{chapter}.md"), "chapters": known, "here": chapter, "nav": "help"}
    return render(request, "workflow/help.html", context)


def short_help(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: what it is for, what to do first, what a click does; from help.zh.md and help.en.md."""
    match = getattr(request, "resolver_match", None)
    known = texts(language())
    return {"short_help": known.get(match.url_name if match else OTHER, known[OTHER])}


def language() -> str:
    """The reader's, as the folders of the handbook are named."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@cache
def page(language: str, name: str) -> markdown.Page:
    """One file of the handbook. Read once per process: the files change with the program only."""
    return markdown.read((ROOT / language / name).read_text(encoding="utf-8"), _link, _picture)


@cache
def chapters(language: str) -> tuple[tuple[str, str], ...]:
    """(file, title) of the chapters in the order the index lists them."""
    found = CHAPTER.findall((ROOT / language / INDEX).read_text(encoding="utf-8"))
    return tuple((name, title) for title, name, _rest in found)


@cache
def texts(language: str) -> dict[str, SafeString]:
    """Short help by the name of the address."""
    text = (ROOT / f"help.{language}.md").read_text(encoding="utf-8")
    return {s.heading: mark_safe(s.html) for s in markdown.read(text, _link, _picture).sections if s.heading}


def _link(written: str) -> str:
    """`queue.md`, or `zh/queue.md` from outside the folder, is a chapter; anything else is refused while reading."""
    found = re.fullmatch(r"(?:(?:zh|en)/)?([a-z-]+|README)\.md", written)
    if found is None:
        raise ValueError(f"the handbook links to its own chapters only: {written}")
    return reverse("help") if found[1] == "README" else reverse("help_chapter", args=[found[1]])


def _picture(written: str) -> str:
    """`../pictures/name.jpg` is served like every other file of the pages."""
    found = re.fullmatch(r"\.\./pictures/([a-z-]+\.(?:zh|en)\.jpg)", written)
    if found is None:
        raise ValueError(f"pictures of the handbook lie in docs/handbook/pictures: {written}")
    return static(f"handbook/{found[1]}")
