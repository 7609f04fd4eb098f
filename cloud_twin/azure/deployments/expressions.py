"""Expressions in templates: `[concat(parameters('name'), '-nic')]`.

https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ArmError

Functions = Mapping[str, Callable[..., Any]]

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_]\w*)|([()\[\],.]))")


def evaluate(value: Any, functions: Functions, where: str) -> Any:
    """Every expression within `value` replaced by what it stands for. `where`: for errors. Raises ArmError."""
    if isinstance(value, dict):
        return {
            str(evaluate(name, functions, where)): evaluate(one, functions, f"{where}.{name}")
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [evaluate(one, functions, f"{where}[{number}]") for number, one in enumerate(value)]
    if not isinstance(value, str) or not (value.startswith("[") and value.endswith("]")):
        return value
    if value.startswith("[["):
        return value[1:]
    return _Reader(value[1:-1], functions, where).whole()


def refused(text: str) -> ArmError:
    return ArmError(400, "InvalidTemplate", f"Deployment template validation failed: '{text}'.")


class _Reader:
    def __init__(self, text: str, functions: Functions, where: str) -> None:
        self._text = text
        self._functions = functions
        self._where = where
        self._tokens = self._split()
        self._at = 0

    def whole(self) -> Any:
        value = self._value()
        if self._at != len(self._tokens):
            raise self._unreadable()
        return value

    def _split(self) -> list[str]:
        found: list[str] = []
        at = 0
        while at < len(self._text.rstrip()):
            token = _TOKEN.match(self._text, at)
            if not token:
                raise self._unreadable()
            found.append(token[0].strip())
            at = token.end()
        return found

    def _value(self) -> Any:
        token = self._next()
        if token.startswith("'"):
            value: Any = token[1:-1].replace("''", "'")
        elif re.fullmatch(r"-?\d+", token):
            value = int(token)
        elif re.fullmatch(r"\w+", token):
            value = self._called(token)
        else:
            raise self._unreadable()
        while self._peek() in (".", "["):
            value = self._member(value)
        return value

    def _called(self, name: str) -> Any:
        self._expect("(")
        given: list[Any] = []
        while self._peek() != ")":
            given.append(self._value())
            if self._peek() == ",":
                self._next()
        self._expect(")")
        known = {one.lower(): function for one, function in self._functions.items()}
        function = known.get(name.lower())
        if function is None:
            raise refused(
                f"The template resource at '{self._where}' is not valid: The template function '{name}' is not valid. "
                "Please see https://aka.ms/arm-functions for usage details."
            )
        try:
            return function(*given)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise refused(f"Unable to evaluate template language function '{name}' at '{self._where}'") from None

    def _member(self, value: Any) -> Any:
        index: Any
        if self._next() == ".":
            index = self._next()
        else:
            index = self._value()
            self._expect("]")
        try:
            return value[index]
        except (KeyError, IndexError, TypeError):
            raise refused(f"The language expression property '{index}' doesn't exist at '{self._where}'") from None

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise self._unreadable()
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise self._unreadable()

    def _unreadable(self) -> ArmError:
        return refused(f"The language expression '{self._text}' at '{self._where}' is not valid")
