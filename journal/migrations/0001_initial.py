import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import journal.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

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
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("kind", models.CharField(choices=journal.models.kinds, max_length=32)),
                ("actor_role", models.CharField(max_length=12)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("client_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
                ("salt", models.CharField(max_length=32)),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("head_seq", models.PositiveIntegerField(default=0)),
                (
                    "head_digest",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000", max_length=64
                    ),
                ),
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
            model_name="entry",
            name="stream",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="journal.stream"
            ),
        ),
        migrations.AddField(
            model_name="anchoredhead",
            name="stream",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="anchored", to="journal.stream"
            ),
        ),
        migrations.CreateModel(
            name="Undelivered",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="undelivered",
                        serialize=False,
                        to="journal.entry",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("set_aside_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="undelivered", to="journal.stream"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["kind", "at"], name="journal_kind_at"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("data__code"), condition=models.Q(("kind", "bundle_exported")), name="journal_bundle_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("stream", "seq"), name="journal_one_entry_per_place"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="entries_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="af43275d5965fb8f376ac9e0b1034cfec4d8465a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_entries_stay_ed4a0",
                    table="journal_entry",
                    when="BEFORE",
                ),
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
        migrations.AddIndex(
            model_name="undelivered",
            index=models.Index(fields=["stream", "entry"], name="journal_undelivered_order"),
        ),
    ]
