"""A project in this process: calls go through the faults and the outside judge, no socket is opened."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from werkzeug.test import Client, TestResponse

from cloud_twin.gcp import Gcp
from cloud_twin.gcp.account import AUDIENCE, PROJECT
from cloud_twin.twin import Twin

from .judge import Judge

ZONE, REGION = "us-central1-a", "us-central1"
COMPUTE = "/compute/v1/"
GLOBAL = f"projects/{PROJECT}/global"
ZONAL = f"projects/{PROJECT}/zones/{ZONE}"
REGIONAL = f"projects/{PROJECT}/regions/{REGION}"
DEBIAN = "projects/debian-cloud/global/images/family/debian-12"
SECONDS = 8.0
HTTP_OK = 200


class Refused(Exception):
    """`error`: the member of this name."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('message')}")
        self.status = status
        self.error = error

    @property
    def reason(self) -> str:
        return str(self.error["errors"][0]["reason"])

    @property
    def message(self) -> str:
        return str(self.error["message"])


@dataclass
class Bench:
    """The clock stands still; operations take SECONDS of it."""

    twin: Twin
    judge: Judge
    http: Client
    token: str = field(repr=False)

    @property
    def cloud(self) -> Gcp:
        found = self.twin.clouds["gcp"]
        assert isinstance(found, Gcp)
        return found

    def send(self, method: str, path: str, body: Any = None, **query: str) -> TestResponse:
        """`path`: from projects/ on."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.http.open(COMPUTE + path, method=method, json=body, query_string=query, headers=headers)

    def call(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """Raises Refused."""
        answer = self.send(method, path, body, **query)
        data: dict[str, Any] = json.loads(answer.data)
        if answer.status_code != HTTP_OK:
            raise Refused(answer.status_code, data["error"])
        return data

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        return self.call("POST", path, body, **query)

    def delete(self, path: str, **query: str) -> dict[str, Any]:
        return self.call("DELETE", path, **query)

    def advance(self, seconds: float = SECONDS) -> None:
        self.twin.clock.advance(seconds)

    def done(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """The operation once its time is over."""
        self.advance()
        found = self.get(str(operation["selfLink"]).partition("/v1/")[2])
        assert found["status"] == "DONE"
        return found

    def granted(self, operation: Mapping[str, Any]) -> None:
        found = self.done(operation)
        assert "error" not in found, found["error"]

    # Things

    def network(self, name: str = "net", **more: Any) -> str:
        """Its key; custom mode unless said otherwise."""
        body = {"name": name, "autoCreateSubnetworks": False, **more}
        self.granted(self.post(f"{GLOBAL}/networks", body))
        return f"{GLOBAL}/networks/{name}"

    def subnetwork(self, network: str, name: str = "sub", cidr: str = "10.1.0.0/24") -> str:
        body = {"name": name, "network": network, "ipCidrRange": cidr}
        self.granted(self.post(f"{REGIONAL}/subnetworks", body))
        return f"{REGIONAL}/subnetworks/{name}"

    def firewall(self, name: str = "fire", **more: Any) -> str:
        self.granted(self.post(f"{GLOBAL}/firewalls", firewall_body(name, **more)))
        return f"{GLOBAL}/firewalls/{name}"

    def instance(self, name: str = "vm", **more: Any) -> str:
        self.granted(self.post(f"{ZONAL}/instances", instance_body(name, **more)))
        return f"{ZONAL}/instances/{name}"


def firewall_body(name: str = "fire", **more: Any) -> dict[str, Any]:
    return {"name": name, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], **more}


def instance_body(name: str = "vm", **more: Any) -> dict[str, Any]:
    """In the default network, without an external address."""
    return {
        "name": name,
        "machineType": f"zones/{ZONE}/machineTypes/e2-small",
        "disks": [{"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": DEBIAN}}],
        "networkInterfaces": [{"network": "global/networks/default"}],
        **more,
    }


def signed(key_file: Mapping[str, str], *, kid: str | None = None, key: str | None = None, **claims: Any) -> str:
    """A JWT of the account; a claim that is None is left out."""
    now = int(time.time())
    email = key_file["client_email"]
    given = {"iss": email, "sub": email, "aud": AUDIENCE, "iat": now, "exp": now + 3600, **claims}
    payload = {name: value for name, value in given.items() if value is not None}
    headers = {"kid": kid or key_file["private_key_id"]}
    return jwt.encode(payload, key or key_file["private_key"], "RS256", headers)


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    twin = Twin("gcp")
    twin.clock.speed = 0.0
    judge = Judge(twin)
    key_file = json.loads(twin.clouds["gcp"].files("http://localhost", "")["gcp.json"])
    yield Bench(twin, judge, Client(judge), signed(key_file))
