"""Words that may stand in the way of what somebody wants to say: insults, and numbers that others should not have.

Pure, and only ever a hint: nothing is refused, changed or sent anywhere for it.
"""

from __future__ import annotations

import re

from web import records

INSULTS = (
    *("骗子", "傻逼", "傻x", "混蛋", "垃圾商家", "无良", "去死", "王八蛋", "不要脸", "狗东西", "脑残", "智障", "奸商"),
    *("騙子", "無良", "不要臉", "腦殘"),
    *("idiot", "moron", "scum", "bastard", "asshole", "scammer", "crook", "bullshit"),
)
_INSULT = re.compile("|".join(map(re.escape, INSULTS)), re.IGNORECASE)


def remarks(text: str) -> list[str]:
    """``insult`` and ``number`` (one that a person can be called by), as far as they are met."""
    found = ["insult"] if _INSULT.search(text) else []
    return [*found, "number"] if records.masked(text) != text else found
