"""What the Azure driver's tests share: a connection whose calls are kept, a driver of operations, a server that answers
as Entra and ARM do on the wire."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from spider_drivers.azure import AzureDriver, log_in
from spider_drivers.azure.calls import Arm
from spider_drivers.azure.connection import AzureConnection
from spider_drivers.conformance import Cloud
from spider_drivers.contract import (
    CallRecord,
    CallRecorder,
    ConnectionInfo,
    SystemClock,
)

from cloud_twin.azure import Azure as EmulatedAzure
from cloud_twin.clock import TwinClock
from cloud_twin.faults import Faults
from cloud_twin.tls import Authority, server_context
from tests.drivers.azure_server import serving
from tests.drivers.support import Kept

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

SUBSCRIPTION = "7d0b2c9e-5a41-4f83-9c6d-e1f20a8b3d57"
SECRET = "Kx~8Q-not-a-secret-of-anybody-1234567890"
CREDENTIAL = {
    "ClientId": "4c1f0d7a-2b6e-4d39-8f57-0a9be3c2d614",
    "ClientSecret": SECRET,
    "TenantId": "9e3a7b50-6d2c-4f18-a4b9-c7e80f1d2635",
    "SubscriptionId": SUBSCRIPTION,
}
TOKEN = "eyJ-a-token-of-nobody-s"
UBUNTU = "Canonical:ubuntu-24_04-lts:server:latest"
LOG_IN = ["GET v2.0/.well-known/openid-configuration", "POST oauth2/v2.0/token"]


class Azure(Kept[AzureConnection]):
    """`arm` is the driver's own way to Azure, for looking at what it has made."""

    @property
    def arm(self) -> Arm:
        return self.connection._arm


@cache
def authority() -> Authority:
    return Authority()


def connect(url: str, credential: dict[str, str] = CREDENTIAL, **region_keys: str) -> Azure:
    records: list[CallRecord] = []
    recorder = CallRecorder(SystemClock(), records.append, [credential["ClientSecret"]])
    keys = {"Region": "koreacentral", "Endpoint": url, "CA": authority().certificate, **region_keys}
    info = ConnectionInfo("azure", "AZURE", credential, {key: value for key, value in keys.items() if value})
    connection = AzureDriver().connect(info, recorder)
    assert isinstance(connection, AzureConnection)
    return Azure(connection, records)


@dataclass
class Answer:
    """`body` None: the connection is closed after the request has been read."""

    body: str | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


def shown(body: object, status: int = 200, **headers: str) -> Answer:
    return Answer(json.dumps(body), status, {name.replace("_", "-"): value for name, value in headers.items()})


def refusal(code: str, text: str, status: int = 400, inner: Iterable[str] = (), **headers: str) -> Answer:
    """An error in ARM's form."""
    details = [{"code": one, "message": "inner words"} for one in inner]
    body = {"error": {"code": code, "message": text, **({"details": details} if details else {})}}
    return shown(body, status, **headers)


EMPTY = shown({"value": []})


@dataclass
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class Wire:
    """Answers to ARM's calls come in turn, the last one for ever. `log_in`: to Entra's token, if not with one.
    `tokens_at`: where tokens are had, if not here."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [EMPTY])
    log_in: Answer | None = None
    tokens_at: str = ""
    seen: list[Seen] = field(default_factory=list)
    logged_in: list[Seen] = field(default_factory=list)

    def answer(self, request: Seen) -> Answer:
        if request.path.endswith("/.well-known/openid-configuration"):
            self.logged_in.append(request)
            base = f"{self.url}/{request.path.split('/')[1]}"
            return shown(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": base.replace(self.url, self.tokens_at or self.url) + "/oauth2/v2.0/token",
                }
            )
        if request.path.endswith("/oauth2/v2.0/token"):
            self.logged_in.append(request)
            return self.log_in or shown({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})
        self.seen.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextlib.contextmanager
def wire() -> Iterator[Wire]:
    """A server on loopback, with TLS."""
    state, stop = Wire(), threading.Event()
    log_in.forget_all()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = state.answer(_request(environ))
        stop.wait(answer.delay)
        if answer.body is None or stop.is_set():
            with contextlib.suppress(OSError):
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        content = answer.body.encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **answer.headers}
        start_response(f"{answer.status} As told", list(headers.items()))
        return [content]

    with serving(app, server_context(authority().server())) as url:
        state.url = url
        try:
            yield state
        finally:
            stop.set()


def _request(environ: WSGIEnvironment) -> Seen:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Seen(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        {key: value[0] for key, value in parse_qs(environ["QUERY_STRING"]).items()},
        {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")},
        environ["wsgi.input"].read(length).decode(),
    )


@dataclass
class AzureTwin:
    """Cloud-Twin's Azure in this process: its settings and its clock are at hand."""

    url: str
    azure: EmulatedAzure
    faults: Faults
    clock: TwinClock

    def credential(self) -> dict[str, str]:
        account = self.azure.account
        return {
            "ClientId": account.client,
            "ClientSecret": account.secret,
            "TenantId": account.tenant,
            "SubscriptionId": account.subscription,
        }

    def connect(self, **region_keys: str) -> Azure:
        return connect(self.url, self.credential(), **region_keys)

    def cloud(self, **more: Any) -> Cloud:
        """For the conformance suite. The resource group, which stays, is no content."""
        keys = {"Region": "koreacentral", "Zone": "1", "Endpoint": self.url, "CA": authority().certificate}
        return Cloud(
            AzureDriver(),
            ConnectionInfo("azure", "AZURE", self.credential(), keys),
            image=UBUNTU,
            spec="Standard_B1s",
            clock=self.clock,
            sleep=self.clock.advance,
            contents=lambda: {one for one in self.azure.contents() if "/providers/" in one},
            calls_seen=lambda: self.faults.log.arrived,
            **more,
        )

    def reset(self) -> None:
        """Empty, with the settings of the beginning."""
        self.faults.reset()
        self.azure.reset()
        self.azure.settings.change(self.azure.settings.checked({**SETTINGS, "permissions": None}))


SETTINGS = {"transition_seconds": 0.0, "page_size": None}


@contextlib.contextmanager
def azure_twin() -> Iterator[AzureTwin]:
    """Its clock stands still, and its states in between last no time."""
    log_in.forget_all()
    clock = TwinClock(speed=0)
    azure = EmulatedAzure(clock)
    faults = Faults(azure, azure.dialect, clock=clock)
    with serving(faults, server_context(authority().server())) as url:
        twin = AzureTwin(url, azure, faults, clock)
        twin.reset()
        yield twin
