"""Serves the API on this machine: python -m chalicelib.rest.serve [--host 127.0.0.1] [--port 1024]."""

from __future__ import annotations

import argparse
import contextlib
import errno
import resource
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import waitress
from spider_drivers.contract import SpiderError
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from ..engine.settings import Settings
from . import auth, problems
from .handle import Engine, fail
from .http import PREFIX, HttpRequest, choose_request_id
from .opening import open_from, with_password
from .wsgi import make_app, status_line

# A call that is held for its operation (up to SPIDER_WAIT_SECONDS) occupies a thread that only waits.
# 100 such calls leave 156 threads for reads. An idle thread costs about 16 KB.
THREADS = 256
# Calls beyond the threads wait their turn. One file descriptor each.
CONNECTIONS = 1000
# Beyond the API's own limit of 6 MB, so that a body somewhat too large is read and answered in peace;
# at this size waitress closes the connection, perhaps before the client has read why.
LARGEST_BODY = 64 * 1024 * 1024
# waitress closes connections that are idle for so long; those with a call in work never count as idle.
IDLE_SECONDS = 120
END_SECONDS = 10.0
FILES = 4096


class Refusal(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """What waitress itself refuses (a Content-Length that is no number, headers too large), as a problem."""

    def execute(self) -> None:
        error = self.request.error
        request_id = choose_request_id(self.request.headers.get("X_REQUEST_ID"))
        problem = problems.Problem(problems.Meaning(error.code, "http", error.reason), str(error.body))
        response = fail(problem, HttpRequest(method="", path="", request_id=request_id))
        self.status = status_line(response.status)
        self.response_headers.extend(response.headers.items())
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


class Channel(HTTPChannel):  # type: ignore[misc]  # as above
    error_task_class = Refusal


class Closable(Engine, Protocol):
    def close(self) -> None: ...


class CannotServe(Exception):
    """Says why in a sentence for the user."""


def main(words: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    try:
        settings = with_password(Settings.from_env())
        check_exposure(settings, arguments.host)
        listener = listen(arguments.host, arguments.port)
        engine = open_from(settings)
    except (CannotServe, ValueError, OSError, SpiderError) as error:
        print(f"spider: {error}", file=sys.stderr)
        return 2
    serve(engine, listener)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spider", description="Serve Spider's REST API on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=1024, type=int, help="port to listen on (default: %(default)s)")
    return parser


def check_exposure(settings: Settings, host: str) -> None:
    """Raises CannotServe if others could reach a server that asks for no login."""
    if bool(settings.username) != bool(settings.password):
        raise CannotServe("set both SPIDER_USERNAME and SPIDER_PASSWORD, or neither")
    if not settings.username and not auth.is_loopback(host):
        raise CannotServe(
            f"without SPIDER_USERNAME and SPIDER_PASSWORD Spider listens on loopback only, and not on {host}"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotServe saying what is wrong."""
    # Where "localhost" means ::1 as well, clients that know 127.0.0.1 only would be left out.
    address = "127.0.0.1" if host.lower() == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=1024)
    except OverflowError:
        raise CannotServe(f"{port} is not a port: 0 to 65535") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"port {port} is in use by another program; choose one with --port") from None
        if error.errno == errno.EACCES:
            raise CannotServe(f"port {port} needs privileges; choose 1024 or above with --port") from None
        raise CannotServe(f"cannot listen on {host} port {port}: {error.strerror}") from None


def serve(engine: Closable, listener: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT."""
    _allow_files()
    server = make_server(engine, listener)
    ended = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: ended.set())
    threading.Thread(target=_run, args=(server, ended), name="spider-http", daemon=True).start()
    print(f"Spider listens on http://{_url_host(listener)}{PREFIX}", flush=True)
    ended.wait()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL)  # a second one ends it at once
    # The loop goes on, to send what calls in work still answer; the engine lets go of those that it holds.
    server.accepting = False
    engine.close()
    server.task_dispatcher.shutdown(timeout=END_SECONDS)


def make_server(engine: Engine, listener: socket.socket) -> Any:
    """A waitress server on a listening socket."""
    server = waitress.create_server(
        make_app(engine),
        sockets=[listener],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        max_request_body_size=LARGEST_BODY,
        asyncore_use_poll=True,  # select() takes no file descriptor above 1023
        ident="spider",
    )
    server.channel_class = Channel
    return server


def _run(server: Any, ended: threading.Event) -> None:
    try:
        server.run()
    finally:
        ended.set()


def _url_host(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _allow_files() -> None:
    """macOS gives a process 256 file descriptors at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
