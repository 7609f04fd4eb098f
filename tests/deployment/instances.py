"""Processes of a function, each at one event at a time, as Lambda has them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .front import Event


class Invoke:
    """`command`: of function.py."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True, bufsize=1)

    def __call__(self, event: Event) -> Any:
        """What the function answers; its traceback as AssertionError."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(event) + "\n")
        line = self.process.stdout.readline()
        assert line, f"the function ended with {self.process.wait()}"
        told = json.loads(line)
        assert "error" not in told, told["error"]
        return told["answer"]

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate()


class Instances:
    """An event goes to one that is idle, else to a new one."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._lock = threading.Lock()
        self._idle: list[Invoke] = []
        self._all: list[Invoke] = []

    def __call__(self, event: Event) -> Any:
        with self._lock:
            if not self._idle:
                self._idle.append(Invoke(self._command, self._environment))
                self._all.append(self._idle[0])
            instance = self._idle.pop()
        answer = instance(event)  # one that failed is not asked again
        with self._lock:
            self._idle.append(instance)
        return answer

    def close(self) -> None:
        for one in self._all:
            one.close()


@contextlib.contextmanager
def instances(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Instances]:
    made = Instances(command, environment)
    try:
        yield made
    finally:
        made.close()
