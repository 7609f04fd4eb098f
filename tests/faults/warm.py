"""Servers that start in milliseconds: forked from a process that has loaded the service and the clouds' SDKs.

    with warm("AWS") as start:
        process = start(home, lease_seconds="2")      as tests.system.spider.start

As a program it is that process: `python -m tests.faults.warm 0 AWS`. It has one thread and no client of any cloud, so
that a fork of it is as good as a fresh start. It takes orders as lines of JSON, and ends, with all it has forked, when
no more can come.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from tests.servers import clean_environment, free_port, wait_until_it_answers
from tests.system.spider import ROOT, Client, Process, environment

END_SECONDS: Final = 10.0
STORES: Final = ("chalicelib.store.sqlite", "chalicelib.store.dynamodb")


class Start(Protocol):
    def __call__(self, home: Path, **settings: str) -> Process: ...


@contextlib.contextmanager
def warm(*providers: str, lag_seconds: float = 0.0) -> Iterator[Start]:
    """Starts servers that have loaded the SDKs of these clouds. All of them end with the block. `lag_seconds`: what
    their drivers take for the clouds' lag, where an emulated one has less than the real; 0: what they always do."""
    command = [sys.executable, "-m", "tests.faults.warm", f"{lag_seconds:g}", *providers]
    given = {**clean_environment(), "PYTHONPATH": str(ROOT)}
    popen = subprocess.Popen(command, env=given, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with popen as parent:
        forge = _Forge(parent)

        def start(home: Path, **settings: str) -> Process:
            return forge.start(environment(home, settings))

        yield start


class _Forge:
    """The warm process, from outside. Its orders may come from several threads."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent
        self._lock = threading.Lock()

    def start(self, variables: Mapping[str, str]) -> Process:
        """Raises RuntimeError, with the end of its log, when it does not answer in time."""
        stack, port = contextlib.ExitStack(), free_port()
        url = f"http://127.0.0.1:{port}"
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="spider-server-"))
        pid = int(self._told("fork", port=port, folder=folder, environment={**clean_environment(), **variables}))
        process = Process(Client(url), pid, _log(folder), lambda seconds: self._wait(pid, seconds), stack)
        stack.callback(process.wait, END_SECONDS)
        try:
            wait_until_it_answers(lambda: self._told("look", pid=pid), url, process.written)
        except BaseException:
            process.kill()
            raise
        return process

    def _wait(self, pid: int, seconds: float) -> int:
        """Raises TimeoutError."""
        end = time.monotonic() + seconds
        while (status := self._told("look", pid=pid)) is None:
            if time.monotonic() > end:
                raise TimeoutError(f"the server {pid} has not ended after {seconds:g} s")
            time.sleep(0.005)
        return int(status)

    def _told(self, order: str, **about: Any) -> Any:
        """What it says to an order."""
        assert self._parent.stdin
        assert self._parent.stdout
        with self._lock:
            print(json.dumps({"order": order, **about}), file=self._parent.stdin, flush=True)
            return json.loads(self._parent.stdout.readline())


def _log(folder: str) -> Path:
    return Path(folder) / "log"


# -- in the warm process


def main(lag_seconds: float, providers: list[str]) -> None:
    from chalicelib.rest import serve  # and with it the whole service

    loaded = [*STORES, *(name for provider in providers for name in _modules(provider.lower()))]
    for module in [importlib.import_module(name) for name in loaded]:
        if lag_seconds and "LAG_SECONDS" in vars(module):
            vars(module).update(LAG_SECONDS=lag_seconds)
    gc.freeze()  # a collection in a fork would copy every page
    with _Forks(serve.main) as forks:
        for line in sys.stdin:
            print(json.dumps(forks.obey(**json.loads(line))), flush=True)


def _modules(provider: str) -> list[str]:
    """Of a driver, all: some are imported at their first use."""
    package = importlib.import_module(f"spider_drivers.{provider}")
    return [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]


class _Forks:
    """All that live end with the block."""

    def __init__(self, serve: Callable[[list[str]], int]) -> None:
        self._serve = serve
        self._ended: dict[int, int | None] = {}

    def __enter__(self) -> _Forks:
        return self

    def __exit__(self, *_: object) -> None:
        for pid, ended in self._ended.items():
            if ended is None:
                os.kill(pid, signal.SIGKILL)
                self._look(pid, 0)

    def obey(self, order: str, pid: int = 0, **about: Any) -> int | None:
        """A new server's pid, or the exit status of one that has ended."""
        return self._fork(**about) if order == "fork" else self._look(pid, os.WNOHANG)

    def _fork(self, port: int, folder: str, environment: Mapping[str, str]) -> int:
        assert threading.active_count() == 1, "a fork has no threads but its first"
        if pid := os.fork():
            self._ended[pid] = None
            return pid
        try:
            _become(folder, environment)
            status = self._serve(["--port", str(port)])
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
    """A process of its own: nothing of what the warm one reads, writes and was given."""
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(_log(folder), os.O_WRONLY | os.O_CREAT)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
