"""One exchange with a cloud, whatever brings it there: its record, its refusal, its nonsense."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from .calls import CallRecorder
from .errors import CloudError, NoAnswer, Unavailable

READS = ("GET", "HEAD")


@dataclass
class Answered(Exception):
    """An answer that is no success. `code`, `text`: the cloud's own. `spoken`: the cloud wrote it, not somebody on the
    way. `read`: of a call that changes nothing."""

    status: int
    code: str
    text: str
    spoken: bool
    read: bool
    retry_after: float | None = None


class Exchange:
    """One request and its answer, to be recorded when it has ended."""

    def __init__(self, recorder: CallRecorder, name: str) -> None:
        self._recorder = recorder
        self._name = name
        self._began = recorder.clock.stopwatch()
        self._open = True

    def end(self, code: str = "", text: str = "") -> None:
        """Records it, once."""
        if self._open:
            self._open = False
            self._recorder.record(self._name, self._recorder.clock.stopwatch() - self._began, code, text)


def broken(read: bool) -> type[CloudError]:
    """What a cloud out of order has answered: a change may have taken effect all the same."""
    return Unavailable if read else NoAnswer


def nonsense(cloud: str, read: bool, shown: str) -> CloudError:
    """For an answer of success that `cloud` would not give."""
    text = f"this is no answer of {cloud}: {shown}"
    return broken(read)(text, code="200", text=text)


@contextlib.contextmanager
def understood(cloud: str) -> Iterator[None]:
    """Around the reading of an answer, whose members may not be what the cloud's documents say."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise nonsense(cloud, True, f"{type(error).__name__}: {error}") from error
