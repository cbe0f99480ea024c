from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_uploads_in_parts")]
    operations = [
        migrations.AddField("seal", "records", models.JSONField(default=list)),
        migrations.AddField("seal", "key_id", models.CharField(max_length=16, default=""), preserve_default=False),
        migrations.AddField("seal", "signature", models.CharField(max_length=86, default=""), preserve_default=False),
        migrations.AddConstraint(
            "seal",
            models.CheckConstraint(
                condition=models.Q(("manifest__format", 1)) | ~models.Q(("signature", "")), name="seal_is_signed"
            ),
        ),
    ]
