"""What is to happen to which calls."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

MOMENTS = ("", "before", "after")


@dataclass(frozen=True)
class Rule:
    """Which calls: those whose `api`, `region` and `cloud` fit the patterns (`Create*`, `POST /containers/*`, as in a
    shell); of these the one numbered `first` (1 is the next), then each `every`-th after it, `times` in all (0: without
    end). With `rate`, only calls are counted so that come faster than so many per second, all that fit together; a
    second's calls can be saved up. With `after`, the id of another rule, none is counted before that one has struck.

    What happens to them, in this order:

    latency         seconds before anything else happens
    latencies       the same for calls to single regions, by their names; to all others it is `latency`
    handshakes      how many times that the first call of a connection waits in addition: 1 for TCP's handshake, 2 with
                    TLS 1.3's
    hold "before"   the call stands still until it is released; then its connection is cut: it never reached the cloud
    throttle        refused as too fast, with `retry_after` (seconds; none: no such header)
    status          refused with this HTTP status, `code` and `message` in the cloud's own form
    lose "before"   the connection is cut, and the call never reaches the cloud
    hold "after"    the cloud has done it, and the answer stands still; released, the connection is cut
    lose "after"    the cloud has done it, and the connection is cut before the answer
    lag             for so many seconds reads do not show what these calls have made
    """

    api: str = "*"
    region: str = "*"
    cloud: str = "*"
    first: int = 1
    every: int = 1
    times: int = 0
    after: int = 0
    latency: float = 0.0
    latencies: Mapping[str, float] = field(default_factory=dict)
    handshakes: int = 0
    hold: str = ""
    throttle: bool = False
    rate: float = 0.0
    retry_after: float | None = None
    status: int = 0
    code: str = ""
    message: str = ""
    lose: str = ""
    lag: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError naming the field."""
        for name in ("hold", "lose"):
            if getattr(self, name) not in MOMENTS:
                raise ValueError(f"{name}: '{getattr(self, name)}' is not one of before, after")
        for name in ("first", "every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} is not above 0")
        for name in ("times", "rate", "latency", "handshakes", "lag"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: {getattr(self, name)} is below 0")
        for region, seconds in self.latencies.items():
            if not _is_number(seconds) or seconds < 0:
                raise ValueError(f"latencies: {seconds!r}, of {region}, is no number from 0 up")
        if self.status and not 400 <= self.status <= 599:
            raise ValueError(f"status: {self.status} is no error (400 to 599)")

    def fits(self, cloud: str, api: str, region: str) -> bool:
        pairs = ((cloud, self.cloud), (api, self.api), (region, self.region))
        return all(fnmatch.fnmatchcase(text, pattern) for text, pattern in pairs)

    def delay(self, region: str, *, first: bool) -> float:
        """Seconds. `first`: whether the call is its connection's first."""
        return self.latencies.get(region, self.latency) * (1 + self.handshakes * first)

    def strikes(self, number: int) -> bool:
        """Whether it happens to the fitting call of this number (1 is the first)."""
        since = number - self.first
        if since < 0 or since % self.every:
            return False
        return not self.times or since // self.every < self.times


def read(data: Any) -> Rule:
    """A rule from JSON. Raises ValueError naming the field."""
    if not isinstance(data, dict):
        raise ValueError("a rule is an object")
    hints = get_type_hints(Rule)
    unknown = sorted(data.keys() - {one.name for one in fields(Rule)})
    if unknown:
        raise ValueError(f"{unknown[0]}: no such field; there are {', '.join(hints)}")
    return Rule(**{name: _checked(name, hints[name], value) for name, value in data.items()})


def _checked(name: str, hint: Any, value: Any) -> Any:
    others: dict[Any, Any] = {float: (int, float), float | None: (int, float, type(None)), Mapping[str, float]: dict}
    kinds = others.get(hint, hint)
    if not isinstance(value, kinds) or (isinstance(value, bool) and hint is not bool):
        raise ValueError(f"{name}: {value!r} is not {getattr(hint, '__name__', hint)}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
