"""How an emulated cloud misbehaves while the conformance suite runs. `SPIDER_VARIANTS=all` adds each way alone, for
looking into a failure."""

from __future__ import annotations

import os

from cloud_twin.faults import Rule

LAG = Rule(lag=10.0)
THROTTLING = Rule(first=3, every=3, throttle=True, retry_after=1.0)
EACH_TIME: dict[str, list[Rule]] = {
    "as_it_is": [],
    "lag_10_s_and_every_third_call_throttled": [LAG, THROTTLING],
}
ALL = {**EACH_TIME, "lag_10_s": [LAG], "every_third_call_throttled": [THROTTLING]}
# Two ways at once take long, and each of them alone is tried at every step where all are asked for.
FAR = 3


def stride(rules: list[Rule]) -> int:
    return FAR if len(rules) > 1 else 1


VARIANTS = ALL if os.environ.get("SPIDER_VARIANTS") == "all" else EACH_TIME
