"""Which action a request addresses. Routes come from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..catalogue.actions import ACTIONS
from ..catalogue.vocabulary import Action
from . import problems
from .http import PREFIX


class Match(NamedTuple):
    action: Action
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Route:
    action: Action
    parts: tuple[str, ...]

    @property
    def order(self) -> tuple[bool, ...]:
        """Fixed words sort before variables: /driver/capability before /driver/{name}."""
        return tuple(part.startswith("{") for part in self.parts)

    def fits(self, segments: list[str]) -> bool:
        """A variable takes any segment but an empty one."""
        return all(
            bool(segment) if part.startswith("{") else part == segment
            for part, segment in zip(self.parts, segments, strict=True)
        )

    def names(self, segments: list[str]) -> dict[str, str]:
        return {part[1:-1]: segment for part, segment in zip(self.parts, segments, strict=True) if part.startswith("{")}


class Router:
    """Matches decoded segments, so a slash that was sent as %2F stays inside its name."""

    def __init__(self, actions: Iterable[Action] = ACTIONS) -> None:
        routes = [_Route(action, tuple((PREFIX + action.path).split("/")[1:])) for action in actions]
        self._by_length: dict[int, list[_Route]] = {}
        for route in sorted(routes, key=lambda route: route.order):
            self._by_length.setdefault(len(route.parts), []).append(route)

    def match(self, method: str, segments: list[str]) -> Match:
        """Raises Problem: 501 for an unknown route below our prefix, 404 elsewhere, 405 (naming those allowed) for a
        wrong method."""
        fitting = [route for route in self._by_length.get(len(segments), []) if route.fits(segments)]
        for route in fitting:
            if method in methods(route.action):
                return Match(route.action, route.names(segments))
        if not fitting:
            raise problems.unknown_route(ours=segments[:1] == [PREFIX.strip("/")] and any(segments[1:]))
        allowed = dict.fromkeys(word for route in fitting for word in methods(route.action))
        raise problems.wrong_method(method, [*allowed, "OPTIONS"])


def addresses() -> dict[str, list[str]]:
    """Every path of the catalogue, variables in braces, and the methods it answers to; for fronts that ask."""
    found: dict[str, list[str]] = {}
    for action in ACTIONS:
        found.setdefault(PREFIX + action.path, []).extend(methods(action))
    return found


def methods(action: Action) -> list[str]:
    """What an action answers to. HEAD is promised to be harmless, so a GET that changes a cloud has none."""
    return ["GET", "HEAD"] if action.method == "GET" and not action.operation else [action.method]
