"""What a file hints at, in words for whoever weighs it. Shown at the desk only; a hint decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arbitration.queries import Workspace
from common import dates
from common.ids import PLATFORM_ZONE
from evidence import signals, twins
from evidence.models import Exhibit
from evidence.signals import Moments, Signal
from evidence.twins import Twins
from rulebook.rules import Rules


def of(work: Workspace, rows: Sequence[Exhibit], rules: Rules) -> dict[str, list[str]]:
    """Number of the exhibit → sentences. One query for all of them, and none if they have no files."""
    copies, when = twins.of(rows), moments(work)
    return {row.number: [words(one) for one in found(row, when, copies.get(row.pk), rules)] for row in rows}


def moments(work: Workspace) -> Moments:
    """What times and numbers in files are held against, as the frozen file and the case say."""
    parcels = work.file.get("shipments") or []
    return Moments(
        delivered_at=_signed_at(work.file),
        claimed_at=work.case.opened_at,
        waybills=tuple(parcel["tracking_number"] for parcel in parcels if parcel.get("tracking_number")),
    )


def found(row: Exhibit, when: Moments, copies: Twins | None, rules: Rules) -> list[Signal]:
    """The signals of one exhibit, the weightiest first. No query."""
    kind = rules.exhibits.get(row.code)
    checks = frozenset(check.code for check in kind.checks) if kind is not None else frozenset()
    sheet = row.blob.sheet if row.blob is not None else None
    printed = getattr(row.blob, "printed", None)
    return signals.of(row, sheet, when, copies, checks, printed.numbers if printed is not None else None)


def _signed_at(file: Mapping[str, Any]) -> datetime | None:
    written = (file.get("order") or {}).get("signed_at")
    return datetime.fromisoformat(written) if written else None


def words(signal: Signal) -> str:
    """One signal as a sentence that says what was found, and no more."""
    data = signal.data
    match signal.code:
        case signals.NO_METADATA:
            return _("The file says nothing of time or device. Messengers often remove that.")
        case signals.BEFORE_DELIVERY:
            return _("By its own clock it was taken on %(day)s, before the goods were signed for.") % _day(data)
        case signals.AFTER_CLAIM:
            return _("By its own clock it was taken on %(day)s, after the refund was asked for.") % _day(data)
        case signals.EDITED:
            return _("It was last saved by a program that edits: %(by)s.") % data
        case signals.SAME_HERE:
            text = ngettext(
                "The same file is in this case {n} more time.",
                "The same file is in this case {n} more times.",
                _n(data),
            )
        case signals.SAME_ELSEWHERE:
            text = ngettext(
                "The same file is in {n} other case ({days}).",
                "The same file is in {n} other cases ({days}).",
                _n(data),
            )
        case signals.ALIKE_HERE:
            text = ngettext(
                "A picture that looks almost the same is in this case {n} more time.",
                "Pictures that look almost the same are in this case {n} more times.",
                _n(data),
            )
        case signals.ALIKE_ELSEWHERE:
            text = ngettext(
                "A picture that looks almost the same is in {n} other case ({days}).",
                "Pictures that look almost the same are in {n} other cases ({days}).",
                _n(data),
            )
        case signals.SAME_LISTED:
            return _("The same file is a picture of a listing.")
        case signals.ALIKE_LISTED:
            return _("It looks almost the same as a picture of a listing.")
        case signals.WAYBILL_MATCHES:
            return _("A machine read the number of this order's parcel in it (it ends in %(ending)s).") % data
        case signals.WAYBILL_DIFFERS:
            return (
                _("A machine read no number of this order's parcels in it, but another one (it ends in %(ending)s).")
                % data
            )
        case signals.WAYBILL_NONE:
            return _("A machine found no barcode in it. Plain digits were not read: a number may still be there.")
        case signals.WAYBILL_READ:
            return (
                _(
                    "A machine read this order's waybill number in its plain digits (it ends in %(ending)s). It may misread."
                )
                % data
            )
        case signals.WAYBILL_NOT_READ:
            return _("A machine read its plain digits and saw no waybill number of this order. It may have missed one.")
        case signals.WAYBILL_UNCHECKED:
            return _("Whether the waybill number can be read was not checked by a machine.")
        case signals.TOO_DARK:
            return _("Very dark: details may not be seen.")
        case signals.TOO_BLURRED:
            return _("Not sharp: details may not be seen.")
        case _:
            raise LookupError(signal.code)
    return text.format(n=_n(data), days=_days(data))


def _n(data: Mapping[str, Any]) -> int:
    return int(data["count"])


def _day(data: Mapping[str, Any]) -> dict[str, str]:
    return {"day": dates.full(data["at"])}


def _days(data: Mapping[str, Any]) -> str:
    first, last = (
        dates.written(data[end].astimezone(PLATFORM_ZONE).date(), with_year=True) for end in ("first", "last")
    )
    return first if first == last else f"{first} – {last}"
