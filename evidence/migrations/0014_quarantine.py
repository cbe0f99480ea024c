"""What a scanner said: that it found nothing, or what it found in a file that was not taken."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0013_erasure"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scan",
            fields=[
                (
                    "blob",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="scan",
                        serialize=False,
                        to="evidence.blob",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("engine", models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name="Quarantined",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("mime", models.CharField(max_length=40)),
                ("found", models.CharField(max_length=120)),
                ("engine", models.CharField(max_length=120)),
                ("owner", models.CharField(blank=True, max_length=40)),
                ("key", models.CharField(max_length=80, unique=True)),
                ("secret", models.BinaryField()),
                ("gone_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=["at", "id"],
                        name="evidence_quarantined_now",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("found", ""), _negated=True), name="quarantined_for_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gone_at__isnull", True), ("secret", b""), _connector="OR"),
                        name="quarantined_key_goes_too",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scan",
            trigger=pgtrigger.compiler.Trigger(
                name="scans_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b4a03fc71e7688d17ee2492aebb9859a82cbd9aa",
                    operation="UPDATE",
                    pgid="pgtrigger_scans_stay_a5b4b",
                    table="evidence_scan",
                    when="BEFORE",
                ),
            ),
        ),
    ]
