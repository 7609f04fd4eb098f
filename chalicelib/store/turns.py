"""Writers of one process take turns, and who has the turn writes for all who wait: one transaction, one sync to disk.

Else each waits for all before it; and where another process writes to the same file, for that one between any two.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

MOST: Final = 50  # writes in one transaction

Act = TypeVar("Act")


class Turn(Generic[Act]):
    """A write that waits. `error`: what becomes of it, None when it is made."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.over = False
        self.error: Exception | None = None
        self.woken = threading.Event()


class Turns(Generic[Act]):
    """`carry_out` makes writes, and sets the `error` of those it does not make; what it raises is the error of all."""

    def __init__(self, carry_out: Callable[[Sequence[Turn[Act]]], None]) -> None:
        self._carry_out = carry_out
        self._lock = threading.Lock()
        self._waiting: deque[Turn[Act]] = deque()
        self._taken = False

    def make(self, act: Act, seconds: float) -> None:
        """Returns when it is made. Raises its error; TimeoutError when no turn came within so many seconds."""
        turn = Turn(act)
        with self._lock:
            self._waiting.append(turn)
            mine = not self._taken
            self._taken = True
        if not mine and not turn.woken.wait(seconds) and self._left(turn):
            raise TimeoutError
        if not mine:
            turn.woken.wait()
        if not turn.over:
            self._write()
        if turn.error is not None:
            raise turn.error

    def _left(self, turn: Turn[Act]) -> bool:
        """Whether nobody is at it, so that nobody will be."""
        with self._lock:
            if turn.woken.is_set() or turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True

    def _write(self) -> None:
        """For all who wait, oneself among them; then the next has the turn."""
        with self._lock:
            turns = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            self._carry_out(turns)
        except Exception as error:
            for turn in turns:
                turn.error = error
        except BaseException as error:
            for turn in turns:
                turn.error = InterruptedError(f"the one who wrote was interrupted: {error!r}")
            raise
        finally:
            for turn in turns:
                turn.over = True
                turn.woken.set()
            with self._lock:
                self._taken = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].woken.set()
