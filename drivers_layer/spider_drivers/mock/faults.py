"""Faults on demand: the region key `Fail`.

    Fail  = rule {"," rule}
    rule  = api [":" nth] [":before" | ":after"] ":" what [":always"]

`what` is Refused, NoCapacity, Throttled, Unavailable, Unreachable, NoAnswer or any code of this cloud. The nth call of
`api` (default: the first) fails, once per cloud; with `always`, that one and each later one. `before` (default): the
call does nothing. `after` (default of NoAnswer): it takes effect all the same.

    run_vm:NoCapacity,create_subnet:2:Throttled,create_vpc:NoAnswer,delete_vpc:after:Unavailable:always
"""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {
    "Refused": "OperationNotPermitted",
    "NoCapacity": "InsufficientCapacity",
    "Throttled": "RequestLimitExceeded",
    "Unavailable": "ServiceUnavailable",
}


class WireError(Exception):
    """The cloud's own answer to a call that it does not grant."""

    def __init__(self, code: str, text: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Fault:
    api: str
    what: str
    nth: int = 1
    after: bool = False
    always: bool = False

    def hits(self, count: int) -> bool:
        """Whether the `count`th call of the api fails."""
        return count >= self.nth if self.always else count == self.nth

    def error(self) -> Exception:
        if self.what == "NoAnswer":
            return TimeoutError(f"no answer to {self.api}")
        if self.what == "Unreachable":
            return ConnectionError(f"no way to the cloud for {self.api}")
        code = _CODES.get(self.what, self.what)
        retry_after = 1.0 if code == "RequestLimitExceeded" else None
        return WireError(code, f"{self.api} fails because it was told to", retry_after)


def parse(text: str) -> tuple[Fault, ...]:
    """Raises ValueError where `text` is not in the grammar above."""
    return tuple(_rule(rule.strip()) for rule in text.split(",") if rule.strip())


def _rule(text: str) -> Fault:
    api, *words = text.split(":")
    always = words[-1:] == ["always"]
    if always:
        words.pop()
    if not api or not words:
        raise ValueError(f"'{text}' is not of the form api[:nth][:before|:after]:what[:always]")
    what = words.pop()
    after = what == "NoAnswer"
    if words and words[-1] in ("before", "after"):
        after = words.pop() == "after"
    nth = int(words.pop()) if words else 1
    if words:
        raise ValueError(f"'{text}' has a word too many: {words[-1]}")
    return Fault(api, what, nth, after, always)
