"""Writes hostile text into every field that people type, and reads pages for anything that would run."""

from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models

from tests.security.payloads import MARK
from workflow.history_tables import APPEND_ONLY, READ_ONLY

ROOMS = ("workflow", "agreements", "notifications")
# text that a program writes: codes, states, hashes, keys, enumerations. Every other text field is typed by somebody
TECHNICAL = frozenset(
    """
    action address aggregate algorithm audience binding body canonical cause channel claim claimed_by code
    content_type cycle detail digest division duty event excuse fence file first_bad frozen_text group hash head
    head_hash id_cipher id_index item key kind language last4_index lead_unit lease method mode move number
    opens_in outcome party password phone_cipher plan plot_state point policy previous query rearm reason_code
    receipt reference resolver result resume return_to role root route rule session_key sex sha256 source_state stage
    state status stream subject_key superseded_why supervisor_role target text_hash track type unit_kind url username
    verb verdict what why word wording
    """.split()  # noqa: SIM905 - a hundred quotes would hide the words
)
FROZEN = tuple(f"workflow_{name}" for name in ("route", "stage", "track", "group", "stepplan"))
SHORTEST = 24  # nothing shorter can run


def typed_fields() -> list[tuple[type[models.Model], str, int]]:
    """(model, field, its length or 0) of every text that somebody types and a page may show."""
    found = []
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.local_fields:
                if not isinstance(field, models.CharField | models.TextField) or field.choices:
                    continue
                if field.name in TECHNICAL or (field.max_length or 0) in range(1, SHORTEST):
                    continue
                found.append((model, field.name, field.max_length or 0))
    return found


def poison(payloads: tuple[str, ...], shift: int) -> int:
    """Put a payload into every typed field of every row; `shift` rotates which field gets which. Returns how many."""
    done = 0
    for place, (model, name, length) in enumerate(typed_fields()):
        if model._meta.db_table in (*APPEND_ONLY, *READ_ONLY, *FROZEN):
            continue  # their typed text comes in through the command, before they are written for good
        text = payloads[(place + shift) % len(payloads)]
        for pk in model._default_manager.values_list("pk", flat=True):
            tail = f" {pk}"
            value = text[: length - len(tail)] + tail if length else text + tail
            done += model._default_manager.filter(pk=pk).update(**{name: value})
    return done


ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href", "poster", "hx-get", "hx-post", "srcdoc")


class Reader(HTMLParser):
    """Collects what would run: scripts without a file, handlers, addresses that are code, frames and the like."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        given: dict[str, Any] = dict(attrs)
        if tag == "script" and not str(given.get("src", "")).startswith("/static/"):
            self.runs.append(self.get_starttag_text() or tag)
        if tag in ("iframe", "object", "embed", "base", "applet", "marquee"):
            self.runs.append(self.get_starttag_text() or tag)
        for name, value in attrs:
            code = name in ADDRESSES and "".join((value or "").split()).lower().startswith(
                ("javascript:", "vbscript:", "data:text")
            )
            hx = name.startswith("hx-") and MARK in (value or "")
            if name.startswith(("on", "hx-on")) or code or hx:
                self.runs.append(f"<{tag} {name}={value!r}>")


def runs(html: str) -> list[str]:
    """What of this page would run; empty when the text stayed text."""
    reader = Reader()
    reader.feed(html)
    return reader.runs
