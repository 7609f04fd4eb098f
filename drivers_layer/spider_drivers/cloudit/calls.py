"""The way of every call to Cloudit: httpx, which is told all it uses, one record per exchange, and typed errors."""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ..contract import CallRecorder, Invalid, NotFound, SpiderError, reach
from ..contract.exchange import READS, Answered, Exchange
from ..contract.throttling import Patience
from ..contract.tls import shared_tls_context
from . import errors, wire
from .errors import ANYTHING, Asked

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
VERSION = "v5.0"
# What a request carries for the hooks.
_NAME, _SECRET = "spider_name", "spider_secret"

Thing = dict[str, Any]


class Cloudit:
    """Cloudit for one tenant. Calls are named by method, engine and path, `{}` for what is filled in
    (`POST ace/servers/{}/start`). Raises SpiderErrors only."""

    def __init__(
        self, endpoint: str, tenant: str, token: str, recorder: CallRecorder, *, ca: str | None = None
    ) -> None:
        """`ca` (PEM) replaces the public authorities. Raises Invalid."""
        self._base = f"{endpoint}/cloudit/{VERSION}"
        self._tenant = quote(tenant, safe="")
        self._recorder = recorder
        self._redact = recorder.redact
        try:
            httpx.URL(endpoint)
            self._client = self._made(endpoint, token, ca)
        except (ImportError, ValueError, httpx.InvalidURL):
            # Not in httpx's words, which may hold a proxy's password.
            raise Invalid("the endpoint, or the environment's proxy for it, cannot be used", field="Endpoint") from None

    def call(
        self, method: str, path: str, *parts: str, body: Thing | None = None, asked: Asked = ANYTHING, secret: str = ""
    ) -> Any:
        """The answer; None for an empty one. `secret`: what is sent and must not be told, whatever is answered."""
        request = self._request(method, path, parts, body)
        request.extensions[_SECRET] = secret
        try:
            return wire.read(self._sent(request))
        except Answered as refusal:
            raise errors.from_answer(refusal, asked, partial(self._masked, request)) from None
        except wire.Broken as broken:
            raise errors.nonsense(method in READS, self._masked(request, str(broken))) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise errors.from_silence(error, self._redact) from None

    def told(self, method: str, path: str, *parts: str, **more: Any) -> Thing:
        """The answer, which must be an object."""
        answer = self.call(method, path, *parts, **more)
        if not isinstance(answer, dict):
            raise self.nonsense(method, answer)
        return answer

    def all(self, path: str, *parts: str, **more: Any) -> list[Thing]:
        """A list, which must be one of objects. Cloudit's lists have no pages; one of nothing may be null."""
        answer = self.call("GET", path, *parts, **more)
        if answer is None:
            return []
        if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
            raise self.nonsense("GET", answer)
        return answer

    def nonsense(self, method: str, shown: object) -> SpiderError:
        return errors.nonsense(method in READS, self._redact(str(shown))[:200])

    def close(self) -> None:
        self._client.close()

    def _made(self, endpoint: str, token: str, ca: str | None) -> httpx.Client:
        scheme = urlsplit(endpoint).scheme
        return httpx.Client(
            # As Cloudit's other clients: a connection of its own for each request.
            headers={"X-Auth-Token": token, "Accept": "application/json", "Connection": "close"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            verify=shared_tls_context(ca) if scheme == "https" or ca else False,
            proxy=_proxy(endpoint, scheme),
            trust_env=False,
            follow_redirects=False,
            event_hooks={"request": [self._begin], "response": [self._end]},
        )

    def _request(self, method: str, path: str, parts: tuple[str, ...], body: Thing | None) -> httpx.Request:
        for part in parts:
            if part in ("", ".", ".."):  # they would lead to another path
                raise NotFound(f"'{part}' is no id at Cloudit")
        engine, _, rest = path.partition("/")
        filled = rest.format(*(quote(part, safe="") for part in parts))
        name = f"{method} /{engine}/{rest.replace('{}', '{id}')}"
        url = f"{self._base}/{engine}/v1.0/{self._tenant}/{filled}"
        return self._client.build_request(method, url, json=body, extensions={_NAME: name})

    def _sent(self, request: httpx.Request) -> httpx.Response:
        """A response of success. One that says that calls come too fast has done nothing: it is sent again."""
        patience = Patience()
        while True:
            response = self._once(request)
            refusal = wire.refusal(response)
            if refusal is None:
                return response
            pause = patience.pause(refusal.retry_after) if refusal.status == wire.TOO_FAST else None
            if pause is None:
                raise refusal
            time.sleep(pause)

    def _once(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._client.send(request)
        except httpx.HTTPError as error:
            self._exchange.end(type(error).__name__, str(error) or "no answer")
            raise

    def _begin(self, request: httpx.Request) -> None:
        self._exchange = Exchange(self._recorder, request.extensions[_NAME])

    def _end(self, response: httpx.Response) -> None:
        response.read()
        if refusal := wire.refusal(response):
            self._exchange.end(refusal.code, self._masked(response.request, refusal.text))
        else:
            self._exchange.end()

    def _masked(self, request: httpx.Request, text: str) -> str:
        secret = request.extensions[_SECRET]
        return self._redact(text.replace(secret, "***") if secret else text)


def _proxy(endpoint: str, scheme: str) -> str | None:
    """The environment's, as contract.reach reads it."""
    found = reach.proxies(endpoint)
    proxy = found.get(scheme) or found.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
