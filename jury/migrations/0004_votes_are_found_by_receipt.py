"""A juror's receipt is found at /verify/ by what its code is read from; nothing is stored for it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("jury", "0003_reasons_are_rated"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="ballot",
            index=models.Index(
                models.Func(
                    models.F("commitment"),
                    template="substr(sha256(decode(%(expressions)s, 'escape')), 1, 8)",
                    output_field=models.BinaryField(),
                ),
                name="ballot_receipt",
            ),
        ),
    ]
