"""The tree is RFC 6962's, and a proof fits its own leaf, place and size only."""

from __future__ import annotations

import hashlib

import pytest

from common import merkle

# The RFC's reference implementations publish these roots for its test leaves.
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
}


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_the_rfc(size: int) -> None:
    assert merkle.root([merkle.leaf(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 12, 33])
def test_every_leaf_has_a_path_to_the_root_and_no_other_leaf_fits_it(size: int) -> None:
    leaves = [merkle.leaf(bytes([place])) for place in range(size)]
    root = merkle.root(leaves)
    for place, leaf in enumerate(leaves):
        path = merkle.path(leaves, place)
        assert merkle.climb(leaf, place, size, path) == root
        assert merkle.climb(merkle.leaf(b"other"), place, size, path) != root
        assert merkle.climb(leaf, size, size, path) is None
        assert merkle.climb(leaf, place, size, [*path, leaf]) is None
        if path:
            assert merkle.climb(leaf, place, size, path[:-1]) is None


def test_a_node_does_not_pass_for_a_leaf() -> None:
    one, two = merkle.leaf(b"1"), merkle.leaf(b"2")
    assert merkle.leaf(one + two) != merkle.root([one, two]) != hashlib.sha256(one + two).digest()
