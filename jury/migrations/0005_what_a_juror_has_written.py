"""What a juror has written is kept until they vote, sealed, so that every page of a vote can be asked for again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jury", "0004_votes_are_found_by_receipt"),
    ]

    operations = [
        migrations.AddField(
            model_name="seat",
            name="draft",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("draft", ""), ("state", "sitting"), _connector="OR"),
                name="seat_drafts_while_sitting",
            ),
        ),
    ]
