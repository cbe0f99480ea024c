"""Who acts, as a value. Knows roles and ids; refuses to know users, names or permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The hats of the house. One person may own several; an act is done under exactly one."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    ARBITRATOR = "arbitrator"
    SENIOR = "senior"
    JUROR = "juror"
    OPS = "ops"
    SYSTEM = "system"

    @property
    def is_party(self) -> bool:
        return self in (Role.BUYER, Role.MERCHANT)


class Side(StrEnum):
    """The two sides of a case. The platform is neither."""

    BUYER = "buyer"
    MERCHANT = "merchant"

    @property
    def other(self) -> Side:
        return Side.MERCHANT if self is Side.BUYER else Side.BUYER


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting under one role.

    ``id`` is the user's primary key, or ``None`` for the system. ``merchant_id`` is the shop a merchant's member
    acts for. ``client_id`` names the API client through which a marketplace acts on somebody's behalf: the role
    stays the person's, and the journal keeps both. ``limit`` is the sum up to which this member may accept a claim,
    in minor units (``None``: no limit).
    """

    role: Role
    id: int | None = None
    merchant_id: int | None = None
    client_id: int | None = None
    limit: int | None = None

    @classmethod
    def system(cls) -> Actor:
        return cls(Role.SYSTEM)

    @classmethod
    def buyer(cls, user_id: int, *, client_id: int | None = None) -> Actor:
        return cls(Role.BUYER, user_id, client_id=client_id)

    @classmethod
    def merchant(
        cls, user_id: int | None, merchant_id: int, *, client_id: int | None = None, limit: int | None = None
    ) -> Actor:
        return cls(Role.MERCHANT, user_id, merchant_id=merchant_id, client_id=client_id, limit=limit)

    @classmethod
    def staff(cls, role: Role, user_id: int) -> Actor:
        return cls(role, user_id)

    @property
    def is_system(self) -> bool:
        return self.role is Role.SYSTEM

    @property
    def side(self) -> Side | None:
        return Side(self.role.value) if self.role.is_party else None
