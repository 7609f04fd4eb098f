"""Below the SDK: each HTTP exchange is one record, throttled ones are sent again, all but success is raised."""

from __future__ import annotations

import re
import ssl
import time
from typing import Any

from requests import PreparedRequest, RequestException, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import HTTPError

from ..contract import CallRecorder
from ..contract.throttling import Patience, retry_after
from .errors import Answered, Silent

NOT_MODIFIED = 304
_VERSION = re.compile(r"/v\d+\.\d+(?=/)")
# The words that stand where others have an id, and those that may stand after an image's name, which may hold slashes.
_COLLECTIONS = frozenset({"json", "create"})
_IMAGE_VERBS = frozenset({"json"})


def api(method: str, path: str, base: str = "") -> str:
    """METHOD and path template, without the version: `POST /containers/{id}/start`. `base`: path of the base URL."""
    kind, *rest = _VERSION.sub("", path.partition("?")[0].removeprefix(base)).strip("/").split("/")
    if rest and not (len(rest) == 1 and rest[0] in _COLLECTIONS):
        is_verb = len(rest) > 1 and (kind != "images" or rest[-1] in _IMAGE_VERBS)
        rest = ["{id}", *(rest[-1:] if is_verb else [])]
    return f"{method} /" + "/".join([kind, *rest])


class Exchange:
    """One request and its answer, to be recorded when it has ended."""

    def __init__(self, recorder: CallRecorder, name: str) -> None:
        self._recorder = recorder
        self._name = name
        self._began = recorder.clock.stopwatch()
        self._open = True

    def end(self, code: str = "", text: str = "") -> None:
        """Records it, once."""
        if self._open:
            self._open = False
            self._recorder.record(self._name, self._recorder.clock.stopwatch() - self._began, code, text)


class Wire(BaseAdapter):
    """`exchange` is the last one. That of a stream is open, and to be ended by who has read it to its end."""

    exchange: Exchange
    reads = True

    def __init__(self, inner: HTTPAdapter, recorder: CallRecorder, base: str = "") -> None:
        super().__init__()
        self._inner = inner
        self._recorder = recorder
        self._base = base

    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any) -> Response:
        """Raises Answered and Silent. A body that is no stream has been read."""
        self.reads = request.method in ("GET", "HEAD")
        patience = Patience()
        while True:
            self.exchange = Exchange(self._recorder, api(str(request.method), request.path_url, self._base))
            response = self._once(request, stream, *args, **kwargs)
            refusal = _refusal(response, self.reads)
            if refusal is None:
                if not stream:
                    self.exchange.end()
                return response
            response.close()
            self.exchange.end(str(refusal.status), refusal.text)
            pause = patience.pause(refusal.retry_after) if _did_nothing(refusal) else None
            if pause is None:
                raise refusal
            time.sleep(pause)

    def close(self) -> None:
        self._inner.close()

    def _once(self, request: PreparedRequest, stream: bool, *args: Any, **kwargs: Any) -> Response:
        try:
            response = self._inner.send(request, stream, *args, **kwargs)
            if not stream or response.status_code >= 300:
                _ = response.content
        except (RequestException, HTTPError, OSError) as error:
            self.exchange.end(type(error).__name__, str(error))
            raise Silent(error, self.reads) from None
        return response


class TlsAdapter(HTTPAdapter):
    """TLS by this context alone: requests would bring certifi's authorities and, by the session, the environment's."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        host, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {"ssl_context": self._context}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """The context does."""


def _did_nothing(refusal: Answered) -> bool:
    return refusal.status == 429 or (refusal.status == 503 and refusal.retry_after is not None)


def _refusal(response: Response, read: bool) -> Answered | None:
    """None for a success that an Engine wrote."""
    status, by_docker = response.status_code, _by_docker(response)
    if by_docker and (status < 300 or status == NOT_MODIFIED):
        return None
    message = _message(response)
    text = response.text.strip()[:1000] if message is None else message
    if status < 300 or status == NOT_MODIFIED:
        text = f"this is no answer of a Docker Engine: {text}"
    wait = retry_after(response.headers.get("Retry-After"))
    return Answered(status, text, by_docker or message is not None, read, wait)


def _by_docker(response: Response) -> bool:
    """Every answer of an Engine says its API's version, or in the oldest versions who wrote it."""
    return "Api-Version" in response.headers or response.headers.get("Server", "").startswith("Docker/")


def _message(response: Response) -> str | None:
    """Of an error of the Engine's: `{"message": "…"}`."""
    try:
        answer = response.json()
    except ValueError:
        return None
    message = answer.get("message") if isinstance(answer, dict) else None
    return message if isinstance(message, str) else None
