from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0008_videos"),
    ]

    operations = [
        migrations.CreateModel(
            name="Preparation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=40)),
                ("begun_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("retry_at", models.DateTimeField()),
                ("refused_at", models.DateTimeField(null=True)),
                ("set_aside_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("data", models.JSONField(default=dict)),
                (
                    "blob",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="preparation", to="evidence.blob"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("refused_at__isnull", True), ("set_aside_at__isnull", True)),
                        fields=["owner", "id"],
                        name="evidence_to_be_prepared",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("told_at__isnull", True),
                            models.Q(("refused_at__isnull", False), ("set_aside_at__isnull", False), _connector="OR"),
                        ),
                        fields=["id"],
                        name="evidence_to_be_told",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refused_at__isnull", True), models.Q(("code", ""), _negated=True), _connector="OR"
                        ),
                        name="preparation_is_refused_for_a_reason",
                    )
                ],
            },
        ),
    ]
