"""The whole program as a process, and a client that speaks to it as CB-Spider's scripts do."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port, process, server

ROOT = Path(__file__).resolve().parents[2]


class CallFailed(Exception):
    """Spider answered with a problem, or the life cycle did not go on as it should."""


class Client:
    """JSON bodies on every method, GET and DELETE included."""

    def __init__(self, url: str, auth: tuple[str, str] | None = None) -> None:
        self.url = url
        self.heard: Callable[[str], object] = lambda _: None
        self._http = httpx.Client(base_url=f"{url}/spider", timeout=120.0, trust_env=False, auth=auth)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._http.request(method, path, json=body, headers=named)
        self.heard(f"{answer.headers} {answer.text}")
        return answer

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer's JSON. Raises CallFailed with the problem's message."""
        answer = self.send(method, path, body, **headers)
        if answer.status_code != 200:
            raise CallFailed(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def until(self, path: str, body: Any, key: str, wanted: str, seconds: float = 60.0) -> Any:
        """GETs `path` until the answer's `key` is `wanted`."""
        end = time.monotonic() + seconds
        while True:
            answer = self.call("GET", path, body)
            if answer[key] == wanted:
                return answer
            if answer.get("State") == "FAILED":
                raise CallFailed(f"GET {path}: {answer}")
            if time.monotonic() > end:
                raise CallFailed(f"GET {path}: {key} is {answer[key]} after {seconds:g} s, not {wanted}")
            time.sleep(0.2)


def serve(port: int) -> list[str]:
    return [sys.executable, "-m", "chalicelib.rest.serve", "--port", str(port)]


def chalice_local(port: int) -> list[str]:
    tool = Path(sys.executable).parent / "chalice"
    return [str(tool), "--project-dir", str(ROOT), "local", "--port", str(port), "--no-autoreload"]


Front = Callable[[int], list[str]]


@contextlib.contextmanager
def behind(front: Front, home: Path, settings: Mapping[str, str], **variables: str) -> Iterator[Client]:
    """A server of its own on a free port, its state under `home`. `settings` as in SPIDER_…"""
    port = free_port()
    with server(front(port), f"http://127.0.0.1:{port}", {**environment(home, settings), **variables}) as url:
        yield Client(url)


def spider(home: Path, **settings: str) -> contextlib.AbstractContextManager[Client]:
    """The server that users start."""
    return behind(serve, home, settings)


@dataclass
class Process:
    """A server that a test may kill. `wait`: its exit status, waited for so many seconds; `stack` ends what is left of
    it."""

    client: Client
    pid: int
    written: Path
    wait: Callable[[float], int]
    stack: contextlib.ExitStack
    killed: bool = False

    def log(self) -> str:
        return self.written.read_text(errors="replace")

    def kill(self) -> None:
        """Once only, as the pid may then be another's."""
        if not self.killed:
            self.killed = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(RuntimeError):
            self.stack.close()


def start(home: Path, **settings: str) -> Process:
    """Like `spider`, for servers that do not end as they should."""
    port = free_port()
    stack = contextlib.ExitStack()
    running = stack.enter_context(process(serve(port), f"http://127.0.0.1:{port}", environment(home, settings)))
    popen = running.popen
    return Process(Client(f"http://127.0.0.1:{port}"), popen.pid, running.log, popen.wait, stack)


@contextlib.contextmanager
def killed(process: Process) -> Iterator[Process]:
    """In the end."""
    try:
        yield process
    finally:
        process.kill()


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    named = {f"SPIDER_{name.upper()}": value for name, value in settings.items()}
    return {"SPIDER_HOME": str(home), "PYTHONPATH": str(ROOT), **named}
