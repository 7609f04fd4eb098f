"""A histogram of times whose buckets grow by a fixed ratio. It answers any quantile within 1 % of a time that was
measured, and two are merged by adding their counts.

The idea is DDSketch's (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019). Why it is
not that library: docs/decisions/0010.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

RELATIVE_ERROR = 0.01

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)  # the ends of a bucket are both this near to its middle
_LOG_GROWTH = math.log(_GROWTH)

Histogram = Counter[int]  # how many times fall into the bucket of this number


def bucket(microseconds: int) -> int:
    """The number of the bucket that the time is in, from 0 for one microsecond (or less)."""
    return math.ceil(math.log(max(1, microseconds)) / _LOG_GROWTH)


def middle(number: int) -> float:
    """What stands for every time in the bucket, in microseconds."""
    return 2 * _GROWTH**number / (_GROWTH + 1)


def quantile(histogram: Mapping[int, int], share: float) -> float:
    """About the least measured time, in microseconds, that this share (0 to 1) of all does not exceed; 0 of none."""
    rank, seen = share * sum(histogram.values()), 0
    for number in sorted(histogram):
        seen += histogram[number]
        if seen >= rank:
            return middle(number)
    return 0.0
