"""How the filters of the Engine's lists match: https://docs.docker.com/engine/api/v1.41, and `filters.Args` in moby."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Given = Mapping[str, Iterable[str]]


def matches(given: Given, name: str, *values: str) -> bool:
    """One of the filter's words is one of the values, or a regular expression that is found in one."""
    if name not in given:
        return True
    return any(word == value or _found(word, value) for word in given[name] for value in values)


def exactly(given: Given, name: str, *values: str) -> bool:
    """One of the filter's words is one of the values."""
    return name not in given or any(word in values for word in given[name])


def labelled(given: Given, labels: Mapping[str, str] | None, name: str = "label") -> bool:
    """All of `key` and `key=value` hold."""
    return all(_holds(word, labels or {}) for word in given.get(name, ()))


def _holds(word: str, labels: Mapping[str, str]) -> bool:
    key, equals, value = word.partition("=")
    return key in labels and (not equals or labels[key] == value)


def _found(word: str, value: str) -> bool:
    try:
        return re.search(word, value) is not None
    except re.error:
        return False
