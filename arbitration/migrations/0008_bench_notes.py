"""Nothing is ruled unseen: skips with their reason; beside them notes on points, marks on pictures, and who sits on a case."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0007_precedent_statistics"),
        ("disputes", "0007_filing_draft"),
        ("evidence", "0016_opening_reasons_go"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draftaside",
            name="tab",
            field=models.CharField(blank=True, max_length=22),
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tab", models.CharField(blank=True, max_length=22)),
                ("turn", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sitting", to="disputes.case"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Skip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.exhibit"
                    ),
                ),
                (
                    "ruling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="skips", to="arbitration.ruling"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Annotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("office", models.CharField(blank=True, max_length=20)),
                ("page", models.PositiveSmallIntegerField(default=0)),
                ("left", models.PositiveSmallIntegerField()),
                ("top", models.PositiveSmallIntegerField()),
                ("right", models.PositiveSmallIntegerField()),
                ("bottom", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=200)),
                ("in_letter", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="annotations", to="disputes.case"
                    ),
                ),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="annotations", to="evidence.exhibit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bottom__lte", 1000),
                            ("left__lte", models.F("right")),
                            ("right__lte", 1000),
                            ("top__lte", models.F("bottom")),
                        ),
                        name="annotation_within_the_picture",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(blank=True, max_length=1000)),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="disputes.point"
                    ),
                ),
                (
                    "ruling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="arbitration.ruling",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("ruling", "point"), name="observation_one_a_point")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="observation",
            trigger=pgtrigger.compiler.Trigger(
                name="observations_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE whose bigint; stands text;",
                    func="\n            IF TG_OP = 'UPDATE' AND NEW.text = '' AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text'\n                AND EXISTS (SELECT FROM arbitration_ruling r WHERE r.id = OLD.ruling_id AND r.erased_at IS NOT NULL)\n                THEN\n                RETURN NEW;\n            END IF;\n            IF TG_OP = 'DELETE' THEN whose := OLD.ruling_id; ELSE whose := NEW.ruling_id; END IF;\n            SELECT r.state INTO stands FROM arbitration_ruling r WHERE r.id = whose;\n            IF stands <> 'draft' OR (TG_OP = 'UPDATE' AND OLD.ruling_id <> NEW.ruling_id) THEN\n                RAISE EXCEPTION 'a ruling that was proposed or served is not altered';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="c27c25fb98700753e438b5849fb8812a20c916db",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_observations_stay_a37b9",
                    table="arbitration_observation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="skip",
            constraint=models.UniqueConstraint(fields=("ruling", "exhibit"), name="skip_one_an_exhibit"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="skip",
            trigger=pgtrigger.compiler.Trigger(
                name="skips_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE whose bigint; stands text;",
                    func="\n            IF TG_OP = 'UPDATE' AND NEW.reason = '' AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason'\n                AND EXISTS (SELECT FROM arbitration_ruling r WHERE r.id = OLD.ruling_id AND r.erased_at IS NOT NULL)\n                THEN\n                RETURN NEW;\n            END IF;\n            IF TG_OP = 'DELETE' THEN whose := OLD.ruling_id; ELSE whose := NEW.ruling_id; END IF;\n            SELECT r.state INTO stands FROM arbitration_ruling r WHERE r.id = whose;\n            IF stands <> 'draft' OR (TG_OP = 'UPDATE' AND OLD.ruling_id <> NEW.ruling_id) THEN\n                RAISE EXCEPTION 'a ruling that was proposed or served is not altered';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="bb7884bec5cf14c18a66f0e0a5dd465664441a2d",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_skips_stay_70265",
                    table="arbitration_skip",
                    when="BEFORE",
                ),
            ),
        ),
    ]
