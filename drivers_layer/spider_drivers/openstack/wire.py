"""How OpenStack's services are spoken to: names of calls, what is no success of theirs, and where they may be."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import urlsplit

from keystoneauth1 import exceptions as keystone
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from ..contract import Refused, reach
from ..contract.throttling import retry_after
from ..contract.wire import Answered, Wire, members

CONNECT_SECONDS, READ_SECONDS = 5, 60

_VERSION = re.compile(r"/v\d+(?:\.\d+)?(?=/|$)")
# What stands where an id would.
_WORDS = frozenset({"detail", "tokens"})
_TOKEN_HEADER = "X-Auth-Token"
_LOG_IN = "/auth/tokens"


class OpenStackSpeech:
    """Calls are named by the service's type and the path below its version, with {id} for what is not a word of the
    API, and an action by its name: `GET compute/servers/{id}`, `POST compute/servers/{id}/action/os-stop`.

    A refusal's code is neutron's type (`NetworkInUse`), nova's word (`conflictingRequest`), keystone's title
    (`Unauthorized`), else its status in figures (glance).
    """

    def __init__(self) -> None:
        self._services: dict[str, tuple[str, str]] = {}

    def learn(self, service: str, url: str) -> None:
        """`url`: of the service's endpoint, as the catalogue tells it."""
        root, _, below = _parted(url)
        self._services[root] = (service, below)

    def api(self, request: PreparedRequest) -> str:
        url = str(request.url).partition("?")[0]
        roots = [root for root in self._services if url == root or url.startswith(f"{root}/")]
        if not roots:
            return f"{request.method} {url}"
        root = max(roots, key=len)
        service, project = self._services[root]
        below = _parted(url)[2] if _VERSION.search(url, len(root)) else url.removeprefix(root)
        words = [word for word in below.removeprefix(project).split("/") if word]
        plain = [word if place % 2 == 0 or word in _WORDS else "{id}" for place, word in enumerate(words)]
        return f"{request.method} {'/'.join([service, *plain, *_action(words, request)])}"

    def refusal(self, response: Response, read: bool) -> Answered | None:
        told, status = members(response), response.status_code
        if _granted(response, told):
            return None
        if status == 404 and str(response.request.url).endswith(_LOG_IN):
            status = 401  # keystone, of an application credential that is gone: not of what is asked for with it
        wait = retry_after(response.headers.get("Retry-After"))
        code, text = _complaint(told) if status >= 300 else ("", "")
        if code:
            return Answered(status, code, text, True, read, wait)
        if status >= 300 and response.headers.get("X-Openstack-Request-Id"):
            return Answered(status, str(status), _plain(response.text), True, read, wait)
        text = f"this is no answer of OpenStack's: {_plain(response.text)[:200]}"
        return Answered(status, str(status), text, False, read, wait)

    def throttled(self, refusal: Answered) -> bool:
        return refusal.status == 429 or (refusal.status == 413 and refusal.code == "overLimit")


class Guarded(BaseAdapter):
    """Each address of a catalogue, a version document or a redirection is looked at before it is called: none leads to
    a metadata service, and only a keystone on this host leads to this host. Proxies are those of the address."""

    def __init__(self, wire: Wire, auth_url: str) -> None:
        super().__init__()
        self._wire = wire
        self._at_home = reach.on_this_host(auth_url)

    def send(self, request: PreparedRequest, stream: bool = False, *_: Any, **__: Any) -> Response:
        """Raises Answered, Silent and Refused."""
        url = str(request.url)
        if reach.is_metadata(urlsplit(url).hostname or "") or (reach.on_this_host(url) and not self._at_home):
            raise Refused(f"the cloud's catalogue leads to {url.partition('?')[0]}: that is not allowed")
        timeout = (CONNECT_SECONDS, READ_SECONDS)
        try:
            return self._wire.send(request, stream, timeout=timeout, proxies=reach.proxies(url))
        except Answered as refusal:
            if _of_no_consequence(request, refusal):
                raise keystone.HttpError(refusal.text, http_status=refusal.status) from None
            raise

    def close(self) -> None:
        self._wire.close()


def _of_no_consequence(request: PreparedRequest, refusal: Answered) -> bool:
    """Of a version document, which keystoneauth then looks for elsewhere."""
    asked_for_versions = request.method == "GET" and _TOKEN_HEADER not in request.headers
    return asked_for_versions and 400 <= refusal.status < 500 and refusal.status != 429


def _parted(url: str) -> tuple[str, str, str]:
    """What stands before the version in a URL, the version, and what stands after it."""
    plain = url.rstrip("/")
    found = _VERSION.search(plain, len(urlsplit(url).netloc))
    return (plain[: found.start()], found[0], plain[found.end() :]) if found else (plain, "", "")


def _action(words: list[str], request: PreparedRequest) -> list[str]:
    if words[-1:] != ["action"]:
        return []
    body: Any = request.body or "{}"
    try:
        return list(json.loads(body))[:1]
    except ValueError:
        return []


def _granted(response: Response, told: dict[str, Any]) -> bool:
    status = response.status_code
    if 200 <= status < 300:
        return bool(told) or (status in (202, 204) and not response.content)
    if status == 300:  # "multiple choices": glance's versions
        return "versions" in told
    return response.is_redirect and _TOKEN_HEADER not in response.request.headers


def _complaint(told: dict[str, Any]) -> tuple[str, str]:
    """Code and text of a refusal: the one member of its document, whatever its name."""
    for word, error in told.items():
        if isinstance(error, dict) and "message" in error:
            code = error.get("type") or error.get("title") or word
            return str(code), str(error["message"])
    return "", ""


def _plain(page: str) -> str:
    """Glance refuses with a web page."""
    body = re.sub(r"(?s)^.*</h1>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
