"""A worker that dies at its nth call to the mock cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .house import House


class Death(BaseException):
    """The process is gone: nothing of it runs any more."""


class Deaths:
    """`moment`: "before" or "after" (the cloud has done it, and nobody knows yet)."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
        self._house = house
        self._left = 0
        cloud_type = type(house.cloud)
        real = cloud_type.call

        def call(cloud: Any, *given: Any) -> Any:
            self._left -= 1
            if self._left == 0 and moment == "before":
                raise Death
            answer = real(cloud, *given)
            if self._left == 0:
                raise Death
            return answer

        monkeypatch.setattr(cloud_type, "call", call)

    def survive(self, number: int, do: Callable[[], object]) -> bool:
        """Whether the nth call was reached. Then another process has taken the operation to its end."""
        house = self._house
        self._left = number
        try:
            do()
            self._left = 0
        except Death:
            house.restart()
            house.clock.advance(2 * house.settings.sweep_seconds)
            house.engine.sweep()
            house.engine.queue.wait("", lambda: False, 600)
            return True
        return False
