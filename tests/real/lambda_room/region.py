"""A region of AWS as far as Spider needs it: API Gateway, an event source mapping and a scheduler before functions in
the room, and an emulator's DynamoDB, SQS, KMS and Secrets Manager behind them."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import botocore.session

import app
from chalicelib.store import ALL
from chalicelib.store.dynamodb_tables import definition
from tests.deployment.front import Gateway
from tests.servers import DUMMY_CREDENTIALS, aws_twin

from .function import Died, Failed, Function, Pool, pool

REGION: Final = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]
USER, PASSWORD = "spider", "only in the secret"
VISIBILITY_SECONDS: Final = 5
POLL_SECONDS: Final = 0.2


class Region:
    """`url`: where API Gateway listens. `failures`: what functions have raised."""

    def __init__(self, url: str, queue_url: str, sqs: Any, api: Pool, worker: Pool, sweeper: Pool) -> None:
        self.url = url
        self.api = api
        self.worker = worker
        self.failures: list[str] = []
        self._queue_url = queue_url
        self._sqs = sqs
        self._sweeper = sweeper
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._deliver, daemon=True) for _ in range(3)]
        self._threads.append(threading.Thread(target=self._sweep, daemon=True))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join()

    def _deliver(self) -> None:
        """As an event source mapping does: what a function has not taken in peace comes again. Without long polls: the
        emulator does nothing else meanwhile."""
        while not self._closed.wait(POLL_SECONDS):
            given = self._sqs.receive_message(
                QueueUrl=self._queue_url, VisibilityTimeout=VISIBILITY_SECONDS, AttributeNames=["All"]
            )
            for message in given.get("Messages", []):
                try:
                    self.worker.invoke({"Records": [_record(message)]})
                except Died:
                    continue
                except Failed as failure:
                    self.failures.append(str(failure))
                    continue
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _sweep(self) -> None:
        """The schedule, which is each minute, comes every three seconds."""
        while not self._closed.wait(3.0):
            try:
                self._sweeper.invoke(_scheduled())
            except (Died, Failed) as failure:
                self.failures.append(str(failure))


class _Routes:
    """To API Gateway, what `app` is to Lambda."""

    def __init__(self, api: Pool) -> None:
        self.routes: Mapping[str, Any] = app.app.routes
        self._api = api

    def __call__(self, event: Any, _: object) -> Any:
        return self._api.invoke(event)


@contextlib.contextmanager
def region(root: Path, functions: Mapping[str, Function], folder: Path, **settings: str) -> Iterator[Region]:
    """`functions`: api, work, sweep. `settings`: as in SPIDER_…"""
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
        gateway = stack.enter_context(_gateway(pools["api"]))
        made = Region(gateway, queue_url, clients["sqs"], pools["api"], pools["work"], pools["sweep"])
        stack.callback(made.close)
        yield made


def _client(service: str, url: str) -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=DUMMY_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


@contextlib.contextmanager
def _gateway(api: Pool) -> Iterator[str]:
    handler = type("Here", (Gateway,), {"app": _Routes(api)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _record(message: Any) -> dict[str, Any]:
    """ "Using Lambda with Amazon SQS", its example of an event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:operations",
        "awsRegion": REGION,
    }


def _scheduled() -> dict[str, Any]:
    """ "Amazon EventBridge: Scheduled Events"."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:123456789012:rule/sweep"],
        "detail": {},
    }
