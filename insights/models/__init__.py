"""What was counted for each shop, once an hour, and copies that people asked for of what is kept about them."""

from insights.models.consistency import Consistency, Outcomes
from insights.models.copies import PersonalCopy
from insights.models.measures import Measure

__all__ = [
    "Consistency",
    "Measure",
    "Outcomes",
    "PersonalCopy",
]
