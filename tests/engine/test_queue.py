"""The queue of a process with threads."""

from __future__ import annotations

import threading
import time

from chalicelib.engine.queue import ThreadedQueue


def test_to_settle_is_to_wait_for_what_is_due_and_for_what_is_in_work() -> None:
    done: list[str] = []
    queue = ThreadedQueue(done.append, workers=2, stopwatch=time.monotonic)
    queue.start()
    queue.settle(30)
    queue.send("at once")
    queue.send("later", 0.2)
    queue.settle(30)
    assert done == ["at once", "later"]
    queue.close(1)


def test_to_settle_takes_no_longer_than_told() -> None:
    released = threading.Event()

    def work(_: str) -> None:
        released.wait(30)

    queue = ThreadedQueue(work, workers=1, stopwatch=time.monotonic)
    queue.start()
    queue.send("long")
    queue.settle(0.1)
    assert not released.is_set()
    released.set()
    queue.settle(30)
    queue.close(1)
