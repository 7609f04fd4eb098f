"""Filters: their names are those that EC2's model documents for the action."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from . import model
from .errors import Refusal

# "Filter your resources" (EC2 user guide): up to 50 filters, and 200 values in one of them.
MOST_FILTERS, MOST_VALUES = 50, 200
_DOCUMENTED = re.compile(r"<li>\s*<p>\s*<code>([^ <]+)</code>")


def check(action: str, given: Mapping[str, Any]) -> None:
    """Raises Refusal."""
    filters = given.get("Filters", [])
    if len(filters) > MOST_FILTERS or any(len(one.get("Values", [])) > MOST_VALUES for one in filters):
        raise Refusal("FilterLimitExceeded", "The request uses too many filters or too many filter values")
    known = _names(action)
    for one in filters:
        name = one.get("Name", "null")
        if known and name not in known and not name.startswith("tag:"):
            raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")


@cache
def _names(action: str) -> frozenset[str]:
    """Empty where the model documents none."""
    shape: Any = model.operation(action).input_shape
    filters = shape.members.get("Filters") if shape else None
    return frozenset(_DOCUMENTED.findall(filters.documentation)) if filters else frozenset()
