"""Drawing jurors is fair, by chi-square; it can be repeated by anybody; no seed can be chosen to fit a pool."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from jury import sortition, standing
from jury.sortition import Background, Candidate

BUYER, MERCHANT = Background.BUYER, Background.MERCHANT
SIZE = 17


def a_pool(buyers: int = 24, merchants: int = 24, *, weight: int = 1000) -> list[Candidate]:
    return [
        Candidate(number, BUYER if number <= buyers else MERCHANT, weight)
        for number in range(1, buyers + merchants + 1)
    ]


def a_seed(number: int) -> str:
    return sortition.mixed(f"seed-{number}", "after")


def chi_square(seen: Counter[int], expected: dict[int, float]) -> float:
    return sum((seen[key] - there) ** 2 / there for key, there in expected.items())


def highest(degrees: int) -> float:
    """What chi-square exceeds once in ten thousand times (Wilson and Hilferty, 1931)."""
    spread = 2 / (9 * degrees)
    return degrees * (1 - spread + 3.719 * math.sqrt(spread)) ** 3


def test_everybody_is_drawn_equally_often() -> None:
    pool, draws = a_pool(), 6_000
    seen: Counter[int] = Counter()
    for number in range(draws):
        seen.update(place.juror for place in sortition.draw(pool, a_seed(number), SIZE))
    expected = {one.id: draws * SIZE / len(pool) for one in pool}
    # Drawn without putting back, so that counts vary less than chi-square thinks: by this much.
    share = SIZE / len(pool)
    assert chi_square(seen, expected) / (1 - share) < highest(len(pool) - 1)


def test_a_draw_that_prefers_somebody_would_be_noticed() -> None:
    pool, draws = a_pool(), 6_000
    pool[0] = Candidate(pool[0].id, pool[0].background, 1300)
    seen: Counter[int] = Counter()
    for number in range(draws):
        seen.update(place.juror for place in sortition.draw(pool, a_seed(number), SIZE))
    expected = {one.id: draws * SIZE / len(pool) for one in pool}
    assert chi_square(seen, expected) / (1 - SIZE / len(pool)) > highest(len(pool) - 1)


def test_the_first_drawn_of_two_is_the_experienced_one_twice_as_often() -> None:
    new, seasoned = Candidate(1, BUYER, standing.weight(0)), Candidate(2, BUYER, standing.weight(20))
    draws = 20_000
    first = sum(sortition.order([new, seasoned], a_seed(number))[0] is seasoned for number in range(draws))
    spread = math.sqrt(draws * 2 / 3 / 3)
    assert abs(first - draws * 2 / 3) < 4 * spread


def test_both_backgrounds_get_half_of_the_seats_and_the_odd_one_by_chance() -> None:
    odd: Counter[Background] = Counter()
    for number in range(2_000):
        places = sortition.draw(a_pool(), a_seed(number), SIZE)
        held = Counter(place.background for place in places)
        assert sorted(held.values()) == [8, 9]
        odd[max(held, key=lambda one: held[one])] += 1
    assert abs(odd[BUYER] - 1_000) < 4 * math.sqrt(500)


def test_of_either_background_half_read_the_merchant_first() -> None:
    firsts: Counter[str] = Counter()
    for number in range(1_000):
        places = sortition.draw(a_pool(), a_seed(number), SIZE)
        for background in Background:
            mine = [place.first for place in places if place.background is background]
            assert abs(mine.count("buyer") - mine.count("merchant")) <= 1
        firsts.update(place.first for place in places)
    assert abs(firsts["buyer"] - firsts["merchant"]) < 4 * math.sqrt(17_000)


def test_where_one_background_is_short_the_other_takes_its_seats() -> None:
    places = sortition.draw(a_pool(30, 3), a_seed(1), SIZE)
    assert Counter(place.background for place in places) == {MERCHANT: 3, BUYER: 14}
    assert len(sortition.draw(a_pool(4, 2), a_seed(1), SIZE)) == 6
    assert sortition.draw([], a_seed(1), SIZE) == []


def test_the_same_seed_and_pool_draw_the_same_people_whoever_asks_in_whatever_order() -> None:
    pool = a_pool()
    shuffled = random.Random(1).sample(pool, len(pool))
    assert sortition.draw(pool, a_seed(5), SIZE) == sortition.draw(shuffled, a_seed(5), SIZE)
    assert sortition.digest_of(pool) == sortition.digest_of(shuffled)
    assert sortition.draw(pool, a_seed(5), SIZE) != sortition.draw(pool, a_seed(6), SIZE)
    assert sortition.digest_of(pool) != sortition.digest_of(pool[1:])


def test_nobody_sits_twice_and_nobody_sits_who_is_not_in_the_pool() -> None:
    pool = a_pool()
    for number in range(2_000):
        seats = [place.juror for place in sortition.draw(pool, a_seed(number), SIZE)]
        assert len(set(seats)) == SIZE and set(seats) <= {one.id for one in pool}


def test_a_seed_that_was_committed_to_draws_nothing_without_what_came_after() -> None:
    seed = "ab" * 32
    assert sortition.commitment(seed) != sortition.commitment("ac" * 32)
    drawn = {
        tuple(place.juror for place in sortition.draw(a_pool(), sortition.mixed(seed, str(after)), SIZE))
        for after in range(50)
    }
    assert len(drawn) == 50


def test_an_empty_seat_goes_to_the_next_of_the_same_background() -> None:
    drawn = sortition.order(a_pool(), a_seed(3))
    gone = {one.id for one in drawn[:10]}
    following = sortition.next_in_line(drawn, gone, MERCHANT)
    assert following is not None and following.background is MERCHANT and following.id not in gone
    buyers_only = [one for one in drawn if one.background is BUYER]
    assert sortition.next_in_line(buyers_only, (), MERCHANT) == buyers_only[0]
    assert sortition.next_in_line(drawn, {one.id for one in drawn}, MERCHANT) is None


def test_a_weight_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="weight"):
        sortition.draw([Candidate(1, BUYER, 0)], a_seed(1), 1)
