"""Copies that people ask for of what is kept about them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0001_measures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=43, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                ("body", models.BinaryField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="personal_copies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("made_at__isnull", True)), fields=["asked_at", "id"], name="copy_to_be_made"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("made_at__isnull", True)), fields=("user",), name="copy_one_under_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body__isnull", True), ("expires_at__isnull", True), ("made_at__isnull", True)),
                            models.Q(
                                ("body__isnull", False), ("expires_at__isnull", False), ("made_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="copy_is_made_or_not",
                    ),
                ],
            },
        ),
    ]
