"""Facts of a case. Constraints first: what must never be true is refused by PostgreSQL, not only by acts."""

from disputes.models.cases import LIVE_STATES, Case, CaseFile, Deadline, Offer, Outcome, Point, PointAnswer, Statement
from disputes.models.contested import ClaimDraft, Contested
from disputes.models.drafts import FilingDraft
from disputes.models.evidence import ExhibitAnswer, Supplement
from disputes.models.retention import ErasureRequest, LegalHold
from disputes.models.shops import Consent, Handling, ReplyDraft, ShopNote

__all__ = [
    "LIVE_STATES",
    "Case",
    "CaseFile",
    "ClaimDraft",
    "Consent",
    "Contested",
    "Deadline",
    "ErasureRequest",
    "ExhibitAnswer",
    "FilingDraft",
    "Handling",
    "LegalHold",
    "Offer",
    "Outcome",
    "Point",
    "PointAnswer",
    "ReplyDraft",
    "ShopNote",
    "Statement",
    "Supplement",
]
