"""The pages of a claim are counted the same from the first to the last, whatever the first answer asks for besides."""

from __future__ import annotations

import pytest

from tests.edges.test_filing_pages import Claim

pytestmark = pytest.mark.django_db


def test_a_further_question_does_not_make_the_claim_longer():
    claim = Claim()
    first = claim.ask("what").context["place"]
    assert claim.answer("what", what="quality").url == claim.at("question", "which")
    further, then = claim.ask("which").context["place"], claim.ask("points").context["place"]
    page, _comma, of = first.partition("，")
    assert page == "第 1 页" and then == f"第 2 页，{of}"
    assert further.startswith(f"{first} · "), "two pages that count as one do not read as one"
