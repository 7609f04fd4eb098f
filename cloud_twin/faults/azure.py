"""Azure Resource Manager and Entra: JSON over HTTP, resources named by their paths, whose case does not count."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from .dialect import Answer, Request, json_answer, members, parsed, strings, without

_GROUP = r"/subscriptions/[^/]+/resourcegroups/[^/]+"
_ID = re.compile(rf"{_GROUP}(/providers/[^/]+(/[^/]+/[^/]+)+)?")
_LOCATION = re.compile(r"/locations/([^/]+)", re.I)
_LOG_IN = ("/oauth2/", "/.well-known/", "/discovery/")
# Parts of a resource that have ids of their own and come and go with it.
_INNER = ("/ipconfigurations/", "/defaultsecurityrules/")
_SPELLED = {"resourcegroups": "resourceGroups"}  # ARM's documents have the one, its SDKs both


class Azure:
    name = "azure"
    throttling = (429, "SubscriptionRequestsThrottled")

    def api(self, request: Request) -> str:
        """Method and path without what is one resource's: PUT Microsoft.Network/virtualNetworks/{name}."""
        return f"{request.method} {_template(unquote(request.path))}"

    def region(self, request: Request) -> str:
        """A path's, or what is made says where."""
        found = _LOCATION.search(request.path)
        if found:
            return found[1]
        location = members(request.body).get("location", "") if request.method == "PUT" else ""
        return str(location).replace(" ", "").lower()

    def is_read(self, request: Request) -> bool:
        return request.method in ("GET", "HEAD") or _is_log_in(request)

    def error(self, status: int, code: str, message: str) -> Answer:
        return json_answer(status, {"error": {"code": code, "message": message}})

    def code(self, answer: Answer) -> str:
        if answer.status < 400:
            return ""
        error = members(answer.body).get("error")
        return str(error.get("code", "")) if isinstance(error, dict) else str(error or "")

    def ids(self, answer: Answer) -> set[str]:
        return {found for text in strings(parsed(answer.body)) if (found := _id(text))}

    def named(self, request: Request) -> set[str]:
        """A PUT names what it makes: that is none that was there before."""
        path = _path_ids(request)
        made = path[-1:] if request.method == "PUT" else []
        return (set(path) | {found for text in strings(parsed(request.body)) if (found := _id(text))}) - set(made)

    def addressed(self, request: Request) -> set[str]:
        return set(_path_ids(request))

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        words = cloud_id.split("/")
        if len(words) == 5:
            return self.error(404, "ResourceGroupNotFound", f"Resource group '{words[4]}' could not be found.")
        kind, name = "/".join([words[6], *words[7::2]]), "/".join(words[8::2])
        text = (
            f"The Resource '{kind}/{name}' under resource group '{words[4]}' was not found. For more details please "
            "go to "
            "https://aka.ms/ARMResourceNotFoundFix"
        )
        return self.error(404, "ResourceNotFound", text)

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        """Elements of lists, of those within a resource too."""
        data = parsed(answer.body)
        if data is None:
            return answer
        return answer.having(json.dumps(without(data, lambda one: _hidden(one, ids))).encode())


def _template(path: str) -> str:
    words = path.strip("/").split("/")
    if len(words) > 1 and words[0].lower() not in ("subscriptions", "providers", "metadata"):
        below = [word.lower() for word in words]
        if "providers" not in below:
            return "/".join(words[1:])  # Entra's: /{tenant}/oauth2/v2.0/token
    below = [word.lower() for word in words]
    if "providers" in below:
        at = len(below) - 1 - below[::-1].index("providers")
        return "/".join([*words[at + 1 : at + 2], *_named(words[at + 2 :])])
    return "/".join(_named(words[2:] if len(words) > 2 else words))


def _named(words: list[str]) -> list[str]:
    return [_SPELLED.get(word, word) if number % 2 == 0 else "{name}" for number, word in enumerate(words)]


def _is_log_in(request: Request) -> bool:
    return not request.path.lower().startswith("/subscriptions") and any(word in request.path for word in _LOG_IN)


def _path_ids(request: Request) -> list[str]:
    """The group, the resource and its owners that a path names, outermost first; without a verb at its end. Tags are
    of what stands before them."""
    path = unquote(request.path).lower().rstrip("/").removesuffix("/providers/microsoft.resources/tags/default")
    found = _ID.match(path)
    if not found:
        return []
    words = found[0].split("/")
    ends = [5, *range(9, len(words) + 1, 2)]
    return [one for end in ends if (one := _id("/".join(words[:end])))]


def _id(text: str) -> str:
    """In lower case; "" for what is no resource that users make."""
    low = text.lower()
    if not low.startswith("/subscriptions/") or not _ID.fullmatch(low):
        return ""
    return "" if any(word in low for word in _INNER) or "/providers/microsoft.resources/" in low else low


def _hidden(one: Any, ids: Collection[str]) -> bool:
    return isinstance(one, dict) and str(one.get("id", "")).lower() in ids


AZURE = Azure()
