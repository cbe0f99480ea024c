"""A ruling that could not be served is backed off, and set aside where operations see it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0010_outgoing"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoing",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="error",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="retry_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="outgoing",
            name="set_aside_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(
                condition=models.Q(("set_aside_at__isnull", False)), fields=["set_aside_at"], name="outgoing_aside"
            ),
        ),
    ]
