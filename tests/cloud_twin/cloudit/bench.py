"""A tenant in this process: calls go through the faults, no socket is opened."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client, TestResponse

from cloud_twin.cloudit import CloudIt
from cloud_twin.cloudit.account import CLUSTER, HEADER, TENANT
from cloud_twin.cloudit.catalogue import fixed_id
from cloud_twin.twin import Twin

SECONDS = 8.0
PASSWORD = "Canary-4711"
SUBNET = {"name": "net", "addr": "10.0.4.0", "prefix": "22"}
RULE = {"name": "ssh", "type": "inbound", "port": "22", "target": "0.0.0.0/0", "protocol": "tcp"}


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


@dataclass
class Bench:
    """The clock stands still; changes take SECONDS of it. Paths are from the engine on: `ace/servers`."""

    twin: Twin
    http: Client
    token: str = field(repr=False)

    @property
    def cloud(self) -> CloudIt:
        found = self.twin.clouds["cloudit"]
        assert isinstance(found, CloudIt)
        return found

    def send(self, method: str, path: str, body: Any = None, tenant: str = TENANT, **more: Any) -> TestResponse:
        engine, _, rest = path.partition("/")
        url = f"/cloudit/v5.0/{engine}/v1.0/{tenant}/{rest}"
        return self.http.open(url, method=method, **{"json": body, "headers": {HEADER: self.token}, **more})

    def call(self, method: str, path: str, body: Any = None, tenant: str = TENANT) -> Any:
        """None for an empty answer. Raises Refused."""
        answer = self.send(method, path, body, tenant)
        data: Any = json.loads(answer.data) if answer.data else None
        if answer.status_code >= 300:
            assert set(data) == {"code", "message"}
            raise Refused(answer.status_code, data["code"], data["message"])
        return data

    def get(self, path: str, tenant: str = TENANT) -> Any:
        return self.call("GET", path, tenant=tenant)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def advance(self, seconds: float = SECONDS) -> None:
        self.twin.clock.advance(seconds)

    # Things

    def subnet(self, **more: Any) -> Any:
        return self.post("dna/subnets", {**SUBNET, **more})

    def group(self, name: str = "group", *rules: dict[str, str]) -> Any:
        return self.post("iam/securitygroups", {"name": name, "rules": list(rules or (RULE,))})

    def server(self, *groups: Any, **more: Any) -> Any:
        """Running. In a subnet that is made if there is none."""
        if not any(one["addr"] == SUBNET["addr"] for one in self.get("dna/subnets")):
            self.subnet()
        made = self.post("ace/servers", server_body(*groups, **more))
        self.advance()
        return self.get(f"ace/servers/{made['id']}")

    def adaptive_ip(self, server: Any) -> Any:
        free = self.get("dna/ips")[0]["addr"]
        made = self.post("dna/adaptive-ips", {"ip": free, "name": "public", "privateIp": server["privateIp"]})
        self.advance()
        return made


def code_of(answer: TestResponse) -> str:
    return str(json.loads(answer.data)["code"])


def server_body(*groups: Any, **more: Any) -> dict[str, Any]:
    return {
        "templateId": fixed_id("templates", CLUSTER, "Ubuntu-20.04"),
        "specId": fixed_id("specs", "small-1"),
        "name": "vm",
        "hostName": "vm",
        "rootPassword": PASSWORD,
        "subnetAddr": SUBNET["addr"],
        "secgroups": [{"id": group["id"]} for group in groups],
        "clusterId": fixed_id("clusters", CLUSTER),
        **more,
    }


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    twin = Twin("cloudit")
    twin.clock.speed = 0.0
    account = json.loads(twin.clouds["cloudit"].files("http://localhost", "")["cloudit.json"])
    yield Bench(twin, Client(twin), account["AuthToken"])
