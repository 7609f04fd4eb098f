"""The functions as AWS calls them, on its services: DynamoDB, SQS, KMS and Secrets Manager, each on the wire."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.app import SQSEvent
from chalice.test import Client

import app
from chalicelib import aws
from chalicelib.engine.service import Engine
from chalicelib.rest import scheduled
from chalicelib.rest.opening import open_in_lambda
from chalicelib.store import CONNECTIONS
from tests.deployment.events import of_queue
from tests.rest.lambda_place import PASSWORD, REGION, USER, place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with place() as given:
        yield given


@pytest.fixture
def engine(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Of the API's function."""
    opened = open_in_lambda()
    monkeypatch.setattr(app, "_open", lambda: opened)
    yield opened
    opened.close()


class Worker:
    """An event source mapping, and a function of its own behind it."""

    def __init__(self, url: str) -> None:
        self.engine = open_in_lambda()
        self.taken: list[Any] = []
        self._url = url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poll)

    def __enter__(self) -> Worker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.engine.close()

    def _poll(self) -> None:
        sqs = aws.client("sqs", REGION)
        while not self._ended.wait(0.1):  # no long polls: the emulator does nothing else meanwhile
            for message in sqs.receive_message(QueueUrl=self._url, AttributeNames=["All"]).get("Messages", []):
                self.taken.append(message)
                for record in SQSEvent(of_queue(message), None):
                    scheduled.work(self.engine, record.body)
                sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def ask(method: str, path: str, body: str = "", password: str = PASSWORD, **more: str) -> Any:
    login = b64encode(f"{USER}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json", **more}
    return Client(app.app, project_dir=str(ROOT)).http.request(
        method, f"/spider{path}", headers=headers, body=body.encode()
    )


def register_mock() -> None:
    for path, body in (
        ("/driver", '{"DriverName": "m", "ProviderName": "MOCK", "DriverLibFileName": "m.so"}'),
        (
            "/credential",
            '{"CredentialName": "m", "ProviderName": "MOCK",'
            ' "KeyValueInfoList": [{"Key": "MockName", "Value": "lambda"}]}',
        ),
        (
            "/region",
            '{"RegionName": "m", "ProviderName": "MOCK", "KeyValueInfoList": [{"Key": "Region", "Value": "default"}]}',
        ),
        (
            "/connectionconfig",
            '{"ConfigName": "m", "ProviderName": "MOCK", "DriverName": "m", "CredentialName": "m", "RegionName": "m"}',
        ),
    ):
        answer = ask("POST", path, body)
        assert answer.status_code == 200, answer.body


def test_a_vpc_is_made_and_deleted_by_the_worker(environment: dict[str, str], engine: Engine) -> None:
    register_mock()
    with Worker(environment["SPIDER_QUEUE_URL"]) as worker:
        made = ask(
            "POST",
            "/vpc",
            '{"ConnectionName": "m", "ReqInfo": {"Name": "v", "IPv4_CIDR": "10.0.0.0/16",'
            ' "SubnetInfoList": [{"Name": "s", "IPv4_CIDR": "10.0.1.0/24"}]}}',
        )
        assert (made.status_code, made.json_body["IId"]["NameId"]) == (200, "v")
        assert ask("DELETE", "/vpc/v", '{"ConnectionName": "m"}').json_body == {"Result": "true"}
        assert len(worker.taken) >= 2


def test_the_api_works_on_nothing_itself(engine: Engine, environment: dict[str, str]) -> None:
    register_mock()
    sent = ask("POST", "/keypair", '{"ConnectionName": "m", "ReqInfo": {"Name": "k"}}', Prefer="respond-async")
    path = sent.headers["Location"].removeprefix("/spider")
    threading.Event().wait(1.0)
    assert (sent.status_code, ask("GET", path).json_body["Attempts"]) == (202, 0)
    with Worker(environment["SPIDER_QUEUE_URL"]):
        assert ask("DELETE", "/keypair/k?force=true", '{"ConnectionName": "m"}').status_code == 200


def test_the_password_is_the_secrets(engine: Engine) -> None:
    assert ask("GET", "/driver").status_code == 200
    assert ask("GET", "/driver", password="another").status_code == 401


def test_credentials_are_sealed_under_a_key_that_only_kms_can_read(engine: Engine) -> None:
    register_mock()
    row = engine.store.get(CONNECTIONS, ("credential", "m"))
    assert "lambda" not in str(row)
    other = open_in_lambda()
    try:
        assert other.connections.target("m").info.credential["MockName"] == "lambda"
    finally:
        other.close()


def test_a_message_about_nothing_is_dropped_in_the_end(engine: Engine, environment: dict[str, str]) -> None:
    """It comes as a new message each time: what SQS counts itself leads to the queue of dead letters."""
    engine.queue.send("nobody's")
    with Worker(environment["SPIDER_QUEUE_URL"]) as worker:
        while len(worker.taken) < 3:
            threading.Event().wait(0.1)
        threading.Event().wait(2.0)
        told = [(json.loads(one["Body"])["receipts"], one["Attributes"]) for one in worker.taken]
        assert [(count, own["ApproximateReceiveCount"]) for count, own in told] == [(0, "1"), (1, "1"), (2, "1")]
        left = aws.client("sqs", REGION).get_queue_attributes(
            QueueUrl=environment["SPIDER_QUEUE_URL"], AttributeNames=["All"]
        )["Attributes"]
        assert [count for name, count in left.items() if name.startswith("ApproximateNumberOf")] == ["0", "0", "0"]


def test_a_message_of_a_stranger_fails_and_so_ends_among_the_dead_letters(engine: Engine) -> None:
    for body in ("", "{}", "[]", '{"operation": "o"}', '{"operation": "o", "receipts": "x"}'):
        message: dict[str, Any] = {
            "MessageId": "m",
            "ReceiptHandle": "h",
            "Body": body,
            "MD5OfBody": "",
            "Attributes": {},
        }
        with pytest.raises(ValueError, match="not a message of Spider's"):
            app.work(of_queue(message), None)


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD_SECRET", "KMS_KEY", "QUEUE_URL"])
def test_a_function_without_what_it_needs_does_not_serve(
    environment: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"SPIDER_{name}")
    with pytest.raises(RuntimeError, match=f"SPIDER_{name}"):
        open_in_lambda()
