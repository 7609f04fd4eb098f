"""Cloudit's API: JSON over HTTP, resources named by ids, addresses or both."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from urllib.parse import unquote

from .dialect import Answer, Request, json_answer, members, parsed, strings

_PATH = re.compile(r"/cloudit/v[\d.]+/(\w+)/v1\.0/[^/]+/(.+)")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WORDS = frozenset(
    (
        *("servers", "specs", "templates", "clusters", "subnets", "ips", "adaptive-ips", "securitygroups"),
        *("shutdown", "start", "reboot", "nics", "nic", "securitygroup", "detail", "inbound", "outbound"),
        *("volumes", "snapshots", "load-balancers", "update", "policy", "volume", "creatable"),
    )
)


class Cloudit:
    name = "cloudit"
    throttling = (429, "TOO_MANY_REQUESTS")

    def api(self, request: Request) -> str:
        """`POST /ace/servers/{id}/start`: Cloudit's methods have no names."""
        found = _PATH.fullmatch(unquote(request.path))
        if not found:
            return f"{request.method} {request.path}"
        words = [word if word in _WORDS else "{id}" for word in found[2].strip("/").split("/")]
        return f"{request.method} /{found[1]}/" + "/".join(words)

    def region(self, request: Request) -> str:
        return ""

    def is_read(self, request: Request) -> bool:
        return request.method == "GET"

    def error(self, status: int, code: str, message: str) -> Answer:
        return json_answer(status, {"code": code or str(status), "message": message or "Cloud-Twin was told to."})

    def code(self, answer: Answer) -> str:
        if answer.status < 400:
            return ""
        return str(members(answer.body).get("code") or answer.status)

    def ids(self, answer: Answer) -> set[str]:
        return {text for text in strings(parsed(answer.body)) if _ID.fullmatch(text)}

    def named(self, request: Request) -> set[str]:
        return self.addressed(request) | {text for text in strings(parsed(request.body)) if _ID.fullmatch(text)}

    def addressed(self, request: Request) -> set[str]:
        return {word for word in unquote(request.path).split("/") if _ID.fullmatch(word)}

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        return self.error(404, "NOT_FOUND", f"'{cloud_id}' was not found.")

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        data = parsed(answer.body)
        if not isinstance(data, list):
            return answer
        kept = [one for one in data if not (isinstance(one, dict) and one.get("id") in ids)]
        return answer.having(json.dumps(kept).encode())


CLOUDIT = Cloudit()
