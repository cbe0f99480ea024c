"""Everything that has to have happened before the doors open, in one process. Knows the order, not the work.

python -m config.prepare migrate compile_catalogues collectstatic seed_demo
"""

from __future__ import annotations

import os
import sys
import time

COMMANDS = {
    "make_bucket": ("Looking for the bucket of evidence", {"verbosity": 0}),
    "migrate": ("Bringing the database up to date", {"interactive": False, "verbosity": 0}),
    "compile_catalogues": ("Compiling translations", {"verbosity": 0}),
    "collectstatic": ("Collecting styles, scripts and pictures", {"interactive": False, "verbosity": 0}),
    "seed_demo": ("Filling the demo marketplace", {}),
}


def main(wanted: list[str]) -> None:
    """Run these commands in this order; unknown ones are an error before anything has run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import CommandError, call_command
    from django.db import OperationalError

    chosen = [(name, *COMMANDS[name]) for name in wanted]
    django.setup()
    for name, words, options in chosen:
        print(f"· {words} …", flush=True)
        started = time.monotonic()
        try:
            call_command(name, **options)
        except (CommandError, OperationalError) as error:
            sys.exit(f"✗ {words}: {error}")
        print(f"✓ {words} ({time.monotonic() - started:.1f} s)", flush=True)
    if "seed_demo" in wanted:
        _print_accounts()


def _print_accounts() -> None:
    from django.utils import translation

    from accounts import demo

    with translation.override("en"):
        print("\nOn the demo's sign-in page, one click each:")
        for account in demo.ACCOUNTS:
            print(f"  {account.role_label!s:<22} {account.name}  {account.blurb}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
