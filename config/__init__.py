"""The wiring: settings, addresses, Celery. Knows every room by name; decides nothing."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
