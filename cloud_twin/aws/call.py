"""One call as the rules see it, and where they are registered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass
class Call:
    """`given`: the parameters, named and typed as botocore's model has them; what a rule changes, moto gets.

    `cloud`: moto's EC2 backend of the account in the region.
    """

    action: str
    given: dict[str, Any]
    cloud: Any
    region: str
    quotas: dict[str, int]


Rule = Callable[[Call], None]
AnyRule = TypeVar("AnyRule", bound=Rule)

_rules: dict[str, list[Rule]] = defaultdict(list)


def rule(*actions: str) -> Callable[[AnyRule], AnyRule]:
    """For a function that raises Refusal, or changes what is given to what EC2 makes of it."""

    def register(function: AnyRule) -> AnyRule:
        for action in actions:
            _rules[action].append(function)
        return function

    return register


def apply_rules(call: Call) -> None:
    """In the order in which they were registered."""
    for function in _rules[call.action]:
        function(call)
