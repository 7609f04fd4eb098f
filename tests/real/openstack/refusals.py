"""Asks a real OpenStack what the emulated one must refuse alike, and writes down what it says.

python -m tests.real.openstack.refusals     asks the cloud OS_CLOUD of the file OS_CLIENT_CONFIG_FILE, writes
                                            tests/cloud_twin/openstack/said.json, and takes away what it has made
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.cloud_twin.openstack.asked import Asked, all_asked
from tests.cloud_twin.openstack.stage import Builder, Stage, said

FILE = Path(__file__).resolve().parents[2] / "cloud_twin" / "openstack" / "said.json"
_VERSIONS = {"network": "/v2.0", "compute": "", "image": "/v2"}
_LONGEST = 60.0


class Cloud:
    """`user` and `project`: ids."""

    def __init__(self) -> None:
        file = Path(os.environ["OS_CLIENT_CONFIG_FILE"])
        auth = yaml.safe_load(file.read_text())["clouds"][os.environ["OS_CLOUD"]]["auth"]
        self._http = requests.Session()
        self._http.trust_env = False
        user = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}}
        body: Any = {"auth": {"identity": identity, "scope": scope}}
        answer = self._http.post(f"{auth['auth_url']}/auth/tokens", json=body, timeout=_LONGEST)
        token = answer.json()["token"]
        self._http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        self.user, self.project = token["user"]["id"], token["project"]["id"]
        self._urls = {one["type"]: one["endpoints"][0]["url"] for one in token["catalog"]}

    def ask(self, asked: Asked) -> tuple[int, str]:
        url = self._urls[asked.service] + _VERSIONS[asked.service] + asked.path
        headers = {"OpenStack-API-Version": f"compute {asked.version}"} if asked.version else {}
        answer = self._http.request(asked.method, url, json=asked.body, headers=headers, timeout=_LONGEST)
        return answer.status_code, answer.text


def wait(cloud: Cloud, server: str) -> None:
    """Until it is active, or gone."""
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:
        status, body = cloud.ask(Asked("compute", "GET", f"/servers/{server}"))
        if status != requests.codes.ok or json.loads(body)["server"]["status"] in ("ACTIVE", "ERROR"):
            return
        time.sleep(0.3)


def take_away(cloud: Cloud, stage: Stage) -> None:
    cloud.ask(Asked("compute", "DELETE", f"/servers/{stage['server']}"))
    cloud.ask(Asked("compute", "DELETE", f"/os-keypairs/{stage['keypair']}"))
    cloud.ask(Asked("network", "DELETE", f"/floatingips/{stage['floating']}"))
    path = f"/routers/{stage['router']}/remove_router_interface"
    cloud.ask(Asked("network", "PUT", path, {"subnet_id": stage["subnet"]}))
    for kind, names in (
        ("ports", ("port", "other_port")),
        ("routers", ("router", "other_router")),
        ("networks", ("network", "other_network")),
        ("security-groups", ("group",)),
    ):
        for name in names:
            cloud.ask(Asked("network", "DELETE", f"/{kind}/{stage[name]}"))


def main() -> None:
    cloud = Cloud()
    builder = Builder(cloud.ask)
    stage = builder.build(cloud.user, cloud.project)
    stage["server"] = builder.launch(stage)
    wait(cloud, stage["server"])
    try:
        answers = {asked.name: said(cloud.ask, asked, stage) for asked in all_asked()}
    finally:
        take_away(cloud, stage)
    FILE.write_text(
        "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in answers.items()) + "\n}\n"
    )


if __name__ == "__main__":
    main()
