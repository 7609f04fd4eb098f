"""A region of AWS as far as Spider needs it: API Gateway, an event source mapping and a scheduler before functions in
the room, and an emulator's DynamoDB, SQS, KMS and Secrets Manager behind them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import botocore.session

from chalicelib.store import ALL
from chalicelib.store.dynamodb_tables import definition
from deployment.chalice_part import Json
from tests.deployment.events import of_queue, of_schedule
from tests.deployment.front import Front, serving
from tests.deployment.function_url import FunctionUrl
from tests.deployment.rest_api import RestApi
from tests.servers import DUMMY_CREDENTIALS, aws_twin

from .function import Died, Failed, Function, Pool, pool

REGION: Final = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]
USER, PASSWORD = "spider", "only in the secret"
VISIBILITY_SECONDS: Final = 5
POLL_SECONDS: Final = 0.2


class Region:
    """`url`: API Gateway's, `held_url`: the Function URL. `failures`: what functions have raised, and where their
    answers were none. `delivered`: to the worker, messages of the queue."""

    def __init__(self, pools: Mapping[str, Pool], fronts: Sequence[Front], sqs: Any, queue_url: str) -> None:
        """`pools`: api, held, work, sweep. `fronts`: before the first two."""
        self.api, self.held, self.worker = pools["api"], pools["held"], pools["work"]
        self.url = self.held_url = ""
        self._fronts = fronts
        self.delivered: list[Any] = []
        self._failures: list[str] = []
        self._sqs, self._queue_url = sqs, queue_url
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
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body)

    def _deliver(self) -> None:
        """As an event source mapping does: what a function has not taken in peace comes again. Without long polls: the
        emulator does nothing else meanwhile."""
        while not self._closed.wait(POLL_SECONDS):
            given = self._sqs.receive_message(
                QueueUrl=self._queue_url, VisibilityTimeout=VISIBILITY_SECONDS, AttributeNames=["All"]
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
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])

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
        url = stack.enter_context(aws_twin())
        clients = {name: _client(name, url) for name in ("dynamodb", "sqs", "kms", "secretsmanager")}
        clients["secretsmanager"].create_secret(Name="login", SecretString=PASSWORD)
        queue_url = clients["sqs"].create_queue(QueueName="operations")["QueueUrl"]
        variables = {
            "AWS_ENDPOINT_URL": url,
            "SPIDER_DYNAMODB_ENDPOINT": url,
            "SPIDER_HOME": "/tmp/spider",
            "SPIDER_USERNAME": USER,
            "SPIDER_PASSWORD_SECRET": "login",
            "SPIDER_KMS_KEY": clients["kms"].create_key()["KeyMetadata"]["KeyId"],
            "SPIDER_QUEUE_URL": queue_url,
            **{f"SPIDER_{name.upper()}": value for name, value in settings.items()},
        }
        for table in ALL:
            clients["dynamodb"].create_table(**definition(f"spider-{table.name}", table))
        pools = {
            name: stack.enter_context(
                pool(root, replace(one, variables={**one.variables, **variables}), folder / f"{name}.log")
            )
            for name, one in functions.items()
        }
        fronts = (RestApi(api, pools["api"].invoke), FunctionUrl(pools["held"].invoke))
        made = Region(pools, fronts, clients["sqs"], queue_url)
        with made.running():
            yield made


def _client(service: str, url: str) -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=DUMMY_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
