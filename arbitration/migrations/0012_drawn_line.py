"""The line that like cases drew for a case, kept while its file stays as it is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0011_outgoing_set_aside"),
        ("disputes", "0008_claims_of_merchants"),
    ]

    operations = [
        migrations.CreateModel(
            name="DrawnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("basis", models.CharField(max_length=64)),
                ("result", models.CharField(blank=True, max_length=8)),
                ("alike", models.PositiveIntegerField(default=0)),
                ("near", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drawn_line", to="disputes.case"
                    ),
                ),
            ],
        ),
    ]
