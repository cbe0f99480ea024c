import django.contrib.postgres.fields
from django.db import migrations, models

SCOPES = ["ingest", "cases.read", "cases.write", "evidence.read", "evidence.write", "outcomes.read"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sign_in_tries")]
    operations = [
        migrations.AlterField(
            "apiclient",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=[(scope, scope) for scope in SCOPES], max_length=20), size=None
            ),
        ),
    ]
