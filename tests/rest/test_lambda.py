"""The functions as AWS calls them, on its services: DynamoDB, SQS, KMS and Secrets Manager, each on the wire."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import aws
from chalicelib.engine.service import Engine, open_engine
from chalicelib.engine.settings import Settings
from chalicelib.rest.opening import open_in_lambda
from chalicelib.store import CONNECTIONS
from tests.servers import DUMMY_CREDENTIALS, aws_twin

ROOT = Path(__file__).resolve().parents[2]
REGION = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]
PASSWORD = "only in the secret"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """What the template gives the functions; and what it makes is there."""
    with aws_twin() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        aws.forget()
        aws.client("secretsmanager", REGION).create_secret(Name="login", SecretString=PASSWORD)
        given = {
            "AWS_LAMBDA_FUNCTION_NAME": "spider",
            "SPIDER_DYNAMODB_ENDPOINT": url,
            "SPIDER_TABLE_PREFIX": "deployed",
            "SPIDER_USERNAME": "me",
            "SPIDER_PASSWORD_SECRET": "login",
            "SPIDER_KMS_KEY": aws.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"],
            "SPIDER_QUEUE_URL": aws.client("sqs", REGION).create_queue(QueueName="spider-operations")["QueueUrl"],
            "SPIDER_WAIT_SECONDS": "25",
        }
        open_engine(Settings.from_env({**DUMMY_CREDENTIALS, **given, "SPIDER_HOME": "/nowhere"})).close()
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setenv("SPIDER_HOME", "/nowhere")
        yield given
        aws.forget()


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
        self.taken: list[str] = []
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
            for message in sqs.receive_message(QueueUrl=self._url).get("Messages", []):
                self.taken.append(message["Body"])
                self.engine.take_message(message["Body"])
                sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def ask(method: str, path: str, body: str = "", password: str = PASSWORD, **more: str) -> Any:
    login = b64encode(f"me:{password}".encode()).decode()
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
    engine.queue.send("nobody's")
    with Worker(environment["SPIDER_QUEUE_URL"]) as worker:
        while len(worker.taken) < 3:
            threading.Event().wait(0.1)
        threading.Event().wait(2.0)
        assert ['"nobody\'s"' in body for body in worker.taken] == [True] * 3


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD_SECRET", "KMS_KEY", "QUEUE_URL"])
def test_a_function_without_what_it_needs_does_not_serve(
    environment: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"SPIDER_{name}")
    with pytest.raises(RuntimeError, match=f"SPIDER_{name}"):
        open_in_lambda()
