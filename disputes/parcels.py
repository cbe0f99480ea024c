"""How far the parcels of a thing have come, where the state of its order does not say it. One statement; decides nothing.

Some kinds of dispute are about a parcel: the one that nobody has sent, the one that went back (rules b.1).
"""

from __future__ import annotations

from django.db.models import Value
from django.db.models.functions import Coalesce, Concat

from disputes.models import Statement
from marketplace.models import Order, Shipment, TrackingEvent
from rulebook.schema import Parcel

# What the sides themselves told of a return, by the kind of their statement.
_NUMBER_GIVEN, _FOUND_WANTING = "return_tracking", "return_refusal"
_OUT, _BACK = f"{Shipment.Direction.OUTBOUND}:", f"{Shipment.Direction.RETURN}:"


def known_of(line_id: int, order: Order) -> frozenset[Parcel]:
    """What is true now of the parcels of this line of the order: by the carriers' records, and by what the sides told of it.

    A parcel is known of a whole order: which of its things lie in it, no record says.
    """
    mark = Concat("direction", Value(":"), Coalesce("events__code", Value("")))
    carried = Shipment.objects.filter(order=order).order_by().values_list(mark)
    told = Statement.objects.filter(case__line=line_id, kind__in=(_NUMBER_GIVEN, _FOUND_WANTING)).order_by()
    marks = {str(row[0]) for row in carried.union(told.values_list("kind"))}
    found = set()
    sent = {mark for mark in marks if mark.startswith(_OUT)}
    if order.state == "PAID_UNSHIPPED" or not sent or _OUT in sent:
        found.add(Parcel.UNSCANNED)
    if _NUMBER_GIVEN in marks or any(mark.startswith(_BACK) for mark in marks):
        found.add(Parcel.SENT_BACK)
    if _FOUND_WANTING in marks or f"{_BACK}{TrackingEvent.Code.SIGNED}" in marks:
        found |= {Parcel.SENT_BACK, Parcel.CAME_BACK}
    return frozenset(found)
