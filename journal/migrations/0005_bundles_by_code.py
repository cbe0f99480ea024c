from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("journal", "0004_bundle_exported")]
    operations = [
        AddIndexConcurrently(
            "entry",
            models.Index(
                models.F("data__code"), condition=models.Q(("kind", "bundle_exported")), name="journal_bundle_code"
            ),
        ),
    ]
