"""Final rulings to be found again, reasons for departing from them, and second readings."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0004_erasure"),
        ("disputes", "0007_filing_draft"),
        ("rulebook", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=26, unique=True)),
                ("drawn_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("remedy", models.CharField(blank=True, max_length=4)),
                ("merchant_share", models.PositiveSmallIntegerField(null=True)),
                (
                    "clauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("submitted_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ruling",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draw", to="arbitration.ruling"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClauseNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12)),
                ("opened_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="disputes.point"
                    ),
                ),
                (
                    "rules",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rulebook.ruleset"
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="arbitration.draw"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DrawFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.CharField(max_length=12)),
                (
                    "second",
                    models.CharField(
                        choices=[("buyer", "buyer"), ("merchant", "merchant"), ("undetermined", "undetermined")],
                        max_length=12,
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="arbitration.draw"
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="disputes.point"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Precedent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=10, unique=True)),
                ("month", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("on_appeal", models.BooleanField(default=False)),
                ("type_code", models.CharField(max_length=32)),
                ("category", models.CharField(max_length=40)),
                ("currency", models.CharField(max_length=3)),
                ("band", models.PositiveSmallIntegerField()),
                (
                    "buyer_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                (
                    "merchant_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[("full", "full"), ("part", "part"), ("merchant", "merchant")], max_length=8
                    ),
                ),
                ("remedy", models.CharField(max_length=4)),
                ("merchant_share", models.PositiveSmallIntegerField()),
                (
                    "clauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("rules_version", models.CharField(max_length=40)),
                ("points", models.JSONField(default=list)),
                ("reasons", models.TextField(blank=True)),
                ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=24)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="precedent", to="disputes.case"
                    ),
                ),
                (
                    "ruling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="arbitration.ruling"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deviation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("usual", models.CharField(blank=True, max_length=8)),
                ("alike", models.PositiveIntegerField(default=0)),
                ("near", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "ruling",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deviation", to="arbitration.ruling"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("erased_at__isnull", True), ("reason", ""), _connector="OR"),
                        name="deviation_erased_says_nothing",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deviation",
            trigger=pgtrigger.compiler.Trigger(
                name="deviations_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE whose bigint; stands text; goes text[];",
                    func="\n                    goes := ARRAY['reason', 'erased_at'];\n                    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL\n                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN\n                        RETURN NEW;\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN whose := OLD.ruling_id; ELSE whose := NEW.ruling_id; END IF;\n                    SELECT r.state INTO stands FROM arbitration_ruling r WHERE r.id = whose;\n                    IF stands <> 'draft' OR (TG_OP = 'UPDATE' AND OLD.ruling_id <> NEW.ruling_id) THEN\n                        RAISE EXCEPTION 'a ruling that was proposed or served is not altered';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ",
                    hash="da9c5fe1c2aae7b42538f5daa09d28677ff1617c",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_deviations_stay_ace6d",
                    table="arbitration_deviation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="draw",
            index=models.Index(
                condition=models.Q(("reader__isnull", True)), fields=["drawn_at", "id"], name="draw_open"
            ),
        ),
        migrations.AddIndex(
            model_name="draw",
            index=models.Index(fields=["reader", "-submitted_at"], name="draw_of_reader"),
        ),
        migrations.AddIndex(
            model_name="draw",
            index=models.Index(fields=["submitted_at"], name="draw_submitted"),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reader__isnull", True), models.Q(("reader", models.F("author")), _negated=True), _connector="OR"
                ),
                name="draw_read_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reader__isnull", True), ("taken_at__isnull", True)),
                    models.Q(("reader__isnull", False), ("taken_at__isnull", False)),
                    _connector="OR",
                ),
                name="draw_taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merchant_share__isnull", True), ("remedy", ""), ("submitted_at__isnull", True)),
                    models.Q(
                        ("merchant_share__lte", 10000),
                        ("reader__isnull", False),
                        ("submitted_at__isnull", False),
                        models.Q(("remedy", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="draw_submitted_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                condition=models.Q(("submitted_at__isnull", True)), fields=("reader",), name="draw_one_in_hand"
            ),
        ),
        migrations.AddIndex(
            model_name="clausenote",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["number", "id"], name="clause_note_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="clausenote",
            constraint=models.UniqueConstraint(fields=("draw", "point", "number"), name="clause_note_once"),
        ),
        migrations.AddConstraint(
            model_name="clausenote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("closed_at__isnull", True), ("closed_by__isnull", True)),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="clause_note_closed_with_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="drawfinding",
            constraint=models.UniqueConstraint(fields=("draw", "point"), name="draw_one_finding_a_point"),
        ),
        migrations.AddIndex(
            model_name="precedent",
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="precedent_words"),
        ),
        migrations.AddIndex(
            model_name="precedent",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["type_code", "currency", "-id"],
                name="precedent_of_type",
            ),
        ),
        migrations.AddIndex(
            model_name="precedent",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["type_code", "currency", "category", "-id"],
                name="precedent_of_goods",
            ),
        ),
        migrations.AddIndex(
            model_name="precedent",
            index=models.Index(fields=["month"], name="precedent_month"),
        ),
        migrations.AddConstraint(
            model_name="precedent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_because", ""), ("withdrawn_by__isnull", True)),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawn_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="precedent_withdrawn_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="precedent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(("points", []), ("reasons", ""), ("words__isnull", True)),
                    _connector="OR",
                ),
                name="precedent_erased_says_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="precedent",
            constraint=models.CheckConstraint(
                condition=models.Q(("merchant_share__lte", 10000)), name="precedent_share_is_a_share"
            ),
        ),
    ]
