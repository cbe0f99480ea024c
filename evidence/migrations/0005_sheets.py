from __future__ import annotations

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0004_seals_are_signed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sheet",
            fields=[
                (
                    "blob",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sheet",
                        serialize=False,
                        to="evidence.blob",
                    ),
                ),
                ("read_at", models.DateTimeField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("pages", models.PositiveSmallIntegerField(default=0)),
                ("taken_at", models.CharField(blank=True, max_length=32)),
                ("make", models.CharField(blank=True, max_length=60)),
                ("model", models.CharField(blank=True, max_length=60)),
                ("software", models.CharField(blank=True, max_length=60)),
                ("has_position", models.BooleanField(default=False)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("fps_hundredths", models.PositiveIntegerField(default=0)),
                ("codec", models.CharField(blank=True, max_length=16)),
                ("sound", models.CharField(blank=True, max_length=16)),
                ("dhash", models.CharField(blank=True, db_index=True, max_length=16)),
                ("brightness", models.PositiveSmallIntegerField(null=True)),
                ("sharpness", models.PositiveSmallIntegerField(null=True)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sheet",
            trigger=pgtrigger.compiler.Trigger(
                name="sheets_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="224c6dcbfa6026360dbfa73cfbe1c269f1995a00",
                    operation="UPDATE",
                    pgid="pgtrigger_sheets_stay_f0968",
                    table="evidence_sheet",
                    when="BEFORE",
                ),
            ),
        ),
    ]
