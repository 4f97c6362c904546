#!/usr/bin/env python
"""The one entrance for commands; starts the private servers for a command that needs them and finds none."""

import os
import sys

from django.core.management import execute_from_command_line

from config.embedded import session


def main() -> None:
    """Run a management command, with the embedded servers around it where no DATABASE_URL is set."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with session.around(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
