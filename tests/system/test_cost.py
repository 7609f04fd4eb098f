"""What a list of many VMs costs the cloud, counted where the calls arrive."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from cloud_twin.faults import EC2
from tests.servers import Proxy, proxy, tell

from .clouds import aws_at
from .forked import spider
from .spider import Client

PAGE = 1000  # what the AWS driver asks for; EC2's largest page


def calls_of(client: Client, proxied: Proxy, path: str) -> list[str]:
    proxied.faults.log.clear()
    client.call("GET", f"{path}?ConnectionName=aws-config")
    return proxied.faults.log.apis()


def test_listing_fifty_vms_costs_the_pages_and_a_constant(tmp_path: Path, twin: str) -> None:
    names = [f"vm-{number:02}" for number in range(50)]
    tell(twin, "PUT", "/settings", {"transition_seconds": 0})
    with proxy(twin, EC2) as proxied, spider(tmp_path) as client:
        cloud = aws_at(proxied.url)
        cloud.register(client)
        surroundings(client)
        start_vm(client, cloud.image, names[0])
        for_one = {path: calls_of(client, proxied, path) for path in ("/vm", "/vmstatus")}
        for name in names[1:]:
            start_vm(client, cloud.image, name)
        for_all = {path: calls_of(client, proxied, path) for path in ("/vm", "/vmstatus")}
        listed = client.call("GET", "/vm?ConnectionName=aws-config")["vm"]
    assert sorted(vm["IId"]["NameId"] for vm in listed) == names
    assert all(vm["PublicIP"] and vm["VpcIID"]["NameId"] == "vpc-01" for vm in listed)
    assert for_all == for_one
    pages = math.ceil(len(names) / PAGE)
    assert for_all["/vm"].count("DescribeInstances") == pages
    assert len(for_all["/vm"]) <= pages + 2
    assert for_all["/vmstatus"] == ["DescribeInstances"] * pages


def surroundings(client: Client) -> None:
    subnets = [{"Name": "a", "IPv4_CIDR": "10.0.0.0/24"}]
    post(client, "/vpc", {"Name": "vpc-01", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": subnets})
    post(client, "/securitygroup", {"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": []})
    post(client, "/keypair", {"Name": "key-01"})


def start_vm(client: Client, image: str, name: str) -> None:
    info = {"Name": name, "ImageName": image, "VMSpecName": "t3.micro", "VPCName": "vpc-01", "SubnetName": "a"}
    post(client, "/vm", {**info, "SecurityGroupNames": ["sg-01"], "KeyPairName": "key-01"})


def post(client: Client, path: str, info: dict[str, Any]) -> None:
    client.call("POST", path, {"ConnectionName": "aws-config", "ReqInfo": info})
