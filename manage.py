#!/usr/bin/env python
"""Run a management command, with the embedded database where DATABASE_URL names no other."""

import os
import sys


def main() -> None:
    """Start what the command needs, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handbook.settings")
    from handbook import embedded_database

    if not embedded_database.is_needless_for(sys.argv):
        embedded_database.ensure()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
