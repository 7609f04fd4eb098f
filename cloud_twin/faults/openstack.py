"""OpenStack's services: JSON over HTTP, below one address, each below a path of its own, as devstack lays them out.

An id is a resource's UUID; a key pair, which has none, is os-keypairs/NAME.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from .dialect import Answer, Request, elements, json_answer, members, strings, without

_PATH = re.compile(
    r"/(identity|compute|networking|network|image|placement|volume|load-balancer)(?:/(v\d[\d.]*))?(?:/(.*))?"
)
_TYPES = {"networking": "network"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PROJECT = re.compile(r"[0-9a-f]{32}")
# Words that stand where an id could.
_WORDS = ("detail", "tokens", "catalog", "projects", "domains", "system", "tenant", "project", "images")
_KEYPAIRS = "os-keypairs"
# What is below these has a name of its own.
_NAMED = ("tags", "metadata", "os-extra_specs", "ips", "os-interface", "application_credentials")
_IDENTITY = "identity"
# The members of answers under which resources stand that a project makes, alone or several.
_RESOURCES = (
    "server",
    "network",
    "subnet",
    "port",
    "router",
    "floatingip",
    "security_group",
    "security_group_rule",
    "image",
)
_UNKNOWN = {
    "networks": ("NetworkNotFound", "Network {} could not be found."),
    "subnets": ("SubnetNotFound", "Subnet {} could not be found."),
    "ports": ("PortNotFound", "Port {} could not be found."),
    "routers": ("RouterNotFound", "Router {} could not be found"),
    "floatingips": ("FloatingIPNotFound", "Floating IP {} could not be found"),
    "security-groups": ("SecurityGroupNotFound", "Security group {} does not exist"),
    "security-group-rules": ("SecurityGroupRuleNotFound", "Security group rule {} does not exist"),
}
_FAULTS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    409: "conflictingRequest",
    413: "overLimit",
    429: "overLimit",
    503: "serviceUnavailable",
}


class OpenStack:
    name = "openstack"
    # Of nova's and of the proxies that stand before public clouds.
    throttling = (429, "overLimit")

    def api(self, request: Request) -> str:
        """The method, the service's type, and the path below its version, an action by its name: POST
        compute/servers/{id}/action/os-stop."""
        service, words = _split(request.path)
        if not service:
            return f"{request.method} {request.path}"
        template = _template(words)
        if words[-1:] == ["action"]:
            action = next(iter(members(request.body)), "")
            template = [*template, *([action] if action else [])]
        return f"{request.method} {'/'.join([service, *template])}"

    def region(self, request: Request) -> str:
        """Endpoints are of one region, and do not name it."""
        return ""

    def is_read(self, request: Request) -> bool:
        """Log-in as well."""
        return request.method in ("GET", "HEAD") or _split(request.path)[0] == _IDENTITY

    def error(self, status: int, code: str, message: str) -> Answer:
        """In the form of whoever stands before all services; each client of a service reads it."""
        words = message or f"Cloud-Twin was told to refuse this: {status} {_phrase(status)}."
        return json_answer(status, {code or _FAULTS.get(status, "computeFault"): {"code": status, "message": words}})

    def code(self, answer: Answer) -> str:
        if answer.status < 400:
            return ""
        data = members(answer.body)
        first = next(iter(data), "")
        inner = data.get(first)
        if isinstance(inner, dict):
            return str(inner.get("type") or ("" if first == "error" else first) or inner.get("title", ""))
        return str(answer.status)

    def ids(self, answer: Answer) -> set[str]:
        data = members(answer.body)
        found = set[str]()
        for name in _RESOURCES:
            shown = [data.get(name), *elements(data.get(f"{name}s"))]
            found |= {found_id for one in shown for found_id in _ids_of(one)}
        found |= {str(data[name]) for name in ("image_id", "port_id") if _is_id(data.get(name))}
        # An image by itself has no member around it.
        if str(data.get("schema", "")).endswith("/schemas/image"):
            found |= _ids_of(data)
        pairs = [{"keypair": data.get("keypair")}, *elements(data.get("keypairs"))]
        return found | {_keypair(one) for one in pairs if _keypair(one)} | _located(answer)

    def named(self, request: Request) -> set[str]:
        return self.addressed(request) | {one for one in strings(members(request.body)) if _is_id(one)}

    def addressed(self, request: Request) -> set[str]:
        service, words = _split(request.path)
        if service == "compute" and words[:1] == [_KEYPAIRS] and len(words) > 1:
            return {f"{_KEYPAIRS}/{words[1]}"}
        return {words[1]} if len(words) > 1 and _is_id(words[1]) else set()

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        service, words = _split(request.path)
        if service == "network":
            kind, text = _UNKNOWN.get(words[0], ("HTTPNotFound", "The resource could not be found."))
            error = {"type": kind, "message": text.format(cloud_id), "detail": ""}
            return json_answer(404, {"NeutronError": error})
        if service == "image":
            return _page(404, f"No image found with ID {cloud_id}")
        text = f"Instance {cloud_id} could not be found."
        if cloud_id.startswith(_KEYPAIRS):
            text = f"Keypair {cloud_id.partition('/')[2]} not found"
        return json_answer(404, {"itemNotFound": {"code": 404, "message": text}})

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        """Elements of lists, of those within a resource too."""
        data = members(answer.body)
        return answer.having(json.dumps(without(data, lambda one: _hidden(one, ids))).encode()) if data else answer


def _split(path: str) -> tuple[str, list[str]]:
    """The service's type, and the words of the path below its version."""
    found = _PATH.fullmatch(unquote(path))
    if not found:
        return "", []
    words = [word for word in (found[3] or "").split("/") if word]
    return _TYPES.get(found[1], found[1]), words


def _template(words: list[str]) -> list[str]:
    """What stands second is one of what stands first, whatever it is called."""
    return [
        "{id}"
        if (number == 1 and word not in _WORDS) or (number and words[number - 1] in _NAMED) or _is_name(word)
        else word
        for number, word in enumerate(words)
    ]


def _is_name(word: str) -> bool:
    return _is_id(word) or bool(_PROJECT.fullmatch(word))


def _is_id(word: Any) -> bool:
    return isinstance(word, str) and bool(_UUID.fullmatch(word))


def _ids_of(one: Any) -> set[str]:
    """Of a resource, and of the rules of a group, which are made and shown along with it."""
    if not isinstance(one, dict):
        return set()
    inner = [rule for rule in elements(one.get("security_group_rules")) if isinstance(rule, dict)]
    return {str(each["id"]) for each in (one, *inner) if _is_id(each.get("id"))}


def _keypair(one: Any) -> str:
    shown = one.get("keypair") if isinstance(one, dict) else None
    name = shown.get("name") if isinstance(shown, dict) else None
    return f"{_KEYPAIRS}/{name}" if name else ""


def _located(answer: Answer) -> set[str]:
    """An image that nova has made of a server, up to 2.44."""
    headers = {name.lower(): value for name, value in answer.headers}
    found = re.search(r"/images/([0-9a-f-]{36})$", headers.get("location", ""))
    return {found[1]} if found else set()


def _hidden(one: Any, ids: Collection[str]) -> bool:
    if isinstance(one, dict):
        return one.get("id") in ids or _keypair(one) in ids
    return isinstance(one, str) and one in ids


def _page(status: int, text: str) -> Answer:
    title = f"{status} {_phrase(status)}"
    body = (
        f"<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n  {html.escape(text)}"
        "<br /><br />\n\n\n\n </body>\n</html>"
    ).encode()
    headers = [("Content-Type", "text/html; charset=UTF-8"), ("Content-Length", str(len(body)))]
    return Answer(status, headers, body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


OPENSTACK = OpenStack()
