from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0006_sheets_of_old_files"),
    ]

    operations = [
        # With a default, so that the way back finds something to write.
        migrations.AlterField("blob", "width", models.PositiveIntegerField(default=0)),
        migrations.AlterField("blob", "height", models.PositiveIntegerField(default=0)),
        migrations.RemoveField("blob", "height"),
        migrations.RemoveField("blob", "pages"),
        migrations.RemoveField("blob", "width"),
    ]
