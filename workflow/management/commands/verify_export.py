"""manage.py verify_export FILE.zip --key HEX: whether a signed audit export is as it left the house."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflow.queries import audit_pack


class Command(BaseCommand):
    """Check signature and hashes."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The pack, and the public key as the audit page shows it (this machine's when left out)."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", default="", help="public key in hexadecimal; default: this installation's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what the pack is, or exit 1."""
        try:
            manifest = audit_pack.verify(options["file"].read_bytes(), options["key"] or audit_pack.public_key())
        except (audit_pack.Untrue, OSError) as trouble:
            raise CommandError(f"NOT AS IT WAS SIGNED: {trouble}") from trouble
        self.stdout.write(
            f"As signed on {manifest['made_at']}: {manifest['events']} events, {manifest['looks']} looks."
        )
