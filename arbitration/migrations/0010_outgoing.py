"""A ruling that was sent out and can still be called back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0009_desk_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("role", models.CharField(max_length=12)),
                ("until", models.DateTimeField(db_index=True)),
                (
                    "ruling",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="outgoing", to="arbitration.ruling"
                    ),
                ),
            ],
        ),
    ]
