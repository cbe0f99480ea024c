"""Merkle trees as in RFC 6962, section 2.1: one root for a list in its order, and short proofs that something is on it.

Pure. Leaves and nodes are hashed apart (0x00, 0x01), so that no inner node can be passed off as a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in their order. Of none: the digest of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    # Level by level; a node without a neighbour goes up as it is. The same tree as the recursive one of the RFC.
    level = list(leaves)
    while len(level) > 1:
        paired = [node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """What has to be known besides the leaf at ``place`` in order to compute the root, from the bottom up."""
    level, found = list(leaves), []
    while len(level) > 1:
        neighbour = place ^ 1
        if neighbour < len(level):
            found.append(level[neighbour])
        paired = [node(level[one], level[one + 1]) for one in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
        place //= 2
    return found


def climb(leaf_hash: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that ``path`` leads to from the leaf at ``place`` of ``size``, or ``None`` if the path does not fit."""
    if not 0 <= place < size:
        return None
    here, rest = leaf_hash, list(path)
    while size > 1:
        neighbour = place ^ 1
        if neighbour < size:
            if not rest:
                return None
            other = rest.pop(0)
            here = node(other, here) if place & 1 else node(here, other)
        place, size = place // 2, (size + 1) // 2
    return here if not rest else None
