import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0002_entries_are_salted"),
    ]

    operations = [
        migrations.CreateModel(
            name="Anchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("size", models.PositiveIntegerField()),
                ("root", models.CharField(max_length=64)),
                (
                    "previous",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000", max_length=64
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.CharField(max_length=86)),
            ],
        ),
        migrations.CreateModel(
            name="AnchoredHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("seq", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="anchor",
            trigger=pgtrigger.compiler.Trigger(
                name="anchors_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9f4c7e89ed7866e28b50ef76dd47145851e5fc08",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_anchors_stay_1ea08",
                    table="journal_anchor",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="anchoredhead",
            name="anchor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="heads", to="journal.anchor"
            ),
        ),
        migrations.AddField(
            model_name="anchoredhead",
            name="stream",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="anchored", to="journal.stream"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchoredhead",
            constraint=models.UniqueConstraint(fields=("anchor", "place"), name="journal_one_leaf_per_place"),
        ),
        migrations.AddConstraint(
            model_name="anchoredhead",
            constraint=models.UniqueConstraint(fields=("stream", "seq"), name="journal_anchored_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="anchoredhead",
            trigger=pgtrigger.compiler.Trigger(
                name="leaves_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="dc7bd25cd84a929836d41d7fce338270bad0b654",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_leaves_stay_3c643",
                    table="journal_anchoredhead",
                    when="BEFORE",
                ),
            ),
        ),
    ]
