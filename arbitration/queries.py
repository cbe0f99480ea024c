"""What the desk's pages read: queues by keyset, one workspace, one approval. Reads only; decides nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import JSONBAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import Grant, Membership
from arbitration import record
from arbitration.models import (
    Admission,
    Annotation,
    Appeal,
    CitedClause,
    DeskSettings,
    Finding,
    HandBack,
    Observation,
    Outgoing,
    Ruling,
    Seen,
    Skip,
)
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing
from disputes import access
from disputes import queries as cases
from disputes.lifecycle import State
from disputes.models import Case, CaseFile, ExhibitAnswer, Offer, Point, Statement
from evidence import masking, record_pictures
from evidence.models import Exhibit

PAGE = 50
# In which order cases are ruled: soonest deadline first, then as `routing.in_order` has it.
ORDER = ("due_at", "-priority", "-claimed", "id")
# What a row of a list shows, decides by, or goes on from: a case is wide, and fifty of them cost by the column.
_LISTED = (
    *(
        "number",
        "title",
        "state",
        "version",
        "round",
        "state_since",
        "awaits",
        "due_at",
        "priority",
        "type_code",
        "claimed",
    ),
    *("currency", "substance_rules", "procedure_rules", "suspended_at", "buyer_appealed_at", "merchant_appealed_at"),
    *("evidence_closes_at", "buyer_handed_in_at", "merchant_handed_in_at"),
    *("decided_on_appeal", "outcome", "dossier", "kind", "returns", "claimant"),
)


_OF_A_MARK = ("id", "page", "left", "top", "right", "bottom", "text", "office", "author", "in_letter")


class View(StrEnum):
    """The lists of the desk. ``WAITING``: anybody's to take; ``MINE``: in hand; the next two are a senior's."""

    WAITING = "waiting"
    MINE = "mine"
    APPROVALS = "approvals"
    APPEALS = "appeals"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: after this row. Keyset by due time and id."""

    due_at: datetime
    id: int


@dataclass(frozen=True)
class Page:
    """``next`` is ``None`` on the last page. Each case has ``points_count`` and ``exhibits_count``, and of its columns
    those that a list reads.
    """

    cases: list[Case]
    next: Cursor | None


def queue(
    actor: Actor,
    view: View,
    *,
    cursor: Cursor | None = None,
    type_code: str = "",
    least: int | None = None,
    merchant_id: int | None = None,
    size: int = PAGE,
    among: QuerySet[Case] | None = None,
) -> Page:
    """One page of a desk's list, soonest deadline first. One query, whatever the length of the table.

    ``least``: only claims of at least this sum, in minor units. Cases in which the reader has an interest are not there.
    ``among``: what the reader may judge (`access.open_to_judge`), where the page has worked it out already.
    Raises `Missing` for whoever does not sit on the bench.
    """
    cases = _of_view(actor, view, among)
    if type_code:
        cases = cases.filter(type_code=type_code)
    if least is not None:
        cases = cases.filter(claimed__gte=least)
    if merchant_id is not None:
        cases = cases.filter(merchant_id=merchant_id)
    if view is View.DONE:
        return _newest(cases, cursor, size)
    if cursor is not None:
        cases = cases.filter(Q(due_at__gt=cursor.due_at) | Q(due_at=cursor.due_at) & _after_row(cursor.id))
    rows = list(_counted(cases.filter(due_at__isnull=False).order_by(*ORDER))[: size + 1])
    last = rows[size - 1] if len(rows) > size else None
    return Page(rows[:size], Cursor(last.due_at, last.pk) if last and last.due_at else None)


def _after_row(pk: int) -> Q:
    """Of the cases with the same deadline those that come after this one in `ORDER`."""
    row = Case.objects.filter(pk=pk)
    priority, claimed = Subquery(row.values("priority")), Subquery(row.values("claimed"))
    lower = Q(priority__lt=priority) | Q(priority=priority, claimed__lt=claimed)
    return lower | Q(priority=priority, claimed=claimed, id__gt=pk)


def at_hand(actor: Actor, words: str, most: int = 8) -> list[Case]:
    """Cases of the reader's lists whose number or whose goods hold these words, those in hand first. A query for each list
    until there are enough. Parties are not searched: nobody looks for the cases of somebody.
    """
    views = [View.MINE, View.WAITING]
    if actor.role is Role.SENIOR:
        views += [View.APPROVALS, View.APPEALS]
    found: list[Case] = []
    for view in views:
        named = _of_view(actor, view).filter(Q(number__icontains=words) | Q(title__icontains=words))
        fresh = named.exclude(pk__in=[case.pk for case in found]).order_by(*ORDER).only("number", "title")
        found += fresh[: most - len(found)]
        if len(found) >= most:
            break
    return found


def counts_and_liked(
    actor: Actor, views: Sequence[View], most: int = 100, *, among: QuerySet[Case] | None = None
) -> tuple[dict[View, int], dict[str, Any]]:
    """How many rows each view has, counted no further than ``most``, and how the reader likes to work (`preferences`):
    ``views`` of their own, ``keys``, ``keys_on``; empty if they never said. One query for all. ``among`` as for `queue`.
    """
    parts: list[str] = []
    values: list[Any] = []
    open_ones = access.open_to_judge(actor) if among is None else among
    for number, view in enumerate(views):
        sql, params = _of_view(actor, view, open_ones).order_by().values("pk")[:most].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted{number})")
        values += params
    liking = JSONObject(**{name: F(name) for name in ("views", "keys", "keys_on")})
    liked = DeskSettings.objects.filter(user_id=actor.id or 0).values(told=liking)
    saved, params = liked.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([*parts, f'({saved})'])}", [*values, *params])
        *numbers, said = cursor.fetchone()
    return dict(zip(views, numbers, strict=True)), json.loads(said or "{}")


def first_of(actor: Actor, view: View, most: int = 100) -> ArraySubquery:
    """The ids of a list's cases, no more than ``most`` of them: for a page that counts it in a query that it has anyway."""
    return ArraySubquery(_of_view(actor, view).order_by().values("pk")[:most])


def waiting_count(actor: Actor, view: View, most: int = 100) -> int:
    """How many rows a view has, counted no further than ``most``."""
    return len(_of_view(actor, view).order_by()[:most].values_list("pk", flat=True))


@dataclass(frozen=True)
class Workspace:
    """Everything the arbitrator's page shows of one case.

    ``points`` with ``current_answers``; ``exhibits`` with blob, copies, ``seen``, ``answered`` and ``annotated``;
    ``rulings`` of this round, newest first, each with ``found`` (point number → finding), ``admitted`` (exhibit id →
    [verdict, reason]), ``skipped`` (exhibit id → why), ``observed`` (point number → note) and ``cited``.
    ``statements``: what both sides wrote, oldest first: side, kind, text and ``at`` in ISO form.
    ``sitting``: who had it open to write last, and until when it is theirs; ``wrote``: the page that they saved from last,
    and how often it had sent (`sittings`).
    ``liked``: how the reader likes to work (`preferences`), empty if they never said.
    ``more``: what its page wanted read with it.
    ``names``: how the people of the case are called, for the linter. ``languages``: those the parties chose to read.
    """

    case: Case
    points: list[Point]
    exhibits: list[Exhibit]
    rulings: list[Ruling]
    appeal: Appeal | None
    file: Mapping[str, Any]
    names: tuple[str, ...]
    languages: frozenset[str]
    never_consented: bool
    statements: list[dict[str, str]]
    offers: list[Offer]
    more: tuple[Any, ...] = ()
    sitting: tuple[int, datetime] | None = None
    wrote: tuple[str, int] = ("", 0)
    liked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def draft(self) -> Ruling | None:
        return next((ruling for ruling in self.rulings if ruling.state == Ruling.DRAFT), None)

    @property
    def language(self) -> str:
        """In which the letter is given unless its author says otherwise: the parties', never that of the author's pages."""
        return next(iter(self.languages)) if len(self.languages) == 1 else settings.LANGUAGE_CODE

    @property
    def outgoing(self) -> Outgoing | None:
        """The ruling that was sent out and can be called back."""
        return on_its_way(self.draft) if self.draft is not None else None

    @property
    def in_force(self) -> Ruling | None:
        return next((ruling for ruling in self.rulings if ruling.state == Ruling.SERVED), None)

    @property
    def unseen(self) -> list[Exhibit]:
        """What the reader has not opened yet; platform records among them."""
        return [
            exhibit
            for exhibit in self.exhibits
            if exhibit.withdrawn_at is None and not exhibit.seen  # type: ignore[attr-defined]
        ]


def workspace(case_id: int, *, actor: Actor) -> Workspace:
    """The case as the bench works on it: at most eight queries, however long the file is."""
    case = (
        access.visible_to(actor)
        .select_related("order", "line", "buyer", "merchant", "assignee", "substance_rules", "procedure_rules")
        .defer("substance_rules__body", "procedure_rules__body")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Missing
    return workspace_of(case, actor=actor)


def workspace_of(case: Case, *, actor: Actor, more: Sequence[ArraySubquery] = ()) -> Workspace:
    """The same for a case that its page has already been given: at most seven queries.

    ``more``: what else its page needs and has no query to spare for; read in the first of them.
    """
    members = Membership.objects.filter(merchant_id=case.merchant_id).order_by()
    read = members.filter(removed_at__isnull=True).values("user__language").distinct()
    files = CaseFile.objects.filter(case=case, round=case.round).values("body")
    spoken = Statement.objects.filter(case=case, side__in=["buyer", "merchant"]).order_by("at", "id")
    words = JSONObject(side=F("side"), kind=F("kind"), text=F("text"), at=F("at"))
    likes = DeskSettings.objects.filter(user_id=actor.id or 0)
    liking = JSONObject(**{name: F(name) for name in ("keys_on", "keys", "compact", "swapped")})
    file, names, languages, denied, said, sits, until, tab, turn, liked, *others = (
        Case.objects.filter(pk=case.pk)
        .values_list(
            Subquery(files[:1]),
            ArraySubquery(members.values("user__display_name")),
            ArraySubquery(read),
            ExpressionWrapper(record.never_consented(case), output_field=BooleanField()),
            ArraySubquery(spoken.values(words=words)),
            "sitting__user",
            "sitting__until",
            "sitting__tab",
            "sitting__turn",
            Subquery(likes.values(told=liking)),
            *more,
        )
        .get()
    )
    appeals = Appeal.objects.filter(case=case, round=case.round).select_related("statement", "answer")
    return Workspace(
        case=case,
        points=list(cases.points(case)),
        exhibits=list(_exhibits(case, actor)),
        rulings=list(_rulings(case)),
        appeal=appeals.order_by("-filed_at").first() if case.appellant else None,
        file=file or {},
        names=tuple(name for name in (case.buyer.display_name, *names) if name),
        never_consented=denied,
        languages=frozenset([case.buyer.language, *languages]),
        statements=said,
        offers=[] if case.ruled_by_id else list(case.offers.filter(state=Offer.OPEN).order_by("made_at", "id")),
        liked=liked or {},
        sitting=(sits, until) if sits is not None and until is not None else None,
        wrote=(tab, turn) if sits is not None and sits == actor.id else ("", 0),
        more=tuple(others),
    )


def had_in_hand(number: str, actor: Actor) -> bool:
    """Whether this reader worked on the case: handed it back, had it taken from them, or wrote a ruling. One query."""
    if actor.role not in (Role.ARBITRATOR, Role.SENIOR) or actor.id is None:
        return False
    wrote = Ruling.objects.filter(case=OuterRef("pk"), author_id=actor.id)
    gave = HandBack.objects.filter(case=OuterRef("pk"), user_id=actor.id)
    return access.open_to_judge(actor).filter(Exists(wrote) | Exists(gave), number=number).exists()


def in_hand(actor: Actor) -> QuerySet[Case]:
    """The cases that this reader holds."""
    return _of_view(actor, View.MINE)


def overturned(actor: Actor, most: int = PAGE) -> list[Appeal]:
    """Appeals by which rulings of this person were changed or set aside, the newest first, with their cases. One query.

    Raises `Missing` for whoever does not sit on the bench.
    """
    if actor.role not in (Role.ARBITRATOR, Role.SENIOR) or actor.id is None:
        raise Missing
    against = Appeal.objects.filter(ruling_author_id=actor.id, decision__in=[Appeal.CHANGED, Appeal.SENT_BACK])
    return list(against.select_related("case").order_by("-decided_at", "-pk")[:most])


def exhibits(case: Case, actor: Actor) -> list[Exhibit]:
    """What was not withdrawn, with ``seen``: whether this reader opened it. One query, bare of files and words."""
    seen = Seen.objects.filter(Q(user_id=actor.id), exhibit=OuterRef("pk"))
    listed = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True)
    return list(listed.only("side", "place", "dossier").annotate(seen=Exists(seen)).order_by("side", "place"))


def on_its_way(ruling: Ruling) -> Outgoing | None:
    """How long it can be called back, if it was sent out. No query where it was read with the ruling."""
    found: Outgoing | None = getattr(ruling, "outgoing", None)
    return found


def proposed(case: Case) -> Ruling | None:
    """The ruling that waits for a signature. One query, its parts read with it."""
    return _rulings(case).filter(state=Ruling.PROPOSED).first()


@act
def mark_seen(exhibit_id: int, *, actor: Actor, now: datetime) -> None:
    """Somebody of the bench has opened this exhibit; the first time counts."""
    _see([exhibit_id], actor, now)


@act
def mark_many_seen(exhibit_ids: Collection[int], *, actor: Actor, now: datetime) -> None:
    """The same for all that one page showed them: two queries, whatever their number. Harmless to repeat.

    Raises `Missing` if one of them is not theirs to read; then none is noted.
    """
    _see(exhibit_ids, actor, now)


def _see(exhibit_ids: Collection[int], actor: Actor, now: datetime) -> None:
    require_act()
    if actor.id is None or actor.role not in (Role.ARBITRATOR, Role.SENIOR):
        raise Missing
    wanted = set(exhibit_ids)
    read = Exhibit.objects.filter(pk__in=wanted, dossier__in=access.visible_to(actor).values("dossier"))
    if read.count() < len(wanted):
        raise Missing
    seen = [Seen(exhibit_id=pk, user_id=actor.id, at=now) for pk in sorted(wanted)]
    Seen.objects.bulk_create(seen, ignore_conflicts=True)


def _of_view(actor: Actor, view: View, open_ones: QuerySet[Case] | None = None) -> QuerySet[Case]:
    """The cases of a list. ``open_ones``: what the reader may judge, where it has been worked out already.

    Each condition lies within what the reader may see, so that this is not asked beside it: said twice, it makes
    PostgreSQL expect few rows, and sort thousands instead of walking the index.
    """
    if actor.role not in (Role.ARBITRATOR, Role.SENIOR) or actor.id is None:
        raise Missing
    if view in (View.APPROVALS, View.APPEALS) and actor.role is not Role.SENIOR:
        raise Missing
    cases = access.open_to_judge(actor) if open_ones is None else open_ones
    match view:
        case View.WAITING:
            # What would be refused to whoever takes it is nothing that waits for them (`bench.has_ruled`).
            return cases.filter(
                ~Exists(_ruled_or_signed(actor)), ~_stepped_back(actor), state=State.AWAITING_ASSIGNMENT.value
            )
        case View.MINE:
            mine = [State.UNDER_REVIEW, State.MORE_EVIDENCE, State.JURY_VOTING, State.UNDER_APPEAL]
            return cases.filter(assignee_id=actor.id, state__in=[state.value for state in mine])
        case View.APPROVALS:
            proposed = Ruling.objects.filter(state=Ruling.PROPOSED, case=OuterRef("pk"))
            with_another = Exists(_sits("second_reader__user_id")) & ~Q(second_reader__user_id=actor.id)
            barred = proposed.filter(Q(author_id=actor.id) | with_another)
            return cases.filter(~Exists(barred), ~_stepped_back(actor), state=State.AWAITING_APPROVAL.value)
        case View.APPEALS:
            free = Q(assignee_id=actor.id) | ~Exists(_sits("assignee_id"))
            others = ~Exists(_ruled_or_signed(actor))
            return cases.filter(free, others, ~_stepped_back(actor), state=State.UNDER_APPEAL.value)
        case View.DONE:
            return cases.filter(ruled_by_id=actor.id)


def _ruled_or_signed(actor: Actor) -> QuerySet[Ruling]:
    """What this person ruled, or signed, in the round of a case; what they signed was served."""
    theirs = Ruling.objects.filter(case=OuterRef("pk"), round=OuterRef("round"), served_at__isnull=False)
    return theirs.filter(Q(author_id=actor.id) | Q(approval__approver_id=actor.id))


def _sits(column: str) -> QuerySet[Grant]:
    """Whether whoever has it in hand is a senior still; what they left behind is anybody's."""
    held = Grant.objects.filter(role=Role.SENIOR.value, revoked_at__isnull=True, user__is_active=True)
    return held.filter(user_id=OuterRef(column))


def _stepped_back(actor: Actor) -> Exists:
    return Exists(HandBack.objects.filter(user_id=actor.id or 0, recused=True, case=OuterRef("pk")))


def _newest(cases: QuerySet[Case], cursor: Cursor | None, size: int) -> Page:
    """One's own decided cases, newest first; the cursor's time is the case's ``state_since``."""
    if cursor is not None:
        cases = cases.filter(Q(state_since__lt=cursor.due_at) | Q(state_since=cursor.due_at, id__lt=cursor.id))
    rows = list(_counted(cases.order_by("-state_since", "-id"))[: size + 1])
    last = rows[size - 1] if len(rows) > size else None
    return Page(rows[:size], Cursor(last.state_since, last.pk) if last else None)


def _counted(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With the numbers of points and exhibits of each, and whether a senior returned the ruling of whoever has it in
    hand; for the rows of the page only.
    """
    points = Point.objects.filter(case=OuterRef("pk"), round=OuterRef("round")).order_by().values("case")
    exhibits = Exhibit.objects.filter(dossier=OuterRef("dossier_id"), withdrawn_at__isnull=True).order_by()
    returned = Ruling.objects.filter(case=OuterRef("pk"), round=OuterRef("round"), state=Ruling.RETURNED)
    own = returned.filter(author_id=OuterRef("assignee_id"))
    return cases.only(*_LISTED).annotate(
        was_returned=Exists(own),
        points_count=Coalesce(Subquery(points.annotate(n=Count("pk")).values("n")), 0),
        exhibits_count=Coalesce(Subquery(exhibits.values("dossier").annotate(n=Count("pk")).values("n")), 0),
    )


def _exhibits(case: Case, actor: Actor) -> QuerySet[Exhibit]:
    seen = Seen.objects.filter(Q(user_id=actor.id), exhibit=OuterRef("pk"))
    said = ExhibitAnswer.objects.filter(exhibit=OuterRef("pk")).order_by("at", "id")
    words = JSONObject(side=F("side"), stance=F("stance"), grounds=F("grounds"), text=F("words__text"), at=F("at"))
    marks = Annotation.objects.filter(exhibit=OuterRef("pk")).order_by("id")
    mark = JSONObject(**{name: F(name) for name in _OF_A_MARK})
    return (
        masking.with_masks(record_pictures.with_first(Exhibit.objects.filter(dossier_id=case.dossier_id)))
        .select_related("blob__sheet", "blob__preparation", "blob__scan", "blob__printed")
        .prefetch_related("blob__derivatives")
        .annotate(
            seen=Exists(seen),
            answered=ArraySubquery(said.values(told=words)),
            annotated=ArraySubquery(marks.values(told=mark)),
        )
        .order_by("side", "place")
    )


def _rulings(case: Case) -> QuerySet[Ruling]:
    """The rulings of the current round with their parts, in one query."""
    found = Finding.objects.filter(ruling=OuterRef("pk")).order_by().values("ruling")
    said = Admission.objects.filter(ruling=OuterRef("pk")).order_by().values("ruling")
    cited = CitedClause.objects.filter(ruling=OuterRef("pk")).order_by().values("ruling")
    noted = Observation.objects.filter(ruling=OuterRef("pk")).order_by().values("ruling")
    passed = Skip.objects.filter(ruling=OuterRef("pk")).order_by().values("ruling")
    pair = JSONObject(point=F("point__number"), finding=F("finding"))
    weight = JSONObject(exhibit=F("exhibit_id"), verdict=F("verdict"), reason=F("reason"))
    return (
        Ruling.objects.filter(case=case, round=case.round)
        .select_related("approval", "second_reader", "outgoing", "deviation")
        .annotate(
            found=Subquery(found.annotate(all=JSONBAgg(pair)).values("all")),
            admitted=Subquery(said.annotate(all=JSONBAgg(weight)).values("all")),
            skipped=Subquery(
                passed.annotate(all=JSONBAgg(JSONObject(exhibit=F("exhibit_id"), reason=F("reason")))).values("all")
            ),
            observed=Subquery(
                noted.annotate(all=JSONBAgg(JSONObject(point=F("point__number"), text=F("text")))).values("all")
            ),
            cited=Subquery(cited.annotate(all=JSONBAgg("number", order_by="place")).values("all")),
        )
        .order_by("-ordinal")
    )
