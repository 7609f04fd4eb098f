"""Lambda functions as AWS runs them: instances behind the runtime API, one event at a time each, killed at a time-out.

The interface is that of "Using the Lambda runtime API for custom runtimes" (AWS Lambda developer guide).
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shlex
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from deployment import target

from . import root as place

VERSION: Final = "/2018-06-01/runtime"
CGROUP: Final = Path("/sys/fs/cgroup/memory")
START_SECONDS: Final = 60.0
# What Lambda gives besides.
VARIABLES: Final = {
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task:/var/task/lib:/opt/lib",
    "PYTHONPATH": "/var/runtime:/var/task:/opt/python",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "dummykey",
    "AWS_SECRET_ACCESS_KEY": "dummysecret",
    "AWS_EXECUTION_ENV": f"AWS_Lambda_{target.RUNTIME}",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}


class Died(Exception):
    """The instance has ended while it had the event: it was killed, or has run out of memory or time."""


class Failed(Exception):
    """The function has raised; the text is what it told of that."""


@dataclass(frozen=True)
class Function:
    """As the template declares it. `memory` in MB, `seconds` for one event."""

    name: str
    handler: str
    memory: int
    seconds: float
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self, api: str) -> dict[str, str]:
        told = {
            "_HANDLER": self.handler,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_RUNTIME_API": api,
        }
        return {**VARIABLES, **self.variables, **told}


class Instance:
    """A process in the room, and the runtime API that it speaks to."""

    def __init__(self, root: Path, function: Function, log: Path) -> None:
        self.function = function
        self._events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._api = _serve(self)
        self._log = log.open("ab")
        self._group = _limited(function)
        address = f"127.0.0.1:{self._api.server_address[1]}"
        self._process = subprocess.Popen(
            _command(root, function.handler, self._group),
            env=function.environment(address),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def invoke(self, event: Any) -> Any:
        """What the function answers. Raises Died, Failed."""
        request = str(uuid.uuid4())
        self._events.put((request, json.dumps(event).encode()))
        end = time.monotonic() + self.function.seconds + START_SECONDS
        while True:
            try:
                kind, body = self._answers.get(timeout=0.1)
            except queue.Empty:
                if not self.is_alive or time.monotonic() > end:
                    self.kill()
                    raise Died(self.function.name) from None
                continue
            if kind != "response":
                raise Failed(body.decode(errors="replace"))
            return json.loads(body)

    def kill(self) -> None:
        """SIGKILL, to all of it."""
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        self.kill()
        self._api.shutdown()
        self._api.server_close()
        self._log.close()
        if self._group:
            with contextlib.suppress(OSError):
                self._group.rmdir()

    def peak(self) -> int:
        """Bytes of memory, at most so far; 0 where this machine does not tell."""
        return int((self._group / "memory.max_usage_in_bytes").read_text()) if self._group else 0

    def next(self) -> tuple[str, bytes]:
        return self._events.get()

    def told(self, kind: str, body: bytes) -> None:
        self._answers.put((kind, body))


class Pool:
    """All instances of a function: an event goes to one that is idle, else to a new one."""

    def __init__(self, root: Path, function: Function, log: Path) -> None:
        self._root = root
        self.function = function
        self._log = log
        self._lock = threading.Lock()
        self._idle: list[Instance] = []
        self._all: list[Instance] = []

    def invoke(self, event: Any) -> Any:
        with self._lock:
            instance = self._idle.pop() if self._idle else Instance(self._root, self.function, self._log)
            if instance not in self._all:
                self._all.append(instance)
        try:
            return instance.invoke(event)
        finally:
            with self._lock:
                if instance.is_alive:
                    self._idle.append(instance)

    def kill(self) -> int:
        """All that are at work. How many there were."""
        with self._lock:
            working = [one for one in self._all if one.is_alive and one not in self._idle]
        for one in working:
            one.kill()
        return len(working)

    def peak(self) -> int:
        return max((one.peak() for one in self._all), default=0)

    def close(self) -> None:
        for one in self._all:
            one.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An instance that is killed leaves its connection."""


def _serve(instance: Instance) -> ThreadingHTTPServer:
    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            request, body = instance.next()
            deadline = int((time.time() + instance.function.seconds) * 1000)
            arn = f"arn:aws:lambda:us-east-1:123456789012:function:{instance.function.name}"
            self._answer(
                200,
                body,
                **{
                    "Lambda-Runtime-Aws-Request-Id": request,
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": arn,
                },
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            instance.told(self.path.rpartition("/")[2], body)
            self._answer(202, b'{"status":"OK"}')

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
            """Every event would be a line."""

    server = _Server(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _limited(function: Function) -> Path | None:
    """A control group with the function's memory; None where this machine has none to give."""
    group = CGROUP / f"spider-{uuid.uuid4().hex[:8]}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(function.memory * 2**20))
    except OSError:
        return None
    return group


def _command(root: Path, handler: str, group: Path | None) -> Sequence[str]:
    """In namespaces of its own, in the room, which cannot be written to but for /tmp, as a user who may do nothing. It
    ends when its runtime API is gone."""
    quoted = shlex.quote(str(root))
    lines = [
        "set -e",
        *([f"echo $$ > {shlex.quote(str(group))}/cgroup.procs"] if group else []),
        f"mount --bind {quoted} {quoted}",
        *(f"mount --bind /dev/{name} {quoted}/dev/{name}" for name in ("null", "zero", "random", "urandom")),
        f"mount -t proc proc {quoted}/proc",
        f"mount -t tmpfs -o size=512m tmpfs {quoted}/tmp",
        f"chmod 1777 {quoted}/tmp",
        f"mount -o remount,ro,bind {quoted}",
        "exec /usr/sbin/chroot --userspec={}:{} {} /var/lang/bin/python{}.{} -m awslambdaric {}".format(
            *place.USER, quoted, *target.PYTHON, shlex.quote(handler)
        ),
    ]
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", "\n".join(lines)]


@contextlib.contextmanager
def pool(root: Path, function: Function, log: Path) -> Iterator[Pool]:
    made = Pool(root, function, log)
    try:
        yield made
    finally:
        made.close()
