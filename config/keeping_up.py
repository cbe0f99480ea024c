"""Health by work done: exits 0 if deadlines and deliveries are in time. ``python -m config.keeping_up``"""

from __future__ import annotations

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from common import clock
    from engine import health

    found = health.look(clock.now())
    aside = found.set_aside + found.stuck + found.unserved
    print(f"overdue by {found.overdue_by}, undelivered for {found.undelivered_for}, set aside {aside}")
    return 0 if found.ready else 1


if __name__ == "__main__":
    sys.exit(main())
