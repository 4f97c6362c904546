"""manage.py load_sample: the sample programme, loaded and played once; prints the sample sign-ins."""

import unicodedata
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from agreements.sample import story
from workflow import clock

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "programme-2012.xlsx"


class Command(BaseCommand):
    """Safe to run again: what is there is left alone."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, play, print."""
        now = clock.now()
        with transaction.atomic():
            story.play(story.load(SAMPLE, now), now)
        self.stdout.write(f"\nSample sign-ins (this machine only), password: {story.PASSWORD}")
        for row in story.sign_ins(clock.today()):
            self.stdout.write("  " + "".join(padded(cell, width) for cell, width in zip(row, WIDTHS, strict=True)))


WIDTHS = (22, 18, 12, 24)


def padded(text: str, width: int) -> str:
    """Chinese characters take two columns on a terminal."""
    wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(1, width - wide)
