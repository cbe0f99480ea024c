"""Where else the same file, or a picture that looks the same, is an exhibit, or is shown by a listing. Never tells whose.

Pictures are compared by the 64 bits of their difference hash (``Sheet.dhash``). Two that differ in at most ``ALIKE`` bits
agree in one of four quarters but for one bit at most, so that four indexes find every pair, without a look at the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from evidence.models import Exhibit

ALIKE = 6
# Flat pictures, a white page or a dark room, all hash alike: nothing can be told from them.
_PLAIN = 8
# A quarter that is (nearly) all zeros or ones is shared by a great part of all pictures; the other three find their pairs.
_COMMON = 1
# However many share a quarter, no more are looked at than this.
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """``count``: exhibits here, cases elsewhere, pictures of listings. ``first`` and ``last``: when they were put in."""

    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Twins:
    same_here: Seen | None = None
    same_elsewhere: Seen | None = None
    alike_here: Seen | None = None
    alike_elsewhere: Seen | None = None
    same_listed: Seen | None = None
    alike_listed: Seen | None = None


def of(exhibits: Sequence[Exhibit]) -> dict[int, Twins]:
    """For each of these exhibits with a file, by id. One query, with their blobs and sheets fetched; none without files."""
    asked = [row for row in exhibits if row.blob_id is not None and row.blob is not None]
    if not asked:
        return {}
    values, parameters = [], []
    for row in asked:
        hashed = getattr(row.blob, "sheet", None)
        values.append("(%s::bigint, %s::bigint, %s::text, %s::text, %s::text[], %s::text[], %s::text[], %s::text[])")
        dhash = hashed.dhash if hashed is not None else ""
        parameters += [row.pk, row.dossier_id, row.sha256, dhash or "0" * 16, *(quarters(dhash))]
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(values=", ".join(values)), [*parameters, _MOST_COMPARED, ALIKE])
        found: dict[int, dict[str, Seen]] = {}
        for pk, place, same, pieces, cases, first, last in cursor.fetchall():
            kind = f"{'same' if same else 'alike'}_{place}"
            found.setdefault(pk, {})[kind] = Seen(cases if place == "elsewhere" else pieces, first, last)
    return {row.pk: Twins(**found.get(row.pk, {})) for row in asked}


def quarters(dhash: str) -> list[list[str]]:
    """For each quarter of a hash the values to look for: itself and what differs in one bit. Four empty lists: none."""
    if not dhash or not _PLAIN <= int(dhash, 16).bit_count() <= 64 - _PLAIN:
        return [[], [], [], []]
    return [_near(int(dhash[start : start + 4], 16)) for start in range(0, 16, 4)]


def _near(quarter: int) -> list[str]:
    values = [quarter, *(quarter ^ (1 << bit) for bit in range(16))]
    return [f"{value:04x}" for value in values if _COMMON < value.bit_count() < 16 - _COMMON]


_SQL = """
    WITH asked (exhibit, dossier, sha256, dhash, q1, q2, q3, q4) AS (VALUES {values})
    SELECT exhibit, place, same, count(*), count(DISTINCT dossier), min(at), max(at)
      FROM (
        SELECT asked.exhibit, other.id, other.dossier, other.at, bool_or(twin.same) AS same,
               CASE WHEN other.dossier IS NULL THEN 'listed'
                    WHEN other.dossier = asked.dossier THEN 'here' ELSE 'elsewhere' END AS place
          FROM asked
         CROSS JOIN LATERAL (
            SELECT blob.id AS blob, true AS same FROM evidence_blob blob WHERE blob.sha256 = asked.sha256
            UNION ALL
            SELECT near.blob_id, false
              FROM (
                SELECT sheet.blob_id, sheet.dhash FROM evidence_sheet sheet
                 WHERE substring(sheet.dhash, 1, 4) = ANY (asked.q1) OR substring(sheet.dhash, 5, 4) = ANY (asked.q2)
                       OR substring(sheet.dhash, 9, 4) = ANY (asked.q3) OR substring(sheet.dhash, 13, 4) = ANY (asked.q4)
                 LIMIT %s
              ) near
             WHERE bit_count((('x' || near.dhash)::bit(64) # ('x' || asked.dhash)::bit(64))) <= %s
         ) twin
         CROSS JOIN LATERAL (
            SELECT id, dossier_id AS dossier, added_at AS at FROM evidence_exhibit
             WHERE blob_id = twin.blob AND id <> asked.exhibit AND withdrawn_at IS NULL
            UNION ALL
            SELECT id, NULL, wanted_at FROM evidence_recordpicture WHERE blob_id = twin.blob
         ) other
         GROUP BY asked.exhibit, asked.dossier, other.id, other.dossier, other.at
      ) found
     GROUP BY exhibit, place, same
"""
