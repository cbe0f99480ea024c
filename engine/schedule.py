"""How often beat wakes the workers. A missed or doubled wake-up costs a second, never a deadline."""

from __future__ import annotations

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "deadlines": {"task": "engine.deadlines", "schedule": 1.0, "options": {"queue": "clock", "expires": 5}},
    "consequences": {"task": "engine.consequences", "schedule": 1.0, "options": {"queue": "delivery", "expires": 5}},
    "money": {"task": "engine.money", "schedule": 2.0, "options": {"queue": "delivery", "expires": 10}},
    "mail": {"task": "engine.mail", "schedule": 2.0, "options": {"queue": "mail", "expires": 10}},
    "files": {"task": "engine.files", "schedule": 2.0, "options": {"queue": "evidence", "expires": 5}},
    "pictures": {"task": "engine.pictures", "schedule": 10.0, "options": {"queue": "files", "expires": 10}},
    "letters": {"task": "engine.letters", "schedule": 2.0, "options": {"queue": "files", "expires": 5}},
    "calendar": {"task": "engine.calendar", "schedule": 600.0, "options": {"queue": "clock", "expires": 300}},
    "debts": {"task": "engine.debts", "schedule": 600.0, "options": {"queue": "delivery", "expires": 300}},
    "uploads": {"task": "engine.uploads", "schedule": 60.0, "options": {"queue": "files", "expires": 50}},
    "jury": {"task": "engine.jury", "schedule": 5.0, "options": {"queue": "delivery", "expires": 10}},
    "anchoring": {"task": "engine.anchoring", "schedule": 3600.0, "options": {"queue": "clock", "expires": 1800}},
    "reading": {"task": "engine.reading", "schedule": 300.0, "options": {"queue": "files", "expires": 240}},
    "copies": {"task": "engine.copies", "schedule": 10.0, "options": {"queue": "files", "expires": 10}},
    "measures": {"task": "engine.measures", "schedule": 60.0, "options": {"queue": "files", "expires": 50}},
    "housekeeping": {"task": "engine.housekeeping", "schedule": 3600.0, "options": {"queue": "files", "expires": 1800}},
}
