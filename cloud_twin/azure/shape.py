"""What a request may say, declared: names and types of members, which must be there, which words are known.

`read` answers what was sent, its names and words spelled as Azure does, without nulls and what only Azure says.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .errors import ArmError


class Voice(Protocol):
    """How a resource provider refuses what is ill-formed. Paths: `properties.subnets[0].name`."""

    def missing(self, path: str) -> ArmError: ...

    def wrong_type(self, path: str, value: Any, wanted: str) -> ArmError: ...

    def unknown_word(self, path: str, value: str, known: tuple[str, ...]) -> ArmError: ...

    def unknown_member(self, path: str, kind: str) -> ArmError: ...


class Shape(ABC):
    @abstractmethod
    def read(self, value: Any, path: str, voice: Voice) -> Any:
        """Raises ArmError."""


@dataclass(frozen=True)
class Plain(Shape):
    """`name`: .NET's, as errors tell it."""

    kind: type
    name: str

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        if isinstance(value, bool) and self.kind is bool:
            return value
        if isinstance(value, bool) or not isinstance(value, self.kind):
            return self._converted(value, path, voice)
        return value

    def _converted(self, value: Any, path: str, voice: Voice) -> Any:
        """Json.NET takes a number for a text and a text of digits for a number."""
        if self.kind is str and isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if self.kind is int and isinstance(value, str) and value.strip().isdecimal():
            return int(value)
        if self.kind is bool and isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise voice.wrong_type(path, value, self.name)


TEXT = Plain(str, "System.String")
NUMBER = Plain(int, "System.Nullable`1[System.Int32]")
FLAG = Plain(bool, "System.Nullable`1[System.Boolean]")


class _Anything(Shape):
    def read(self, value: Any, path: str, voice: Voice) -> Any:
        return value


class _Ignored(Shape):
    """Azure's own: taken and not heeded."""

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        return None


class _Unserved(Shape):
    """What Azure would take, and the twin would pass over."""

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        if value not in ([], {}, "", False):
            raise ArmError(501, "NotImplemented", f"Cloud-Twin does not serve '{path}'.", target=path)


ANYTHING = _Anything()
UNSERVED = _Unserved()
IGNORED = _Ignored()


@dataclass(frozen=True)
class Word(Shape):
    known: tuple[str, ...]

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        if not isinstance(value, str):
            raise voice.wrong_type(path, value, "System.String")
        for word in self.known:
            if word.lower() == value.lower():
                return word
        raise voice.unknown_word(path, value, self.known)


def word(*known: str) -> Word:
    return Word(known)


@dataclass(frozen=True)
class ListOf(Shape):
    inner: Shape

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        if not isinstance(value, list):
            raise voice.wrong_type(path, value, "System.Collections.Generic.List`1")
        return [self.inner.read(one, f"{path}[{number}]", voice) for number, one in enumerate(value)]


@dataclass(frozen=True)
class MapOf(Shape):
    """Names of the caller's own."""

    inner: Shape

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        if not isinstance(value, dict):
            raise voice.wrong_type(path, value, "System.Collections.Generic.Dictionary`2")
        return {name: self.inner.read(one, f"{path}.{name}", voice) for name, one in value.items()}


@dataclass(frozen=True)
class Members(Shape):
    """`name`: of the type, as errors tell it. `needed`: names that must be there."""

    name: str
    members: Mapping[str, Shape] = field(default_factory=dict)
    needed: tuple[str, ...] = ()

    def read(self, value: Any, path: str, voice: Voice) -> Any:
        if not isinstance(value, dict):
            raise voice.wrong_type(path, value, self.name)
        spelled = {name.lower(): name for name in self.members}
        found: dict[str, Any] = {}
        for name, one in value.items():
            known = spelled.get(name.lower())
            if known is None:
                raise voice.unknown_member(_joined(path, name), self.name)
            read = None if one is None else self.members[known].read(one, _joined(path, known), voice)
            if read is not None:
                found[known] = read
        for name in self.needed:
            if name not in found:
                raise voice.missing(_joined(path, name))
        return found


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


REFERENCE = Members("SubResource", {"id": TEXT, "properties": ANYTHING, "location": IGNORED, "tags": IGNORED})


def resource(name: str, properties: Shape, needed: tuple[str, ...] = (), **more: Shape) -> Members:
    """A tracked resource: what any may have, its properties, and `more` beside."""
    members: dict[str, Shape] = {
        "id": IGNORED,
        "name": IGNORED,
        "type": IGNORED,
        "etag": IGNORED,
        "systemData": IGNORED,
        "location": TEXT,
        "tags": MapOf(TEXT),
        "properties": properties,
        **more,
    }
    return Members(name, members, needed)
