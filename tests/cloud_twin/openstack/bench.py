"""A cloud in this process, and the SDK as its client over a socket; the clock stands still until it is pushed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from openstack.config import OpenStackConfig
from openstack.connection import Connection

from cloud_twin.openstack import OpenStack
from cloud_twin.serve import serving
from cloud_twin.twin import Twin

SECONDS = 8.0
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPg1dK8o0cZ3U7xQX1K5zR3bq8y8u6F1Hq9J9m0oXWbA me@x"
KEY_FINGERPRINT = "82:44:e8:81:29:62:a6:47:9b:4f:75:8d:e5:a3:28:7c"
NOBODY = "11111111-1111-1111-1111-111111111111"
NETWORK, COMPUTE, IMAGE = "/networking/v2.0", "/compute/v2.1", "/image/v2"


@dataclass
class Bench:
    """`http`: for calls that no client makes, logged in already."""

    twin: Twin
    url: str
    sdk: Connection
    http: httpx.Client

    @property
    def cloud(self) -> OpenStack:
        found = self.twin.clouds["openstack"]
        assert isinstance(found, OpenStack)
        return found

    def call(self, method: str, path: str, body: Any = None, version: str = "", **headers: str) -> httpx.Response:
        """`version`: nova's microversion."""
        given = {"OpenStack-API-Version": f"compute {version}"} if version else {}
        return self.http.request(method, path, json=body, headers={**given, **headers})

    def made(self, path: str, body: Any, version: str = "") -> dict[str, Any]:
        """The resource that a POST has made."""
        answer = self.call("POST", path, body, version)
        assert answer.is_success, answer.text
        (shown,) = answer.json().values()
        return dict(shown)

    def advance(self, seconds: float = SECONDS) -> None:
        self.twin.clock.advance(seconds)

    # Things

    def network(self, name: str = "net", cidr: str = "10.8.0.0/24") -> tuple[str, str]:
        """The ids of a network and of its subnet."""
        network = self.made(f"{NETWORK}/networks", {"network": {"name": name}})["id"]
        subnet = {"network_id": network, "ip_version": 4, "cidr": cidr}
        return network, self.made(f"{NETWORK}/subnets", {"subnet": subnet})["id"]

    def outside(self) -> str:
        """The external network's id."""
        found = self.call("GET", f"{NETWORK}/networks?router:external=true").json()["networks"]
        return str(found[0]["id"])

    def router(self, subnet: str = "", *, gateway: bool = True) -> str:
        info = {"external_gateway_info": {"network_id": self.outside()}} if gateway else {}
        router = str(self.made(f"{NETWORK}/routers", {"router": info})["id"])
        if subnet:
            path = f"{NETWORK}/routers/{router}/add_router_interface"
            assert self.call("PUT", path, {"subnet_id": subnet}).is_success
        return router

    def flavor(self, name: str = "m1.nano") -> str:
        found = self.call("GET", f"{COMPUTE}/flavors").json()["flavors"]
        return next(str(one["id"]) for one in found if one["name"] == name)

    def image(self, name: str = "debian-12") -> str:
        return str(self.call("GET", f"{IMAGE}/images?name={name}").json()["images"][0]["id"])

    def server_body(self, **more: Any) -> dict[str, Any]:
        """Without a network."""
        body = {"name": "vm", "flavorRef": self.flavor(), "imageRef": self.image(), "networks": "none"}
        return {"server": {**body, **more}}

    def server(self, *, ready: bool = True, **more: Any) -> str:
        made = str(self.made(f"{COMPUTE}/servers", self.server_body(**more), "2.93")["id"])
        if ready:
            self.advance()
        return made

    def shown(self, server: str, version: str = "2.93") -> dict[str, Any]:
        return dict(self.call("GET", f"{COMPUTE}/servers/{server}", version=version).json()["server"])

    def act(self, server: str, action: str, asked: Any = None, version: str = "2.93") -> httpx.Response:
        return self.call("POST", f"{COMPUTE}/servers/{server}/action", {action: asked}, version)


def account(cloud: OpenStack, url: str) -> dict[str, Any]:
    """The clouds of the clouds file."""
    return dict(json.loads(cloud.files(url, "")["openstack.json"])["clouds"])


def connected(cloud: dict[str, Any]) -> Connection:
    config = OpenStackConfig(load_yaml_config=False, load_envvars=False)
    return Connection(config=config.get_one(**cloud))


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    twin = Twin("openstack")
    twin.clock.speed = 0.0
    cloud = twin.clouds["openstack"]
    assert isinstance(cloud, OpenStack)
    with serving(twin) as url, httpx.Client(base_url=url, trust_env=False) as http:
        sdk = connected(account(cloud, url)["twin"])
        http.headers["X-Auth-Token"] = sdk.auth_token
        yield Bench(twin, url, sdk, http)
        sdk.close()
