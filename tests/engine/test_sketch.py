"""The histogram: its error bound, and that merging loses nothing."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.history import sketch
from chalicelib.engine.history.sums import Sums

from .calls import call

YEAR = 365 * 86400 * 1_000_000  # microseconds
TIMES = st.lists(st.integers(0, YEAR) | st.integers(0, 100), min_size=1, max_size=300)
SHARES = st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]) | st.floats(0, 1)


def histogram(times: list[int]) -> sketch.Histogram:
    return sketch.Histogram(map(sketch.bucket, times))


def exact(times: list[int], share: float) -> int:
    """The least time that this share of all does not exceed."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)]


@given(TIMES, SHARES)
def test_a_quantile_is_within_the_bound_of_a_measured_time(times: list[int], share: float) -> None:
    wanted = max(1, exact(times, share))  # a microsecond is the least that is told apart
    error = abs(sketch.quantile(histogram(times), share) - wanted) / wanted
    assert error <= sketch.RELATIVE_ERROR * (1 + 1e-9)


@given(st.integers(1, YEAR))
def test_a_bucket_is_as_narrow_as_is_said_and_no_narrower_than_need_be(microseconds: int) -> None:
    middle = sketch.middle(sketch.bucket(microseconds))
    assert abs(middle - microseconds) / microseconds <= sketch.RELATIVE_ERROR * (1 + 1e-9)
    assert sketch.bucket(math.ceil(microseconds * 1.05) + 1) > sketch.bucket(microseconds)


@given(st.lists(TIMES, min_size=1, max_size=8), SHARES)
def test_merging_is_the_same_as_counting_all_at_once(parts: list[list[int]], share: float) -> None:
    merged, whole = Sums(), Sums()
    for part in parts:
        one = Sums()
        for took in part:
            one.add_call(call(elapsed=took / 1_000_000, code="Refused" if took % 3 == 0 else ""))
            whole.add_call(call(elapsed=took / 1_000_000, code="Refused" if took % 3 == 0 else ""))
        merged.add(Sums.told(one.kept()))
    assert merged == whole
    assert merged.quantile(share) == whole.quantile(share)


def test_the_whole_range_of_waits_takes_few_buckets() -> None:
    """From a millisecond to twenty minutes: what a row of the statistics can grow to."""
    assert sketch.bucket(1_200_000_000) - sketch.bucket(1000) < 750


def test_of_one_call_every_quantile_is_near_it_and_none_beyond_it() -> None:
    sums = Sums()
    sums.add_call(call(elapsed=0.123456))
    for share in (0.5, 0.9, 0.99):
        assert 0.123456 * 0.99 <= sums.quantile(share) <= 0.123456


def test_of_no_call_a_quantile_is_nothing() -> None:
    assert sketch.quantile({}, 0.5) == 0
