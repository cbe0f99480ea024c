"""The words of a ruling's parts wherever the desk prints them: findings and weights of evidence."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from arbitration.models import Admission, Finding

Text = str | Promise

FINDINGS: dict[str, Text] = {
    Finding.BUYER: gettext_lazy("For the buyer"),
    Finding.MERCHANT: gettext_lazy("For the merchant"),
    Finding.UNDETERMINED: gettext_lazy("Unclear"),
}
VERDICTS: dict[str, Text] = {
    Admission.FULL: gettext_lazy("Admitted"),
    Admission.PART: gettext_lazy("Admitted in part"),
    Admission.NONE: gettext_lazy("Not admitted"),
}
