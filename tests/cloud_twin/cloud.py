"""A small cloud to stand behind the faults: it keeps things, and speaks as the Docker Engine does."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from werkzeug.wrappers import Request, Response

from cloud_twin.admin import Administered
from cloud_twin.faults import DOCKER, Faults, Rule
from cloud_twin.serve import serving


class Things:
    """`asked`: the bodies of every request that has reached it."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.asked: list[bytes] = []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        self.asked.append(request.get_data())
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == "/things/create":
            self.ids.append(secrets.token_hex(32))
            return _json({"Id": self.ids[-1]}, 201)
        if request.path == "/things/json":
            return _json([{"Id": one} for one in self.ids])
        if request.path == "/stream":
            return Response(iter([b"one ", b"two"]))
        found = request.path.split("/")[2]
        return _json({"Id": found}) if found in self.ids else _json({"message": f"No such thing: {found}"}, 404)


def _json(data: Any, status: int = 200) -> Response:
    import json

    return Response(json.dumps(data), status, mimetype="application/json")


@dataclass
class Bench:
    """`http` speaks to the faults, which stand before `things`."""

    things: Things
    faults: Faults
    http: httpx.Client

    def add(self, **fields: Any) -> int:
        return self.faults.rules.add(Rule(**fields))

    def make(self) -> str:
        return str(self.http.post("/things/create", json={}).json()["Id"])

    def listed(self) -> list[str]:
        return [one["Id"] for one in self.http.get("/things/json").json()]


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    things = Things()
    faults = Faults(things, DOCKER)
    with serving(Administered(faults)) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        yield Bench(things, faults, http)
