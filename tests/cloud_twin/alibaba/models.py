"""The typed answers of Alibaba Cloud's new SDK: which members there are, of which types."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

from .descriptions import MODELS

_NUMBERS = {float: (int, float), int: (int,)}


def answer_faults(product: str, operation: str, answer: Any) -> Iterator[str]:
    """What the model of the answer does not know, and what is of another type than the model says."""
    model = getattr(importlib.import_module(MODELS[product]), f"{operation}ResponseBody")
    read = model().from_map(answer)
    yield from _lost(answer, read.to_map(), "answer")
    yield from _mistyped(read, "answer")


def _lost(sent: Any, kept: Any, path: str) -> Iterator[str]:
    """`kept`: what a round trip through the model leaves of it; lists that were not there are empty then."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        for name, value in sent.items():
            if name not in kept:
                yield f"{path}.{name} is unknown"
            else:
                yield from _lost(value, kept[name], f"{path}.{name}")
    elif isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        for index, (one, other) in enumerate(zip(sent, kept, strict=True)):
            yield from _lost(one, other, f"{path}[{index}]")
    elif sent != kept:
        yield f"{path} is {sent!r}, and is read as {kept!r}"


def _mistyped(model: Any, path: str) -> Iterator[str]:
    kind: Any = type(model)
    for name, hint in _hints(kind).items():
        value = getattr(model, name)
        if value is not None:
            yield from _wrong(value, hint, f"{path}.{name}")


def _wrong(value: Any, hint: Any, path: str) -> Iterator[str]:
    if get_origin(hint) is list:
        if not isinstance(value, list):
            yield f"{path} is {value!r}, and should be a list"
            return
        for index, one in enumerate(value):
            yield from _wrong(one, get_args(hint)[0], f"{path}[{index}]")
    elif hint in (str, bool, int, float):
        right = isinstance(value, _NUMBERS.get(hint, (hint,))) and (hint is bool or not isinstance(value, bool))
        if not right:
            yield f"{path} is {value!r}, and should be {hint.__name__}"
    else:
        yield from _mistyped(value, path)


@functools.cache
def _hints(model: Any) -> dict[str, Any]:
    """Of the members of a model, by the names that the model has for them."""
    found = get_type_hints(model.__init__)
    return {name: hint for name, hint in found.items() if name != "return"}
