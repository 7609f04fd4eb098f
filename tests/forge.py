"""Programs that start in milliseconds: forked from a process that has loaded all they need.

    with forge("tests.faults.warm", "0", "AWS") as start:
        forked = start(["--port", "8080"], {"SPIDER_HOME": "/tmp/home"}, "http://127.0.0.1:8080")

That process is a module which loads things and then calls `obey`. It has one thread and no client of any cloud, so that
a fork of it is as good as a fresh start. It takes orders as lines of JSON, and ends, with all it has forked, when no
more can come.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from tests.servers import ROOT, clean_environment, wait_until_it_answers

END_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Forked:
    """`look`: its exit status, once it has one; `written`: its log, which is gone when `stack` is closed."""

    pid: int
    written: Path
    look: Callable[[], int | None]
    stack: contextlib.ExitStack

    def wait(self, seconds: float) -> int:
        """Its exit status. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while (status := self.look()) is None:
            if time.monotonic() > end:
                raise TimeoutError(f"the process {self.pid} has not ended after {seconds:g} s")
            time.sleep(0.005)
        return status


class Ending(Protocol):
    """What a forked process and Spider's have in common."""

    @property
    def pid(self) -> int: ...

    @property
    def wait(self) -> Callable[[float], int]: ...

    @property
    def stack(self) -> contextlib.ExitStack: ...


@contextlib.contextmanager
def ending(process: Ending) -> Iterator[None]:
    """Ends it with the block. Raises RuntimeError when it has ended by itself."""
    with process.stack:
        try:
            yield
            if _has_ended(process):
                raise RuntimeError(f"the process {process.pid} ended by itself")
        finally:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if not _has_ended(process):
                    os.kill(process.pid, number)
                    _has_ended(process, END_SECONDS)


def _has_ended(process: Ending, seconds: float = 0.0) -> bool:
    try:
        process.wait(seconds)
    except TimeoutError:
        return False
    return True


@contextlib.contextmanager
def forge(module: str, *words: str) -> Iterator[Forge]:
    """All that it has started ends with the block."""
    command = [sys.executable, "-m", module, *words]
    given = {**clean_environment(), "PYTHONPATH": str(ROOT)}
    popen = subprocess.Popen(command, env=given, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with popen as parent:
        yield Forge(parent)


class Forge:
    """The process that has loaded everything, from outside. Its orders may come from several threads."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent
        self._lock = threading.Lock()

    def __call__(self, words: Sequence[str], variables: Mapping[str, str], url: str) -> Forked:
        """Raises RuntimeError, with the end of its log, when it does not answer at `url` in time."""
        stack = contextlib.ExitStack()
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="spider-server-"))
        environment = {**clean_environment(), **variables}
        pid = int(self._told("fork", words=list(words), folder=folder, environment=environment))
        forked = Forked(pid, _log(folder), lambda: self._told("look", pid=pid), stack)
        stack.callback(forked.wait, END_SECONDS)
        try:
            wait_until_it_answers(forked.look, url, forked.written)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            stack.close()
            raise
        return forked

    def _told(self, order: str, **about: Any) -> Any:
        """What it says to an order."""
        assert self._parent.stdin
        assert self._parent.stdout
        with self._lock:
            print(json.dumps({"order": order, **about}), file=self._parent.stdin, flush=True)
            return json.loads(self._parent.stdout.readline())


def _log(folder: str) -> Path:
    return Path(folder) / "log"


# -- in the process that has loaded everything


def obey(main: Callable[[list[str]], int]) -> None:
    """Forks that run `main` with the words they are given, until no more orders come."""
    gc.freeze()  # a collection in a fork would copy every page
    with _Forks(main) as forks:
        for line in sys.stdin:
            print(json.dumps(forks.obey(**json.loads(line))), flush=True)


class _Forks:
    """All that live end with the block."""

    def __init__(self, main: Callable[[list[str]], int]) -> None:
        self._main = main
        self._ended: dict[int, int | None] = {}

    def __enter__(self) -> _Forks:
        return self

    def __exit__(self, *_: object) -> None:
        for pid, ended in self._ended.items():
            if ended is None:
                os.kill(pid, signal.SIGKILL)
                self._look(pid, 0)

    def obey(self, order: str, pid: int = 0, **about: Any) -> int | None:
        """A new process's pid, or the exit status of one that has ended."""
        return self._fork(**about) if order == "fork" else self._look(pid, os.WNOHANG)

    def _fork(self, words: list[str], folder: str, environment: Mapping[str, str]) -> int:
        assert threading.active_count() == 1, "a fork has no threads but its first"
        if pid := os.fork():
            self._ended[pid] = None
            return pid
        try:
            _become(folder, environment)
            status = self._main(words)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            status = 1
        os._exit(status)

    def _look(self, pid: int, options: int) -> int | None:
        if self._ended[pid] is None:
            found, status = os.waitpid(pid, options)
            self._ended[pid] = os.waitstatus_to_exitcode(status) if found else None
        return self._ended[pid]


def _become(folder: str, environment: Mapping[str, str]) -> None:
    """A process of its own: nothing of what the one before reads, writes and was given."""
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(_log(folder), os.O_WRONLY | os.O_CREAT)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
