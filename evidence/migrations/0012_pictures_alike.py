"""Pictures that look alike are found by the four quarters of their hash, among millions."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Substr


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("evidence", "0011_quoted_chats"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="sheet",
            index=models.Index(Substr("dhash", start, 4), name=f"evidence_alike_{place}"),
        )
        for place, start in enumerate((1, 5, 9, 13), start=1)
    ]
