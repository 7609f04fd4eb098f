"""What all users of servers that die have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from random import Random
from typing import Any, Final

import httpx

from tests.system.three_clouds import Asking

from .fleet import Fleet

OK: Final = 200
ACCEPTED: Final = 202
MISSING: Final = 404
CONFLICT: Final = 409


class Lost(Exception):
    """What was told as done is not so, or could not be done."""


class User(ABC):
    """Does one thing after the other until told to stop. `trouble`: what has ended it before."""

    def __init__(self, name: str, seed: int, fleet: Fleet, asking: Asking) -> None:
        self.asking = asking
        self.trouble = ""
        self.stop = threading.Event()
        self._name = name
        self._fleet = fleet
        self._chance = Random(f"{seed} {name}")

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.step()
        except Exception as error:
            self.trouble = f"{self._name}: {type(error).__name__}: {error}"

    @abstractmethod
    def step(self) -> None:
        """Raises Lost."""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """What is safe to repeat, until it is answered."""
        return self._fleet.ask(self._chance, method, path, body, **headers)

    def found(self, path: str) -> str:
        """The SystemId of what is at the path of a connection's; "" for nothing."""
        answer = self.ask("GET", path, self.asking.on)
        if answer.status_code == MISSING:
            return ""
        if answer.status_code != OK:
            raise Lost(f"GET {path}: {answer.status_code} {answer.text}")
        return str(answer.json()["IId"]["SystemId"])
