"""A region of AWS as far as Spider needs it: API Gateway, an event source mapping and a scheduler before functions in
the room, and what Spider stands on behind them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from deployment.chalice_part import Json
from tests.deployment.events import of_queue, of_schedule
from tests.deployment.front import Front, serving
from tests.deployment.function_url import FunctionUrl
from tests.deployment.rest_api import RestApi

from .aws import Aws, emulated
from .function import Died, Failed, Function, Pool, pool

VISIBILITY_SECONDS: Final = 5
POLL_SECONDS: Final = 0.2


class Region:
    """`url`: API Gateway's, `held_url`: the Function URL. `failures`: what functions have raised, and where their
    answers were none. `delivered`: to the worker, messages of the queue."""

    def __init__(self, pools: Mapping[str, Pool], fronts: Sequence[Front], aws: Aws) -> None:
        """`pools`: api, held, work, sweep. `fronts`: before the first two."""
        self.api, self.held, self.worker = pools["api"], pools["held"], pools["work"]
        self.url = self.held_url = ""
        self._fronts = fronts
        self.delivered: list[Any] = []
        self._failures: list[str] = []
        self._aws = aws
        self._sweeper = pools["sweep"]
        self._closed = threading.Event()

    @property
    def failures(self) -> list[str]:
        return [*self._failures, *(why for front in self._fronts for why in front.failures)]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._deliver, daemon=True) for _ in range(3)]
        threads.append(threading.Thread(target=self._sweep, daemon=True))
        with contextlib.ExitStack() as stack:
            self.url, self.held_url = (stack.enter_context(serving(front)) for front in self._fronts)
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                self._closed.set()
                for thread in threads:
                    thread.join()

    def send(self, body: str) -> None:
        """A message to the worker."""
        self._aws.sqs.send_message(QueueUrl=self._aws.queue_url, MessageBody=body)

    def _deliver(self) -> None:
        """As an event source mapping does: what a function has not taken in peace comes again. Without long polls: the
        emulator does nothing else meanwhile."""
        while not self._closed.wait(POLL_SECONDS):
            given = self._aws.sqs.receive_message(
                QueueUrl=self._aws.queue_url, VisibilityTimeout=VISIBILITY_SECONDS, AttributeNames=["All"]
            )
            for message in given.get("Messages", []):
                self.delivered.append(message)
                try:
                    self.worker.invoke(of_queue(message))
                except Died:
                    continue
                except Failed as failure:
                    self._failures.append(str(failure))
                    continue
                self._aws.sqs.delete_message(QueueUrl=self._aws.queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _sweep(self) -> None:
        """The schedule, which is each minute, comes every three seconds."""
        while not self._closed.wait(3.0):
            try:
                self._sweeper.invoke(of_schedule("sweep"))
            except (Died, Failed) as failure:
                self._failures.append(str(failure))


@contextlib.contextmanager
def region(root: Path, functions: Mapping[str, Function], api: Json, folder: Path, **settings: str) -> Iterator[Region]:
    """`functions`: api, held, work, sweep. `api`: what API Gateway has of it. `settings`: as in SPIDER_…, of all."""
    with contextlib.ExitStack() as stack:
        aws = stack.enter_context(emulated())
        variables = aws.variables | {f"SPIDER_{name.upper()}": value for name, value in settings.items()}
        pools = {
            name: stack.enter_context(
                pool(root, replace(one, variables={**one.variables, **variables}), folder / f"{name}.log")
            )
            for name, one in functions.items()
        }
        fronts = (RestApi(api, pools["api"].invoke), FunctionUrl(pools["held"].invoke))
        made = Region(pools, fronts, aws)
        with made.running():
            yield made
