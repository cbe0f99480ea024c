"""Dossiers, exhibits and bytes as facts. Knows no case, no order and no rule about who may see what.

What is append-only here is so by trigger: bytes and seals never change, and a sealed round takes nothing in
or back.
"""

from evidence.models.dossiers import Dossier, Exhibit, Holder, Kind, Receipt, RecordPicture, Seal
from evidence.models.files import Blob, Damage, Derivative, Preparation, PrintedNumbers, Round, Sheet
from evidence.models.library import LibraryItem
from evidence.models.masking import Mask, Opening
from evidence.models.quarantine import Quarantined, Scan
from evidence.models.uploads import Part, Upload

__all__ = [
    "Blob",
    "Damage",
    "Derivative",
    "Dossier",
    "Exhibit",
    "Holder",
    "Kind",
    "LibraryItem",
    "Mask",
    "Opening",
    "Part",
    "Preparation",
    "PrintedNumbers",
    "Quarantined",
    "Receipt",
    "RecordPicture",
    "Round",
    "Scan",
    "Seal",
    "Sheet",
    "Upload",
]
