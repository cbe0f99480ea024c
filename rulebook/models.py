"""Rule sets and calendars as published. A row is never changed and never removed: the database says so."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

_STAYS = pgtrigger.Update | pgtrigger.Delete


class RuleSet(models.Model):
    """One version of the rules of one profile. In force from ``effective_from`` until the next one is.

    ``body`` is what ``rulebook.rules.parse`` reads, and ``digest`` the SHA-256 of its canonical form.
    ``published_by`` is the user's id, or empty for the system.
    """

    profile = models.CharField(_("rule profile"), max_length=32)
    version = models.CharField(_("rule version"), max_length=32)
    notice_from = models.DateTimeField(_("public since"))
    effective_from = models.DateTimeField(_("in force from"))
    body = models.JSONField(_("rule text"))
    digest = models.CharField("SHA-256", max_length=64)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.BigIntegerField(_("published by"), null=True)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering: ClassVar = ["profile", "-effective_from", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "version"], name="rulebook_one_rule_set_per_version"),
            models.CheckConstraint(
                condition=models.Q(effective_from__gte=models.F("notice_from")) | models.Q(notice_from__isnull=True),
                name="rulebook_notice_before_effect",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["profile", "effective_from"], name="rulebook_in_force")]
        triggers: ClassVar = [pgtrigger.Protect(name="rule_sets_stay", operation=_STAYS)]

    def __str__(self) -> str:
        return f"{self.profile} {self.version}"


class CalendarVersion(models.Model):
    """One published year of working days.

    A correction is a new version of the same year; the newest counts.
    """

    region = models.CharField(_("calendar region"), max_length=8)
    year = models.PositiveSmallIntegerField(_("calendar year"))
    version = models.CharField(_("calendar version"), max_length=32, unique=True)
    source = models.CharField(_("calendar source"), max_length=200)
    body = models.JSONField(_("days off and worked"))
    digest = models.CharField("SHA-256", max_length=64)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.BigIntegerField(_("published by"), null=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering: ClassVar = ["region", "-year", "-id"]
        triggers: ClassVar = [pgtrigger.Protect(name="calendars_stay", operation=_STAYS)]

    def __str__(self) -> str:
        return self.version
