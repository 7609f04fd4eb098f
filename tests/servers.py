"""Emulators as processes on loopback, for tests. Each context manager yields the server's base URL."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cloud_twin.faults import Dialect, Faults, Forwarding
from cloud_twin.serve import serving

ROOT: Final = Path(__file__).resolve().parents[1]
START_SECONDS: Final = 30.0
END_SECONDS: Final = 5.0
DUMMY_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "dummykey",
    "AWS_SECRET_ACCESS_KEY": "dummysecret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """This process's environment with dummy AWS credentials and without what would lead a client elsewhere."""

    def foreign(name: str) -> bool:
        return name.startswith("AWS_") or name.endswith(("_CA_BUNDLE", "_proxy", "_PROXY"))

    return {**{name: value for name, value in os.environ.items() if not foreign(name)}, **DUMMY_CREDENTIALS}


@contextlib.contextmanager
def ministack(tool: str = "ministack", **settings: str) -> Iterator[str]:
    """ministack, which emulates DynamoDB, SQS, Lambda, API Gateway and more. Empty at the start.

    `tool`: its command; `settings`: its variables.
    """
    port = free_port()
    environment = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "PERSIST_STATE": "0", **settings}
    with server([_tool(tool)], f"http://127.0.0.1:{port}", environment) as url:
        yield url


@dataclass(frozen=True)
class Twin:
    """A running Cloud-Twin: its two addresses, and the folder with what clients need."""

    plain: str
    secure: str
    folder: Path

    @property
    def ca(self) -> str:
        """PEM."""
        return (self.folder / "ca.pem").read_text()

    def account(self, cloud: str) -> dict[str, str]:
        """As the vendor's own tools take it."""
        read: dict[str, str] = json.loads((self.folder / f"{cloud}.json").read_text())
        return read

    def contents(self, cloud: str) -> set[str]:
        """Ids of everything that the cloud holds."""
        return set(tell(self.plain, "GET", f"/contents?cloud={cloud}")[cloud])


@contextlib.contextmanager
def cold_twin(words: Sequence[str], url: str) -> Iterator[None]:
    """Cloud-Twin with these words of its command line, which answers at `url`, until the block ends."""
    with server([sys.executable, "-m", "cloud_twin", *words], url, {"PYTHONPATH": str(ROOT)}):
        yield


# A run of the tests has it forked instead: conftest.py.
run_twin = cold_twin


@contextlib.contextmanager
def twin(*clouds: str, transition_seconds: float = 0.5, options: Sequence[str] = ()) -> Iterator[Twin]:
    """Cloud-Twin as a process, with these clouds, empty at the start. `transition_seconds`: how long its states in
    between last; `options`: more of the command line's."""
    plain, secure = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="cloud-twin-") as folder:
        words = ["--clouds", ",".join(clouds), "--quiet"]
        words += ["--port", str(plain), "--tls-port", str(secure), "--folder", folder, *options]
        with run_twin(words, f"http://127.0.0.1:{plain}/_twin/clock"):
            found = Twin(f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", Path(folder))
            tell(found.plain, "PUT", "/settings", {"transition_seconds": transition_seconds})
            yield found


@contextlib.contextmanager
def aws_twin(transition_seconds: float = 0.5) -> Iterator[str]:
    """Cloud-Twin with EC2 alone: its URL."""
    with twin("aws", transition_seconds=transition_seconds) as found:
        yield found.plain


def tell(url: str, method: str, path: str, body: object = None) -> Any:
    """A call of a twin's admin API. Not by httpx: its set-up takes longer than the call."""
    with contextlib.closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request(method, f"/_twin{path}", json.dumps(body))
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text}")
        return json.loads(text)


@dataclass(frozen=True)
class Proxy:
    """A proxy in this process; `faults` are what it lets befall calls."""

    url: str
    faults: Faults


@contextlib.contextmanager
def proxy(
    upstream: str,
    dialect: Dialect,
    *,
    upstream_tls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Proxy]:
    """`upstream_tls`: how the cloud is trusted; `tls`: what the proxy itself speaks."""
    with contextlib.closing(Forwarding(upstream, tls=upstream_tls)) as passed_on:
        faults = Faults(passed_on, dialect)
        with serving(faults, tls=tls) as url:
            yield Proxy(url, faults)


@contextlib.contextmanager
def server(command: Sequence[str], url: str, environment: Mapping[str, str]) -> Iterator[str]:
    """A process that answers HTTP at `url`, ended with the block. Raises RuntimeError when it ended by itself."""
    with process(command, url, environment) as running:
        yield url
        if running.popen.poll() is not None:
            raise RuntimeError(f"{command[0]} ended by itself{_tail(running.log)}")


@dataclass(frozen=True)
class Running:
    """A server's process, and where what it says is written."""

    popen: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def process(command: Sequence[str], url: str, environment: Mapping[str, str]) -> Iterator[Running]:
    """A process that answers HTTP at `url`, ended with the block.

    Raises RuntimeError, with the end of its log, when it does not answer in time.
    """
    with tempfile.TemporaryDirectory(prefix="spider-server-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            running = subprocess.Popen(
                command,
                env={**clean_environment(), **environment},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_it_answers(running.poll, url, log)
            yield Running(running, log)
        finally:
            _end(running)


def answers(url: str) -> bool:
    """Whether an HTTP server is there; any status will do."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wait_until_it_answers(ended: Callable[[], int | None], url: str, log: Path) -> None:
    """`ended`: the server's exit status, once it has one. Raises RuntimeError, with the end of its log."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if (status := ended()) is not None:
            raise RuntimeError(f"server for {url} ended with {status}{_tail(log)}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer from {url} within {START_SECONDS} s{_tail(log)}")
        time.sleep(0.05)


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-30:]
    return "\n".join([":", *lines])


def _tool(name: str) -> str:
    """A command of the virtual environment that runs the tests, or else one on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed: run `python3 dev.py venv`")
    return found
