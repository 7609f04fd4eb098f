"""What recording costs a call of a cloud that takes 20 ms, and the store.

    python -m benchmarks.recording

Half of the calls are recorded as a server does it (a line in the log, a row in SQLite, sums), half are not, in turn;
a thread writes while the next call is made. What a request of several calls writes is counted.
"""

from __future__ import annotations

import http.client
import http.server
import logging
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from spider_drivers.contract import CallRecord, CallRecorder, CallScope, SystemClock, scope

from benchmarks.table import show
from chalicelib.engine import log
from chalicelib.engine.history import History
from chalicelib.engine.settings import Settings
from chalicelib.store import Store, open_store

CALL_SECONDS = 0.020
ROUNDS = 10
REQUESTS = 8
CALLS_PER_REQUEST = 5
SCOPE = CallScope("aws-config", "AWS", "eu-west-1", "eu-west-1a", "VMIMAGE", "ami-1", request="r1")


class Cloud(http.server.BaseHTTPRequestHandler):
    """Takes its time, and answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(CALL_SECONDS)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Counting:
    """A store that counts its writes and what is in them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, *changes: Any) -> None:
        self.writes.append(len(changes))
        self._store.write(*changes)


def serve(told: Connection) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    told.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def cloud() -> Iterator[Callable[[], None]]:
    """A function that calls a cloud, which is a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    line = http.client.HTTPConnection("127.0.0.1", ours.recv())

    def call() -> None:
        line.request("GET", "/")
        line.getresponse().read()

    yield call
    line.close()
    process.terminate()
    process.join()


@contextmanager
def store() -> Iterator[Counting]:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "spider.db"
        opened = open_store(
            "sqlite", path=path, prefix="", region="", endpoint=None, now=lambda: clock.now().timestamp()
        )
        opened.create_tables()
        yield Counting(opened)
        opened.close()


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def requests(call: Callable[[], None], history: History) -> tuple[list[float], list[float]]:
    """Seconds of calls that are not recorded, and of those that are, with their share of what ends a request. While
    one of these is made, the records of the request before are written."""
    recorder = CallRecorder(SystemClock(), history.sink, ["a-secret-key"])
    plain: list[float] = []
    recorded: list[float] = []

    def recorded_call() -> None:
        began = time.perf_counter()
        call()
        recorder.record("DescribeImages", time.perf_counter() - began)

    for _ in range(ROUNDS):
        plain += [timed(call) for _ in range(REQUESTS * CALLS_PER_REQUEST)]
        for _ in range(REQUESTS):
            with history.gather():
                times = [timed(recorded_call) for _ in range(CALLS_PER_REQUEST)]
                ended = time.perf_counter()
            share = (time.perf_counter() - ended) / CALLS_PER_REQUEST
            recorded += [one + share for one in times]
        history.flush()
    return plain, recorded


def alone(history: History, count: int = 5000) -> tuple[float, float]:
    """Microseconds that recording takes the caller's thread, and all threads of the process, per call."""
    recorder = CallRecorder(SystemClock(), history.sink, ["a-secret-key"])
    thread, process = time.thread_time(), time.process_time()
    for _ in range(count // CALLS_PER_REQUEST):
        with history.gather():
            for _ in range(CALLS_PER_REQUEST):
                recorder.record("DescribeImages", CALL_SECONDS)
    thread = time.thread_time() - thread
    history.flush()
    process = time.process_time() - process
    return thread / count * 1e6, process / count * 1e6


def writes(number: int, how: str) -> str:
    """What a request of so many calls writes."""
    with store() as counting:
        history = History(counting, SystemClock(), Settings(history_writes=how))
        with history.gather():
            for _ in range(number):
                history.sink(CallRecord(SCOPE, "DescribeImages", SystemClock().now(), CALL_SECONDS))
        history.close()
        return f"{len(counting.writes)} ({', '.join(map(str, counting.writes))} rows)"


def middle_mean(times: list[float]) -> float:
    """Without the tenth that is fastest and the tenth that is slowest: what else the machine does is in these."""
    tenth = len(times) // 10
    return statistics.mean(sorted(times)[tenth:-tenth])


def percent(part: float, whole: float) -> str:
    return f"{part / whole * 100:.2f} %"


def main() -> None:
    log.set_up(Settings())
    for name in ("spider", log.CALLS):
        for handler in logging.getLogger(name).handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(Path("/dev/null").open("w"))  # noqa: SIM115  open until the end
    token = scope.set(SCOPE)
    with cloud() as call, store() as counting:
        history = History(counting, SystemClock(), Settings())
        plain, recorded = requests(call, history)
        medians = statistics.median(plain), statistics.median(recorded)
        means = middle_mean(plain), middle_mean(recorded)
        mine, all_threads = alone(history)
        history.close()
    show(
        ["of a call", "µs more", "of 20 ms"],
        [
            *(
                [
                    f"recorded, beside not recorded: {name}",
                    round((after - before) * 1e6),
                    percent(after - before, before),
                ]
                for name, (before, after) in (("median", medians), ("mean of the middle 80 %", means))
            ),
            ["CPU time of the caller's thread", round(mine), percent(mine, CALL_SECONDS * 1e6)],
            ["CPU time of all threads", round(all_threads), percent(all_threads, CALL_SECONDS * 1e6)],
        ],
    )
    scope.reset(token)
    rows: list[Sequence[object]] = [[n, writes(n, "behind"), writes(n, "before")] for n in (1, 5, 25, 60)]
    show(["calls in a request", "writes of the store, behind the answer", "before it (Lambda)"], rows)


if __name__ == "__main__":
    main()
