"""How ARM and Entra are spoken to: names of calls, and what is no success of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response

from ..contract import Unavailable
from ..contract.throttling import retry_after
from ..contract.wire import Answered, Wire

# Another change of the same resource is under way. It may come with 429, and is no throttling.
BUSY = frozenset(
    {
        "AnotherOperationInProgress",
        "ConcurrentRequestError",
        "NicReservedForAnotherVm",
        "PreconditionFailed",
        "RetryableError",
        "ReferencedResourceNotProvisioned",
    }
)
_SPELLED = {"resourcegroups": "resourceGroups"}  # the SDK has both
_LOG_IN = ("/oauth2/", "/.well-known/")


@dataclass
class Refusal(Answered):
    """`inner`: codes of what the refusal consists of, which say more than its own."""

    inner: tuple[str, ...] = ()


class ArmWire(Wire):
    """Answers are read whole: the SDK streams those of a change, to read them at once itself."""

    def __init__(self, *given: Any, origins: tuple[str, ...]) -> None:
        """`origins`: the addresses that a token may be sent to. Where Entra's is asked for, Entra itself tells."""
        super().__init__(*given)
        self._origins = frozenset(map(_origin, origins))

    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any) -> Response:
        """Raises Unavailable for an address that an answer has led to, a page's or an operation's, and that is not the
        cloud's."""
        if _origin(str(request.url)) not in self._origins and not _asks_for_token(request):
            raise Unavailable(f"an answer of Azure's leads to another address: {_origin(str(request.url))}")
        return super().send(request, False, *args, **kwargs)


class ArmSpeech:
    def api(self, request: PreparedRequest) -> str:
        return f"{request.method} {template(urlsplit(str(request.url)).path)}"

    def refusal(self, response: Response, read: bool) -> Answered | None:
        status, body = response.status_code, _json(response)
        if status < 300 and _believed(response, body):
            return None
        logging_in = any(word in str(response.url) for word in _LOG_IN)
        code, text, inner = _told(body)
        if status < 300:
            code, text = "", f"this is no answer of Azure's: {response.text.strip()[:1000]}"
        return Refusal(
            status,
            code or str(status),
            text or response.text.strip()[:1000],
            spoken=bool(code),
            read=read or logging_in,
            retry_after=retry_after(response.headers.get("Retry-After")),
            inner=inner,
        )

    def throttled(self, refusal: Answered) -> bool:
        if refusal.status == 429:
            return refusal.code not in BUSY
        return refusal.status == 503 and refusal.retry_after is not None


def template(path: str) -> str:
    """A path without what is one resource's: `Microsoft.Network/virtualNetworks/{name}/subnets/{name}`."""
    words = path.strip("/").split("/")
    if len(words) > 1 and words[0].casefold() != "subscriptions":
        return "/".join(words[1:])  # Entra's: /{tenant}/oauth2/v2.0/token
    below = [word.casefold() for word in words]
    if "providers" in below:
        # The last one: tags are of a provider's own below the resource's.
        at = len(below) - 1 - below[::-1].index("providers")
        return "/".join([words[at + 1], *_named(words[at + 2 :])])
    return "/".join(_named(words[2:] if len(words) > 2 else words))


def _named(words: list[str]) -> list[str]:
    return [_SPELLED.get(word, word) if number % 2 == 0 else "{name}" for number, word in enumerate(words)]


def _asks_for_token(request: PreparedRequest) -> bool:
    parts = urlsplit(str(request.url))
    return request.method == "POST" and parts.scheme == "https" and parts.path.endswith("/oauth2/v2.0/token")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _json(response: Response) -> Any:
    """None where there is none."""
    try:
        return response.json()
    except ValueError:
        return None


def _believed(response: Response, body: Any) -> bool:
    """Else a page of somebody on the way would be taken for an empty list."""
    if response.request.method in ("DELETE", "POST") and not response.content:
        return True
    if isinstance(body, list):
        return response.request.method == "GET"
    if not isinstance(body, dict):
        return False
    if response.request.method in ("GET", "PUT", "PATCH"):
        return isinstance(body.get("value"), list) or bool(body.get("id") or body.get("token_endpoint"))
    return True


def _told(body: Any) -> tuple[str, str, tuple[str, ...]]:
    """Code, text and inner codes of ARM's `{"error": {"code": …, "message": …}}` and of Entra's
    `{"error": "…", "error_description": "…"}`; "" for what is neither."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return error, str(body.get("error_description") or ""), ()
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return "", "", ()
    inner = error.get("details") or []
    codes = tuple(str(one["code"]) for one in inner if isinstance(one, dict) and one.get("code"))
    return error["code"], str(error.get("message") or ""), codes
