"""The Docker Engine's API: JSON over HTTP, the version as the path's first word."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from .dialect import Answer, Request, json_answer, parsed, strings, without

_VERSION = re.compile(r"/v\d+\.\d+(?=/)")
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{64}")
# The words that stand where others have an id.
_COLLECTIONS = {"json", "create", "prune", "search", "get", "load"}


class Docker:
    name = "docker"
    throttling = (429, "")

    def api(self, request: Request) -> str:
        """`GET /containers/{id}/json`. An image's name may hold slashes, so the last word is a verb if it is one."""
        kind, *rest = _VERSION.sub("", request.path).strip("/").split("/")
        if rest and not (len(rest) == 1 and rest[0] in _COLLECTIONS):
            verbs = rest[-1:] if len(rest) > 1 and not (kind == "images" and rest[-1] not in _IMAGE_VERBS) else []
            rest = ["{id}", *verbs]
        return f"{request.method} /" + "/".join([kind, *rest])

    def region(self, request: Request) -> str:
        return ""

    def is_read(self, request: Request) -> bool:
        return request.method in ("GET", "HEAD")

    def error(self, status: int, code: str, message: str) -> Answer:
        return json_answer(status, {"message": message})

    def code(self, answer: Answer) -> str:
        return str(answer.status) if answer.status >= 400 else ""

    def ids(self, answer: Answer) -> set[str]:
        return {text for text in strings(parsed(answer.body)) if _ID.fullmatch(text)}

    def named(self, request: Request) -> set[str]:
        return {word for word in unquote(request.path).split("/") if _ID.fullmatch(word)}

    def addressed(self, request: Request) -> set[str]:
        return self.named(request)

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        kind = _VERSION.sub("", request.path).strip("/").split("/")[0]
        told = _ABSENT.get(kind, f"No such {kind.removesuffix('s')}: {{0}}")
        return self.error(404, "", told.format(cloud_id))

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        data = parsed(answer.body)
        if data is None:
            return answer
        return answer.having(json.dumps(without(data, lambda one: _hidden(one, ids))).encode())


_ABSENT = {
    "images": "no such image: {0}: No such image: {0}",
    "networks": "network {0} not found",
    "volumes": "get {0}: no such volume",
}
_IMAGE_VERBS = {"json", "history", "push", "tag", "get"}


def _hidden(one: Any, ids: Collection[str]) -> bool:
    return isinstance(one, dict) and one.get("Id") in ids


DOCKER = Docker()
