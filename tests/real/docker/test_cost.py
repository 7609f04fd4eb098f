"""What a list of many containers costs the Engine, counted where the calls arrive."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from cloud_twin import tls
from cloud_twin.faults import DOCKER
from tests.servers import Proxy, proxy
from tests.system.docker_cloud import free_cidr, networks_of, remove, routes
from tests.system.spider import Client, spider

from .engine import cloud, told

ON = {"ConnectionName": "docker-config"}
PATHS = ("/vm", "/vmstatus")


def test_listing_fifty_vms_costs_one_call(tmp_path: Path) -> None:
    engine, image = told()
    client, credential = engine.client(), engine.credential()
    trust = tls.client_context(credential["CA"], tls.Identity(credential["ClientCertificate"], credential["ClientKey"]))
    run = f"spider-cost-{secrets.token_hex(3)}"
    here = cloud(free_cidr([*networks_of(client), *routes()]))
    try:
        with (
            proxy(engine.host.replace("tcp:", "https:"), DOCKER, upstream_tls=trust) as proxied,
            spider(tmp_path) as api,
        ):
            replace(here, credential={"Host": proxied.url}).register(api)
            subnets = [{"Name": "a", "IPv4_CIDR": next(here.subnets())}]
            post(api, "vpc", {"Name": f"{run}-vpc", "IPv4_CIDR": here.cidr, "SubnetInfoList": subnets})
            vm = {"ImageName": image, "VMSpecName": here.spec, "VPCName": f"{run}-vpc", "SubnetName": "a"}
            post(api, "vm", {"Name": f"{run}-0", **vm})
            for_one = {path: calls_of(api, proxied, path) for path in PATHS}
            with ThreadPoolExecutor(5) as pool:
                list(pool.map(lambda number: post(api, "vm", {"Name": f"{run}-{number}", **vm}), range(1, 50)))
            for_all = {path: calls_of(api, proxied, path) for path in PATHS}
            listed = api.call("GET", "/vm", ON)["vm"]
    finally:
        remove(client, run)
    assert {one["IId"]["NameId"] for one in listed} == {f"{run}-{number}" for number in range(50)}
    assert len({one["PrivateIP"] for one in listed}) == 50
    assert for_all == for_one == {path: ["GET /containers/json"] for path in PATHS}


def post(api: Client, path: str, info: dict[str, object]) -> None:
    api.call("POST", f"/{path}", {**ON, "ReqInfo": info})


def calls_of(api: Client, proxied: Proxy, path: str) -> list[str]:
    proxied.faults.log.clear()
    api.call("GET", path, ON)
    return proxied.faults.log.apis()
