"""How an Engine is spoken to: names of calls, and what is no success of its own."""

from __future__ import annotations

import re

from requests import PreparedRequest, Response

from ..contract.throttling import retry_after
from ..contract.wire import Answered

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


class EngineSpeech:
    """`base`: path of the base URL. A refusal's code is its HTTP status: the Engine has no other."""

    def __init__(self, base: str = "") -> None:
        self._base = base

    def api(self, request: PreparedRequest) -> str:
        return api(str(request.method), request.path_url, self._base)

    def refusal(self, response: Response, read: bool) -> Answered | None:
        status, by_docker = response.status_code, _by_docker(response)
        if by_docker and (status < 300 or status == NOT_MODIFIED):
            return None
        message = _message(response)
        text = response.text.strip()[:1000] if message is None else message
        if status < 300 or status == NOT_MODIFIED:
            text = f"this is no answer of a Docker Engine: {text}"
        wait = retry_after(response.headers.get("Retry-After"))
        return Answered(status, str(status), text, by_docker or message is not None, read, wait)

    def throttled(self, refusal: Answered) -> bool:
        return refusal.status == 429 or (refusal.status == 503 and refusal.retry_after is not None)


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
