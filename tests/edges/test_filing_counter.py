"""The pages of a claim are counted the same from the first to the last, whatever the first answer asks for besides."""

from __future__ import annotations

import pytest

from tests.edges.test_filing_pages import Claim

pytestmark = pytest.mark.django_db


def test_a_further_question_does_not_make_the_claim_longer():
    claim = Claim()
    first = claim.ask("what").context
    assert claim.answer("what", what="quality").url == claim.at("question", "which")
    further, then = claim.ask("which").context, claim.ask("points").context
    assert [page["place"] for page in (first, further, then)] == [1, 1, 2]
    assert first["of"] == further["of"] == then["of"]
