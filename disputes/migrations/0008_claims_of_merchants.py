"""A case knows whose claim it is; a merchant's is about a payout."""

import django.db.models.deletion
from django.db import migrations, models

REASONS = [(reason, reason) for reason in ("swapped", "false_claim", "wrong_finding", "paid_twice")]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_evidence_read"),
        ("marketplace", "0002_movements_name_their_instruction"),
        ("disputes", "0007_filing_draft"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="claimant",
            field=models.CharField(
                choices=[("buyer", "buyer"), ("merchant", "merchant")], default="buyer", max_length=8
            ),
        ),
        migrations.CreateModel(
            name="Contested",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="contests",
                        serialize=False,
                        to="disputes.case",
                    ),
                ),
                ("reason", models.CharField(choices=REASONS, max_length=16)),
                ("paid_at", models.DateTimeField()),
                (
                    "earlier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contested_by",
                        to="disputes.case",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contested_by",
                        to="marketplace.externalrefund",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="contested",
            constraint=models.CheckConstraint(
                condition=models.Q(("earlier__isnull", False), ("refund__isnull", True))
                | models.Q(("earlier__isnull", True), ("refund__isnull", False)),
                name="contested_one_payout",
            ),
        ),
        migrations.CreateModel(
            name="ClaimDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=24)),
                ("body", models.JSONField(default=dict)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField(db_index=True)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.merchant"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="claimdraft",
            constraint=models.UniqueConstraint(fields=("merchant", "ref"), name="claim_draft_one_a_payout"),
        ),
        migrations.AddConstraint(
            model_name="claimdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("saved_at__gte", models.F("begun_at"))), name="claim_draft_saved_after_begun"
            ),
        ),
    ]
