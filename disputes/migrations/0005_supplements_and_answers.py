"""What an arbitrator asked a side for, one by one, and what a side says of the other's exhibits."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

SIDES = [("buyer", "buyer"), ("merchant", "merchant")]
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0004_in_kind_has_its_sum"),
        ("evidence", "0011_quoted_chats"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExhibitAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("side", models.CharField(choices=SIDES, max_length=8)),
                (
                    "stance",
                    models.CharField(choices=[("genuine", "genuine"), ("disputed", "disputed")], max_length=8),
                ),
                (
                    "grounds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("case", models.ForeignKey(on_delete=PROTECT, related_name="exhibit_answers", to="disputes.case")),
                ("exhibit", models.ForeignKey(on_delete=PROTECT, related_name="answers", to="evidence.exhibit")),
                ("words", models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="disputes.statement")),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("exhibit", "side", "round"), name="exhibit_answered_once_a_round"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grounds", []), ("stance", "genuine")),
                            models.Q(("stance", "disputed"), models.Q(("grounds", []), _negated=True)),
                            _connector="OR",
                        ),
                        name="exhibit_is_disputed_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supplement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("side", models.CharField(choices=SIDES, max_length=8)),
                ("code", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField()),
                ("case", models.ForeignKey(on_delete=PROTECT, related_name="supplements", to="disputes.case")),
                ("point", models.ForeignKey(on_delete=PROTECT, related_name="+", to="disputes.point")),
                ("why", models.ForeignKey(on_delete=PROTECT, related_name="+", to="disputes.statement")),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "asked_at", "side", "code", "point"), name="supplement_asked_once_at_a_time"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplement",
            trigger=pgtrigger.compiler.Trigger(
                name="supplements_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    pgid="pgtrigger_supplements_stay_66153",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    table="disputes_supplement",
                    when="BEFORE",
                    operation="UPDATE",
                    hash="04b5dbcc9637ecc54632435d0b4191cbe4f2c63d",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exhibitanswer",
            trigger=pgtrigger.compiler.Trigger(
                name="exhibit_answers_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    pgid="pgtrigger_exhibit_answers_stay_d2977",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    table="disputes_exhibitanswer",
                    when="BEFORE",
                    operation="UPDATE",
                    hash="46d945fed0c3d1adee4baaec484e11087e184e7d",
                ),
            ),
        ),
    ]
