from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0009_preparation")]
    operations = [
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("after_blob", models.BigIntegerField(default=0)),
                ("files", models.PositiveBigIntegerField(default=0)),
                ("held_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="round_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Damage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(choices=[("missing", "missing"), ("altered", "altered")], max_length=8),
                ),
                ("found_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "blob",
                    models.ForeignKey(on_delete=models.deletion.CASCADE, related_name="damages", to="evidence.blob"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=["found_at"],
                        name="evidence_damaged_now",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=("blob", "kind"),
                        name="damage_told_once",
                    )
                ],
            },
        ),
    ]
