"""A claim that is being written lies on the server until it is filed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0006_erasure"),
    ]

    operations = [
        migrations.CreateModel(
            name="FilingDraft",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="filing_draft",
                        serialize=False,
                        to="disputes.case",
                    ),
                ),
                ("body", models.JSONField(default=dict)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="filingdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("saved_at__gte", models.F("begun_at"))), name="filing_draft_saved_after_it_began"
            ),
        ),
    ]
