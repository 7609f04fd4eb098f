"""Lambda functions as AWS runs them: instances behind the runtime API, one event at a time each."""

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
from pathlib import Path
from typing import Any, Final

from deployment import target

from . import root as place
from .runtime_api import Hooks, RuntimeApi

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


class Process:
    """What runs a function, behind a runtime API of its own: one event at a time, frozen in between, and killed when
    its time is up. `command`: it speaks to that API."""

    def __init__(self, command: Sequence[str], function: Function, log: Path) -> None:
        self.function = function
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function.name}"
        self.api = RuntimeApi(arn, function.seconds, Hooks(self._freeze, self._thaw, self.kill))
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            command,
            env=function.environment(self.api.address),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # What is frozen does not see that its API is gone. This sees that whoever made it is.
        self._guard = subprocess.Popen(["sh", "-c", f"read _; kill -KILL -{self.pid}"], stdin=subprocess.PIPE)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def is_idle(self) -> bool:
        return self.is_alive and self.api.is_idle

    def invoke(self, event: Any) -> Any:
        """What the function answers. Raises Died, Failed."""
        self.give(event)
        return self.answer()

    def give(self, event: Any) -> None:
        self.api.put(str(uuid.uuid4()), json.dumps(event).encode())

    def answer(self) -> Any:
        """To what it was given. What comes behind the answer may not be over. Raises Died, Failed."""
        end = time.monotonic() + self.function.seconds + START_SECONDS
        while True:
            try:
                kind, body = self.api.answers.get(timeout=0.1)
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
        self._signal(signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        self.kill()
        self._guard.kill()
        self._guard.communicate()
        self.api.close()
        self._log.close()

    def _freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def _thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


class Instance(Process):
    """In the room."""

    def __init__(self, root: Path, function: Function, log: Path) -> None:
        self._group = _limited(function)
        super().__init__(_command(root, function.handler, self._group), function, log)

    def close(self) -> None:
        super().close()
        if self._group:
            with contextlib.suppress(OSError):
                self._group.rmdir()

    def peak(self) -> int:
        """Bytes of memory, at most so far; 0 where this machine does not tell."""
        return int((self._group / "memory.max_usage_in_bytes").read_text()) if self._group else 0


class Pool:
    """All instances of a function: an event goes to one that is idle, else to a new one."""

    def __init__(self, root: Path, function: Function, log: Path) -> None:
        self._root = root
        self.function = function
        self._log = log
        self._lock = threading.Lock()
        self._all: list[Instance] = []

    def invoke(self, event: Any) -> Any:
        with self._lock:
            instance = next((one for one in self._all if one.is_idle), None)
            if instance is None:
                instance = Instance(self._root, self.function, self._log)
                self._all.append(instance)
            instance.give(event)
        return instance.answer()

    def kill(self) -> int:
        """All that are at work. How many there were."""
        with self._lock:
            working = [one for one in self._all if one.is_alive and not one.is_idle]
        for one in working:
            one.kill()
        return len(working)

    def peak(self) -> int:
        return max((one.peak() for one in self._all), default=0)

    def close(self) -> None:
        for one in self._all:
            one.close()


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
