"""What clouds offer to everybody, kept for a while in this process's memory, compressed."""

from __future__ import annotations

import logging
import pickle
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from spider_drivers.contract import Clock, NoAnswer

from ..catalogue.records import Aged

log = logging.getLogger("spider.cache")

MOST_BYTES = 64 * 1024 * 1024  # in all, compressed

Key = tuple[str, str, str]  # connection, kind, form


@dataclass(eq=False)
class _Question:
    """A cloud is being asked. `number` counts questions, `asked` is by the clock, `began` by time.monotonic()."""

    number: int
    version: str
    asked: datetime
    began: float
    answer: Future[Any] = field(default_factory=Future)


@dataclass
class _Kept:
    question: _Question
    packed: bytes


class Cache:
    """One answer per key, that of the latest `version`; the least used leave first when memory runs out."""

    def __init__(self, clock: Clock, seconds: float, most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._open: dict[Key, list[_Question]] = {}
        self._asked = 0
        self._bytes = 0

    def get(self, key: Key, version: str, ask: Callable[[], Any], *, seconds: float, refresh: bool = False) -> Aged:
        """What `ask()` answers, or has answered. One asks and the others wait for its answer, each for `seconds` at
        most. With `refresh` only what is asked from now on will do. Raises NoAnswer, and what `ask` raises."""
        until = time.monotonic() + seconds
        with self._lock:
            least = self._asked + 1 if refresh else 0
        while True:
            with self._lock:
                kept = self._fresh(key, version)
                if kept and kept.question.number >= least:
                    break
                question = self._question(key, version, ask, seconds)
            if wait([question.answer], max(0.0, until - time.monotonic())).not_done:
                raise NoAnswer(f"the cloud did not answer within {seconds:g} seconds")
            if question.number >= least:
                return Aged(question.answer.result(), self._age(question))
        return Aged(_unpacked(kept.packed), self._age(kept.question))

    def drop(self, connection: str, kind: str) -> None:
        """Forgets what is kept of a kind, and keeps no answer to what is being asked."""
        with self._lock:
            for key in [key for key in self._kept if key[:2] == (connection, kind)]:
                self._remove(key)
            for key in [key for key in self._open if key[:2] == (connection, kind)]:
                del self._open[key]

    def _fresh(self, key: Key, version: str) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.question.version != version or self._seconds_since(kept.question) >= self._seconds:
            self._remove(key)
            return None
        self._kept.move_to_end(key)
        return kept

    def _question(self, key: Key, version: str, ask: Callable[[], Any], seconds: float) -> _Question:
        """The open one, unless it is about something else by now or has been open for longer than anyone waits."""
        opened = self._open.setdefault(key, [])
        if opened and opened[-1].version == version and time.monotonic() - opened[-1].began <= seconds:
            return opened[-1]
        self._asked += 1
        question = _Question(self._asked, version, self._clock.now(), time.monotonic())
        arguments = (copy_context(), key, question, ask)
        threading.Thread(target=self._ask, args=arguments, name="read", daemon=True).start()
        opened.append(question)  # its thread closes it under the lock that is held here
        return question

    def _ask(self, context: Context, key: Key, question: _Question, ask: Callable[[], Any]) -> None:
        """Keeps the answer even if it comes when nobody waits any more: the next caller has it."""
        try:
            value = context.run(ask)
            packed = _packed(value)
        except BaseException as error:  # handed over to those who wait, whatever it is
            self._close(key, question, None)
            question.answer.set_exception(error)
        else:
            self._close(key, question, packed)
            question.answer.set_result(value)

    def _close(self, key: Key, question: _Question, packed: bytes | None) -> None:
        with self._lock:
            opened = self._open.get(key, [])
            if question not in opened:
                return
            opened.remove(question)
            if not opened:
                del self._open[key]
            kept = self._kept.get(key)
            if packed is not None and (kept is None or kept.question.number < question.number):
                self._keep(key, _Kept(question, packed))

    def _keep(self, key: Key, kept: _Kept) -> None:
        self._remove(key)
        self._kept[key] = kept
        self._bytes += len(kept.packed)
        while self._bytes > self._most_bytes:
            self._remove(next(iter(self._kept)))

    def _remove(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.packed)

    def _age(self, question: _Question) -> int:
        return max(0, int(self._seconds_since(question)))

    def _seconds_since(self, question: _Question) -> float:
        return (self._clock.now() - question.asked).total_seconds()


def _packed(value: Any) -> bytes | None:
    """None for what cannot be kept."""
    try:
        return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 1)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        log.warning("an answer of a cloud cannot be kept: %s", error)
        return None


def _unpacked(packed: bytes) -> Any:
    return pickle.loads(zlib.decompress(packed))
