"""What an emulated cloud can be told, over HTTP or in Python."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Settings:
    """transition_seconds   how long a change takes, and a state in between lasts
    page_size            the most elements on a page of any list, whatever is asked for; None: the cloud's own limits
    permissions          what the account may do, by the cloud's names of permissions; None: everything
    exhausted            machine types of which the cloud has none left
    quotas               how many of a kind may be there, by the façade's names of kinds
    """

    transition_seconds: float = 0.5
    page_size: int | None = None
    permissions: list[str] | None = None
    exhausted: list[str] = field(default_factory=list)
    quotas: dict[str, int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        return asdict(self)

    def checked(self, data: Any) -> dict[str, Any]:
        """What `change` takes, from JSON. Raises ValueError naming the field."""
        if not isinstance(data, dict) or not data:
            raise ValueError("settings: an object with at least one of " + ", ".join(_CHECKS))
        return {name: self._checked(name, value) for name, value in data.items()}

    def change(self, checked: dict[str, Any]) -> None:
        """Of the quotas those not given stay as they are."""
        for name, value in checked.items():
            setattr(self, name, {**self.quotas, **value} if name == "quotas" else value)

    def _checked(self, name: str, value: Any) -> Any:
        known = {one.name for one in fields(self)}
        if name not in known:
            raise ValueError(f"{name}: no such setting; there are {', '.join(sorted(known))}")
        return _CHECKS[name](name, value)


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{name}: {value!r} is not a number of seconds")
    return float(value)


def _size(name: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"{name}: {value!r} is not a number above 0, nor null")
    return value


def _words(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name}: {value!r} is not a list of strings")
    return value


def _words_or_none(name: str, value: Any) -> list[str] | None:
    return None if value is None else _words(name, value)


def _numbers(name: str, value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(one) is int and one >= 0 for one in value.values()):
        raise ValueError(f"{name}: {value!r} is not an object of numbers")
    return value


_CHECKS = {
    "transition_seconds": _seconds,
    "page_size": _size,
    "permissions": _words_or_none,
    "exhausted": _words,
    "quotas": _numbers,
}
