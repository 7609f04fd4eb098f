"""The server as a process: how it starts, what it refuses, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chalicelib.engine.settings import Settings
from chalicelib.rest import serve
from tests.rest.support import over_http

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "tests.rest.stand_in", "serve"]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPIDER_")}
    return {**kept, "SPIDER_HOME": str(home), **more}


@contextlib.contextmanager
def running(home: Path, *words: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the line that it prints when it is ready."""
    with subprocess.Popen(
        [*COMMAND, *words],
        cwd=ROOT,
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            process.kill()


def port_of(line: str) -> int:
    return int(line.rpartition(":")[2].partition("/")[0])


def refused(home: Path, *words: str, **more: str) -> str:
    """What a server says that does not start."""
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=ROOT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_ends_when_told(tmp_path: Path, signum: signal.Signals) -> None:
    with running(tmp_path, "--port", "0") as (process, line):
        assert line == f"Spider listens on http://127.0.0.1:{port_of(line)}/spider\n"
        assert over_http(port_of(line), "GET", "/spider/cloudos").status == 200
        process.send_signal(signum)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_calls_in_work_are_answered_when_it_ends(tmp_path: Path) -> None:
    body = json.dumps({"ConnectionName": "c", "ReqInfo": {"Name": "held"}}).encode()
    with running(tmp_path, "--port", "0") as (process, line), ThreadPoolExecutor(20) as pool:
        held = [pool.submit(over_http, port_of(line), "POST", "/spider/vpc", body) for _ in range(20)]
        time.sleep(1)
        process.terminate()
        assert {future.result(10).status for future in held} == {200}
        assert process.wait(10) == 0


def test_a_server_without_a_login_stays_on_loopback(tmp_path: Path) -> None:
    said = refused(tmp_path, "--host", "0.0.0.0", "--port", "0")
    assert "SPIDER_USERNAME" in said
    assert "Traceback" not in said


def test_a_login_needs_both_halves(tmp_path: Path) -> None:
    assert "neither" in refused(tmp_path, SPIDER_USERNAME="u")
    assert "neither" in refused(tmp_path, SPIDER_PASSWORD="p")


def test_a_server_with_a_login_may_listen_anywhere(tmp_path: Path) -> None:
    with running(tmp_path, "--host", "0.0.0.0", "--port", "0", SPIDER_USERNAME="u", SPIDER_PASSWORD="p") as (_, line):
        assert over_http(port_of(line), "GET", "/spider/cloudos").status == 401


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"port {port} is in use" in refused(tmp_path, "--port", str(port))


def test_a_setting_that_cannot_be_read(tmp_path: Path) -> None:
    assert "SPIDER_WORKERS" in refused(tmp_path, SPIDER_WORKERS="many")
    assert "log level" in refused(tmp_path, SPIDER_LOG_LEVEL="loud")


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("203.0.113.1", 0), ("no.such.host.invalid", 0)])
def test_an_address_that_is_none_of_ours(host: str, port: int) -> None:
    with pytest.raises(serve.CannotServe):
        serve.listen(host, port)


def test_localhost_is_where_every_client_looks() -> None:
    with serve.listen("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_ipv6() -> None:
    serve.check_exposure(Settings(), "::1")
    with serve.listen("::1", 0) as listener:
        assert listener.getsockname()[0] == "::1"
