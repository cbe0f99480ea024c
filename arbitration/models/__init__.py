"""What the bench writes down: rulings, findings, admissions, approvals, appeals. Knows no money and moves no state.

What must never be true is refused by PostgreSQL: two rulings in force in one round, an approval or a decision on appeal by
whoever ruled, a word changed after it was proposed.
"""

from arbitration.models.appeals import Appeal
from arbitration.models.approvals import Approval, SecondReader
from arbitration.models.bench import Annotation, DeskSettings, HandBack, Seen, Sitting
from arbitration.models.calibration import ClauseNote, Draw, DrawFinding
from arbitration.models.precedents import Deviation, DrawnLine, Precedent
from arbitration.models.prints import Print
from arbitration.models.rulings import Admission, CitedClause, DraftAside, Finding, Observation, Outgoing, Ruling, Skip

__all__ = [
    "Admission",
    "Annotation",
    "Appeal",
    "Approval",
    "CitedClause",
    "ClauseNote",
    "DeskSettings",
    "Deviation",
    "DraftAside",
    "Draw",
    "DrawFinding",
    "DrawnLine",
    "Finding",
    "HandBack",
    "Observation",
    "Outgoing",
    "Precedent",
    "Print",
    "Ruling",
    "SecondReader",
    "Seen",
    "Sitting",
    "Skip",
]
