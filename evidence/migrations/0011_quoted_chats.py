from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0010_scrub"),
    ]

    operations = [
        migrations.RemoveConstraint("exhibit", "exhibit_is_bytes_or_words"),
        migrations.AlterField(
            "exhibit",
            "kind",
            models.CharField(
                choices=[
                    ("image", "Image"),
                    ("pdf", "Pdf"),
                    ("video", "Video"),
                    ("text", "Text"),
                    ("chat", "Chat"),
                    ("record", "Record"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            "exhibit",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("blob__isnull", False), ("content__isnull", True), ("kind__in", ["image", "pdf", "video"])
                    ),
                    models.Q(
                        ("blob__isnull", True), ("content__isnull", False), ("kind__in", ["text", "chat", "record"])
                    ),
                    _connector="OR",
                ),
                name="exhibit_is_bytes_or_words",
            ),
        ),
    ]
