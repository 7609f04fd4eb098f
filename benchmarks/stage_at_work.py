"""A stage in an emulated AWS at work: what each call of a user, and each of a schedule, uses of AWS."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.metering import Meter, Used, metered
from deployment import archives
from deployment.chalice_part import Json
from tests.deployment import function, function_url
from tests.deployment.deployed import PASSWORD, Deployed
from tests.deployment.events import of_queue
from tests.deployment.front import Sent
from tests.deployment.support import LOGIN

ONE_PROCESSOR: Final = 1769  # MB: "Configure Lambda function memory"
AWS_SECONDS: Final = 0.005  # taken for each request to DynamoDB, SQS, KMS, Secrets Manager, within a region
# START, END and REPORT of each invocation, as Lambda writes them; each line counts for so much more ("PutLogEvents").
LAMBDAS_LINES: Final = 270
LINES, LINE = 3, 26


@dataclass
class Instance:
    """Of a function. `memory` in MB; `log`: what it writes; `started`: when, by time.monotonic, until the first event;
    `used`: all of its invocations so far."""

    process: subprocess.Popen[str]
    meter: Meter
    memory: int
    log: Path
    started: float | None
    used: Used = field(default_factory=dict)

    def __call__(self, event: Any) -> Any:
        """What the function answers. To its first event belongs what its start has taken."""
        began, busy = (time.monotonic(), self._busy()) if self.started is None else (self.started, 0.0)
        self.started = None
        requests, seconds = self.meter.requests, self.meter.seconds
        answer = self._invoke(event)
        own = time.monotonic() - began - (self.meter.seconds - seconds)
        # Lambda gives a function as much of a processor as it has memory.
        slower = (self._busy() - busy) * max(0.0, ONE_PROCESSOR / self.memory - 1)
        took = own + (self.meter.requests - requests) * AWS_SECONDS + slower
        add(self.used, {"Lambda requests": 1, "Lambda GB-seconds": took * self.memory / 1024})
        return answer

    def _invoke(self, event: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(event) + "\n")
        told = json.loads(self.process.stdout.readline())
        assert "error" not in told, told["error"]
        return told["answer"]

    def total(self) -> Used:
        lines = self.log.read_bytes() if self.log.exists() else b""
        count = self.used.get("Lambda requests", 0)
        told = len(lines) + lines.count(b"\n") * LINE + count * (LAMBDAS_LINES + LINES * LINE)
        return {**self.used, **self.meter.used, "log GB": told / 1e9}

    def _busy(self) -> float:
        """Seconds of a processor that its process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def add(used: Used, more: Mapping[str, float], times: float = 1) -> None:
    for name, number in more.items():
        used[name] = used.get(name, 0) + number * times


def difference(after: Used, before: Used) -> Used:
    return {name: number - before.get(name, 0) for name, number in after.items()}


class AtWork:
    """`functions`: SAM's properties, for their memory."""

    def __init__(self, deployed: Deployed, functions: Mapping[str, Json], folder: Path, url: str) -> None:
        self._deployed = deployed
        self._functions = functions
        self._folder = folder
        self._url = url
        self._instances: list[Instance] = []

    @contextlib.contextmanager
    def instance(self, name: str, entry: str) -> Iterator[Instance]:
        """A new one of a function, at `entry` in app.py."""
        log = self._folder / f"{name}-{len(self._instances)}.log"
        command = [sys.executable, str(function.__file__), entry, str(archives.ROOT)]
        with ExitStack() as stack:
            url, meter = stack.enter_context(metered(self._url, self._deployed.stage.name))
            environment = {**self._deployed.function(name).environment, "AWS_ENDPOINT_URL": url}
            memory, began = self._functions[name]["MemorySize"], time.monotonic()
            out, pipe = stack.enter_context(log.open("w")), subprocess.PIPE
            process = subprocess.Popen(
                command, env=environment, stdin=pipe, stdout=pipe, stderr=out, text=True, bufsize=1
            )
            stack.enter_context(process)
            stack.callback(process.terminate)
            made = Instance(process, meter, memory, log, began)
            self._instances.append(made)
            yield made

    def total(self) -> Used:
        used: Used = {}
        for one in self._instances:
            add(used, one.total())
        return used

    @contextlib.contextmanager
    def working(self, work: Instance) -> Iterator[None]:
        """As Lambda polls the queue for its function: a receipt and a removal of each message."""
        ended = threading.Event()
        thread = threading.Thread(target=self._poll, args=(work, ended))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _poll(self, work: Instance, ended: threading.Event) -> None:
        sqs, url = self._deployed.session.client("sqs"), self._deployed.physical["Queue"]
        while not ended.is_set():
            given = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, AttributeNames=["All"])
            for message in given.get("Messages", []):
                work(of_queue(message))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                add(work.used, {"SQS requests": 2})

    def settle(self) -> None:
        """Until the queue is empty."""
        sqs, url = self._deployed.session.client("sqs"), self._deployed.physical["Queue"]
        words = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
        words.append("ApproximateNumberOfMessagesNotVisible")
        while any(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=words)["Attributes"].values())):
            time.sleep(0.2)


def request(method: str, path: str, body: object = None) -> Json:
    """An event of a Function URL, which both fronts' functions take; logged in, gzip is taken."""
    login = base64.b64encode(f"{LOGIN['UserName']}:{PASSWORD}".encode()).decode()
    headers = (("Authorization", f"Basic {login}"), ("Accept-Encoding", "gzip"), ("Content-Type", "application/json"))
    given = json.dumps(body).encode() if body is not None else b""
    return function_url.event(Sent(method, f"/spider{path}", headers, given), str(uuid.uuid4()))


def content(answer: Json) -> bytes:
    """The body of what a function answers."""
    body = answer["body"]
    return base64.b64decode(body) if answer["isBase64Encoded"] else body.encode()


def sent(answer: Json) -> int:
    """Bytes of an answer with its headers."""
    return len(content(answer)) + sum(len(f"{name}: {value}\r\n") for name, value in answer["headers"].items())


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
