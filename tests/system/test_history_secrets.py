"""P6 for the history: what clouds put into their errors, of the caller's credential and of others, is kept nowhere."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from spider_drivers.contract import registry as drivers

from chalicelib.engine import log
from chalicelib.engine.service import Engine, open_engine
from chalicelib.engine.settings import Settings
from chalicelib.rest.handle import handle
from chalicelib.rest.http import HttpRequest
from tests.servers import Twin, tell, twin

from .clouds import EMULATED, Cloud, emulated

WORD = "planted-word"
# Of other people; no credential of ours tells that they are secret.
STRANGERS = {
    "key of AWS": "AKIASTRANGERSKEY0001",
    "key of Alibaba": "LTAI5tStrangersKey0002",
    "signature": "strangersSignature0003",
    "session": "strangersSession0004",
    "SAS": "strangersSas0005",
    "token of Google": "ya29.strangersToken0006",
    "token of Keystone": "gAAAAABstrangersTokenOfKeystone0007",
    "token of Entra": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdHJhbmdlciJ9.strangersToken0008",
    "password": "strangersPassword0009",
    "private key": "c3RyYW5nZXJzUHJpdmF0ZUtleTAwMTA",
}


class InProcess:
    """Spider's REST without a server, all that it answers, and what the cloud is told to do with calls."""

    def __init__(self, engine: Engine, found: Twin, provider: str) -> None:
        self.engine = engine
        self.answers: list[str] = []
        self._found = found
        self._provider = provider

    def call(self, method: str, path: str, body: Any = None) -> Any:
        path, _, query = path.partition("?")
        request = HttpRequest(
            method=method, path=f"/spider{path}", query=query, body=json.dumps(body or {}).encode(), request_id="r1"
        )
        answer = handle(self.engine, request)
        self.answers.append(answer.body.decode())
        return answer

    def befalls(self, **rule: Any) -> None:
        tell(self._found.plain, "DELETE", "/faults")
        if rule:
            tell(self._found.plain, "POST", "/faults", {"cloud": self._provider.lower(), **rule})


@pytest.fixture(scope="module")
def clouds() -> Iterator[Twin]:
    with twin(*(provider.lower() for provider in EMULATED)) as found:
        yield found


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("spider", log.CALLS)]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    yield
    for one, handlers, least, propagate in before:
        one.handlers[:], one.propagate = handlers, propagate
        one.setLevel(least)


def leaking(secrets: list[str]) -> str:
    """A cloud's text with the secrets in every spelling, and with all that belongs to others."""
    own = " ".join(
        f"{one} {quote(one, safe='')} {json.dumps(one)} {base64.b64encode(one.encode()).decode()}" for one in secrets
    )
    other = STRANGERS
    return (
        f"{WORD} {own} {other['key of AWS']} {other['key of Alibaba']} "
        f"https://h/?X-Amz-Signature={other['signature']}&X-Amz-Security-Token={other['session']} "
        f"https://a.blob.core.windows.net/c?sv=1&sig={other['SAS']} {other['token of Google']} "
        f"X-Auth-Token: {other['token of Keystone']} "
        f"Authorization: Bearer {other['token of Entra']} "
        f'{{"auth": {{"password": "{other["password"]}"}}}} '
        f"-----BEGIN PRIVATE KEY-----\n{other['private key']}\n-----END PRIVATE KEY-----"
    )


def shown(secret: str) -> set[str]:
    """What must not be found of a secret: its lines, and these in JSON, in a URL, in base64."""
    lines = [line for line in secret.splitlines() if len(line) > 3 and "PRIVATE KEY" not in line]
    encoded = {base64.b64encode(secret.encode()).decode()}
    return encoded | {form for line in lines for form in (line, quote(line, safe=""), json.dumps(line)[1:-1])}


@pytest.mark.parametrize("provider", EMULATED)
def test_no_secret_of_a_clouds_errors_is_kept(
    provider: str, clouds: Twin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = emulated(clouds, provider)
    secrets = list(drivers.driver(provider).capability().secrets(cloud.credential))
    settings = Settings(home=tmp_path, wait_seconds=30, give_up_seconds=1)
    log.set_up(settings)
    engine = open_engine(settings)
    engine.start()
    spider = InProcess(engine, clouds, provider)
    try:
        cloud.register(spider)  # type: ignore[arg-type]  # it calls `call` alone
        records = provoke(spider, cloud, leaking(secrets))
    finally:
        spider.befalls()
        engine.close()
    told = [one for one in records if WORD in one["ErrorMSG"]]
    assert {one["ResourceType"] for one in told} == {"VMSPEC", "VPC/SUBNET"}, records
    assert len({one["Code"] for one in records}) > 1  # refused, and without an answer
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    heard = capsys.readouterr().err + "".join(spider.answers)
    assert WORD in heard
    assert WORD.encode() in files
    for secret in (*secrets, *STRANGERS.values()):
        for form in shown(secret):
            assert form not in heard, form
            assert form.encode() not in files, form


def provoke(spider: InProcess, cloud: Cloud, text: str) -> list[dict[str, Any]]:
    """Refusals of the log-in, of reads and of a change, and calls whose answers are lost; all of them as records."""
    on = {"ConnectionName": cloud.connection}
    vpc = {"Name": "vpc-01", "IPv4_CIDR": cloud.cidr if cloud.vpc_cidr else "", "SubnetInfoList": []}
    refusal = {"status": 403, "code": "Planted", "message": text}
    spider.befalls(**refusal)
    assert spider.call("GET", "/vmspec", on).status >= 500
    spider.befalls()
    assert spider.call("GET", "/vpc", on).status == 200
    spider.befalls(**refusal)
    assert spider.call("GET", "/vpc", on).status >= 500
    assert spider.call("POST", "/vpc", {**on, "ReqInfo": vpc}).status >= 400
    spider.befalls(lose="before")
    assert spider.call("GET", "/vmspec", {**on, "refresh": True}).status >= 500
    exported = spider.call("GET", f"/hiscall/export?ConnectionName={cloud.connection}&ErrorsOnly=true").body
    return [json.loads(line) for line in exported.decode().splitlines()]
