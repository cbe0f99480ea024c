"""How somebody of the bench works, and an index to what of theirs was overturned."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0008_bench_notes"),
        ("disputes", "0007_filing_draft"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("keys_on", models.BooleanField(default=True)),
                ("keys", models.JSONField(default=dict)),
                ("compact", models.BooleanField(default=False)),
                ("swapped", models.BooleanField(default=False)),
                ("goes_on", models.BooleanField(default=False)),
                ("views", models.JSONField(default=list)),
                ("saved_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("decision__in", ["changed", "sent_back"])),
                fields=["ruling_author", "-decided_at"],
                name="appeal_overturned",
            ),
        ),
        migrations.AddField(
            model_name="desksettings",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="desk_settings", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
