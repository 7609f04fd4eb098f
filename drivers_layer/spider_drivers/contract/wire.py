"""Below an SDK that speaks through requests: each HTTP exchange is one record, throttled ones are sent again, all but
success is raised.

Only drivers whose SDK brings requests import this module; the contract itself needs the standard library alone.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import HTTPError

from . import reach
from .calls import CallRecorder
from .errors import CloudError, NoAnswer, Unreachable
from .exchange import READS, Answered, Exchange, broken, nonsense, understood
from .throttling import Patience
from .tls import shared_tls_context, tls_context

__all__ = [
    "READS",
    "Answered",
    "Exchange",
    "Silent",
    "Speech",
    "TlsAdapter",
    "Wire",
    "broken",
    "from_silence",
    "members",
    "nonsense",
    "prepare",
    "shared_tls_context",
    "tls_context",
    "understood",
]

# Raised before a request is on its way, by the class's name in urllib3.
_NEVER_SENT = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError"})
_NEVER_CONNECTED = (ConnectionRefusedError, FileNotFoundError, PermissionError)
# The handshake failed. An end of file may come later, too, when the request has been taken.
_HANDSHAKE = re.compile(r"CERTIFICATE|ALERT|WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|record layer failure")


@dataclass
class Silent(Exception):
    """No answer, or not a whole one."""

    error: Exception
    read: bool

    @property
    def never_sent(self) -> bool:
        """Whether the request cannot have reached the cloud."""
        return any(_before_it_left(cause) for cause in _causes(self.error))


class Speech(Protocol):
    """How a cloud is spoken to."""

    def api(self, request: PreparedRequest) -> str:
        """The operation's name, else METHOD + path template."""

    def refusal(self, response: Response, read: bool) -> Answered | None:
        """None for a success that the cloud wrote."""

    def throttled(self, refusal: Answered) -> bool:
        """Whether the cloud did nothing because calls come too fast."""


class Wire(BaseAdapter):
    """`exchange` is the last one. That of a stream is open, and to be ended by who has read it to its end."""

    exchange: Exchange
    reads = True

    def __init__(self, inner: HTTPAdapter, recorder: CallRecorder, speech: Speech) -> None:
        super().__init__()
        self._inner = inner
        self._recorder = recorder
        self._speech = speech

    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any) -> Response:
        """Raises Answered and Silent. A body that is no stream has been read."""
        self.reads = request.method in READS
        patience = Patience()
        while True:
            self.exchange = Exchange(self._recorder, self._speech.api(request))
            response = self._once(request, stream, *args, **kwargs)
            refusal = self._speech.refusal(response, self.reads)
            if refusal is None:
                if not stream:
                    self.exchange.end()
                return response
            response.close()
            self.exchange.end(refusal.code, refusal.text)
            pause = patience.pause(refusal.retry_after) if self._speech.throttled(refusal) else None
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


def prepare(session: Session, url: str, wire: BaseAdapter) -> None:
    """The session takes nothing from the environment but the proxies for `url`, and speaks through `wire` alone."""
    session.trust_env = False
    session.proxies = reach.proxies(url)
    session.adapters.clear()
    session.mount("http", wire)  # the beginning of https:// and http+docker:// too


def members(response: Response) -> dict[str, Any]:
    """Of the JSON object that an answer is; none of what is no such thing."""
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def from_silence(silence: Silent, redact: Callable[[str], str]) -> CloudError:
    text = redact(str(silence.error))
    kind = Unreachable if silence.never_sent else NoAnswer
    return kind(text, code=type(silence.error).__name__, text=text)


def _before_it_left(error: BaseException) -> bool:
    if type(error).__name__ in _NEVER_SENT or isinstance(error, _NEVER_CONNECTED):
        return True
    return isinstance(error, ssl.SSLError) and bool(_HANDSHAKE.search(f"{error.reason} {error}"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps: requests and urllib3 put causes into `args` and `reason`."""
    yield error
    inner = [*error.args, getattr(error, "reason", None)]
    for one in inner:
        if isinstance(one, BaseException):
            yield from _causes(one)
