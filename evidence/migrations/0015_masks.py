"""Masks over pictures of exhibits, and who looked beneath them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0014_quarantine"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.PositiveSmallIntegerField()),
                ("regions", models.JSONField()),
                ("role", models.CharField(max_length=12)),
                ("by_id", models.BigIntegerField(null=True)),
                ("client_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("copies", models.JSONField(null=True)),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="masks", to="evidence.blob"
                    ),
                ),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="masks", to="evidence.exhibit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=12)),
                ("by_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="evidence.exhibit"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="mask",
            index=models.Index(
                condition=models.Q(("copies__isnull", True)), fields=["id"], name="evidence_to_be_masked"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mask",
            trigger=pgtrigger.compiler.Trigger(
                name="masks_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF to_jsonb(NEW) - ARRAY['tries', 'claimed_at', 'copies']\n                            = to_jsonb(OLD) - ARRAY['tries', 'claimed_at', 'copies'] AND OLD.copies IS NULL THEN\n                        RETURN NEW;\n                    END IF;\n                    RAISE EXCEPTION 'a mask is only ever finished, once';\n                ",
                    hash="30d276b27186a0e59126567bfa8d69e33b2b3db5",
                    operation="UPDATE",
                    pgid="pgtrigger_masks_stay_0fb63",
                    table="evidence_mask",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="opening",
            index=models.Index(fields=["exhibit", "by_id", "-until"], name="evidence_opened"),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="opened_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("at"))), name="opened_for_a_while"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="openings_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b77d13d9fb20dfb2f62ccd299e341f8612e64051",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_openings_stay_70353",
                    table="evidence_opening",
                    when="BEFORE",
                ),
            ),
        ),
    ]
