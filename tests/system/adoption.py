"""Resources made outside of a connection: seen, adopted, forgotten, deleted; the same on any cloud.

"Outside" is a second connection to the same cloud, which knows nothing of the first one's names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .clouds import Cloud
from .life_cycle import expect
from .spider import Client
from .tumblebug import escaped


@dataclass
class Side:
    """One of the two connections."""

    client: Client
    cloud: Cloud

    def call(self, method: str, path: str, info: Any = None, status: int = 200) -> Any:
        body = {"ConnectionName": self.cloud.connection} | ({} if info is None else {"ReqInfo": info})
        answer = self.client.send(method, path, body)
        expect(answer.status_code == status, f"{method} {path}: {answer.status_code}, not {status}: {answer.text}")
        return answer.json()

    def name(self, kind: str) -> str:
        return f"{self.cloud.prefix}{kind}"

    def lists(self, kind: str, cloud_id: str) -> str:
        """The one of the three lists that holds the id; "" for none."""
        held = self.call("GET", f"/all{kind}")["AllList"]
        found = [word for word, iids in held.items() if cloud_id in [iid["SystemId"] for iid in iids]]
        expect(len(found) <= 1, f"{cloud_id} is in {found}")
        return found[0] if found else ""


def walk(client: Client, cloud: Cloud) -> None:
    """Raises CallFailed."""
    inside = Side(client, replace(cloud, label="-inside", prefix=f"{cloud.prefix}in-"))
    outside = Side(client, replace(cloud, label="-outside", prefix=f"{cloud.prefix}out-"))
    for side in (inside, outside):
        side.cloud.register(client)
    ids = make_all(outside)
    kinds = tuple(kind for kind in ("vpc", "securitygroup", "keypair", "vm") if kind not in cloud.kept)
    for kind in kinds:
        expect(inside.lists(kind, ids[kind]) == "OnlyCSPList", f"{kind} is not only the cloud's")
        expect(outside.lists(kind, ids[kind]) == "MappedList", f"{kind} is not mapped outside")
    look_up(inside, ids)
    adopt(inside, ids, kinds)
    subnets(inside, ids)
    forget(inside, ids)
    drift(inside, outside, ids)
    for side in (inside, outside):
        outcome = side.call("DELETE", "/destroy")
        expect(outcome["IsAllDestroyed"] is True, f"not all is destroyed: {outcome}")
        for kind in ("vpc", "securitygroup", "keypair", "vm"):
            expect(side.call("GET", f"/{kind}")[kind] == [], f"{kind} is left in {side.cloud.connection}")


def make_all(side: Side) -> dict[str, str]:
    """SystemIds by kind, and of the two subnets."""
    cidrs = side.cloud.subnets()
    nets = [{"Name": side.name(word), "IPv4_CIDR": next(cidrs)} for word in ("a", "b")]
    vpc = side.call("POST", "/vpc", {"Name": side.name("vpc"), "IPv4_CIDR": side.cloud.cidr, "SubnetInfoList": nets})
    rule = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
    info = {"Name": side.name("sg"), "VPCName": side.name("vpc"), "SecurityRules": [rule]}
    made = {"vpc": vpc, "securitygroup": side.call("POST", "/securitygroup", info)}
    made["keypair"] = side.call("POST", "/keypair", {"Name": side.name("key")})
    made["vm"] = side.call(
        "POST",
        "/vm",
        {
            "Name": side.name("vm"),
            "ImageName": side.cloud.image,
            "VMSpecName": side.cloud.spec,
            "VPCName": side.name("vpc"),
            "SubnetName": side.name("a"),
            "SecurityGroupNames": [side.name("sg")],
            "KeyPairName": side.name("key"),
        },
    )
    by_name = {one["IId"]["NameId"]: one["IId"]["SystemId"] for one in vpc["SubnetInfoList"]}
    ids = {kind: one["IId"]["SystemId"] for kind, one in made.items()}
    return {**ids, "a": by_name[side.name("a")], "b": by_name[side.name("b")]}


def look_up(inside: Side, ids: dict[str, str]) -> None:
    used = inside.call("POST", "/getvmusingresources", {"CSPId": ids["vm"]})["Resources"]
    expect(used["VPC"]["SystemId"] == ids["vpc"], f"the VM uses {used['VPC']}")
    at_cloud = inside.call("GET", f"/cspvm/{escaped(ids['vm'])}")
    expect(at_cloud["IId"]["SystemId"] == ids["vm"], f"GET /cspvm answers {at_cloud['IId']}")
    if "securitygroup" not in inside.cloud.kept:
        expect([one["SystemId"] for one in used["SGList"]] == [ids["securitygroup"]], f"the VM uses {used['SGList']}")
        owner = inside.call("POST", "/getsecuritygroupowner", {"CSPId": ids["securitygroup"]})
        expect(owner["SystemId"] == ids["vpc"], f"the group's owner is {owner}")


def adopt(inside: Side, ids: dict[str, str], kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        info = {"Name": inside.name(kind), "CSPId": ids[kind]}
        owner = {"VPCName": inside.name("vpc")} if kind == "securitygroup" else {}
        made = inside.call("POST", f"/reg{kind}", info | owner)
        expect(made["IId"] == {"NameId": inside.name(kind), "SystemId": ids[kind]}, f"adopted is {made['IId']}")
        expect(inside.lists(kind, ids[kind]) == "MappedList", f"{kind} is not mapped once it is adopted")
        got = inside.call("GET", f"/{kind}/{inside.name(kind)}")
        expect(got["IId"] == made["IId"], f"GET /{kind} answers {got['IId']}")
        inside.call("POST", f"/reg{kind}", info | owner, status=409)
        inside.call("POST", f"/reg{kind}", {**info, **owner, "Name": "another"}, status=409)
        count = inside.call("GET", f"/count{kind}/{inside.cloud.connection}")
        expect(count == {"count": 1}, f"GET /count{kind} answers {count}")
    inside.call("POST", "/regvpc", {"Name": "none", "CSPId": "spider-no-such-id"}, status=422)
    vm = inside.call("GET", f"/vm/{inside.name('vm')}")
    expect(vm["VpcIID"]["NameId"] == inside.name("vpc"), f"the adopted VM is in {vm['VpcIID']}")
    info = inside.call("GET", "/allvpcinfo")["AllListInfo"]["MappedInfoList"]
    expect([one["IId"]["SystemId"] for one in info] == [ids["vpc"]], f"GET /allvpcinfo maps {info}")


def subnets(inside: Side, ids: dict[str, str]) -> None:
    """The one without a VM: forgotten, named anew, then one more added and removed, by name and by id."""
    vpc = inside.call("GET", f"/vpc/{inside.name('vpc')}")
    named = {one["IId"]["SystemId"]: one["IId"]["NameId"] for one in vpc["SubnetInfoList"]}
    expect(set(named) == {ids["a"], ids["b"]}, f"the adopted VPC has {named}")
    owner = {"VPCName": inside.name("vpc")}
    inside.call("DELETE", f"/regsubnet/{named[ids['b']]}", owner)
    vpc = inside.call("POST", "/regsubnet", {"Name": "b-again", "CSPId": ids["b"], **owner})
    named = {one["IId"]["SystemId"]: one["IId"]["NameId"] for one in vpc["SubnetInfoList"]}
    expect(named[ids["b"]] == "b-again", f"the subnet is called {named[ids['b']]}")
    path, cidrs = f"/vpc/{inside.name('vpc')}", list(_first(inside.cloud, 4))
    vpc = inside.call("POST", f"{path}/subnet", {"Name": "c", "IPv4_CIDR": cidrs[2]})
    added = {one["IId"]["NameId"]: one["IId"]["SystemId"] for one in vpc["SubnetInfoList"]}["c"]
    expect(inside.call("GET", f"{path}/subnet/c")["IPv4_CIDR"] == cidrs[2], "GET of the subnet answers another")
    inside.call("POST", f"{path}/subnet", {"Name": "c", "IPv4_CIDR": cidrs[3]}, status=409)
    inside.call("DELETE", f"{path}/subnet/c")
    inside.call("GET", f"{path}/subnet/c", status=404)
    vpc = inside.call("POST", f"{path}/subnet", {"Name": "d", "IPv4_CIDR": cidrs[3]})
    by_id = {one["IId"]["NameId"]: one["IId"]["SystemId"] for one in vpc["SubnetInfoList"]}["d"]
    answer = inside.call("DELETE", f"{path}/cspsubnet/{escaped(by_id)}")
    expect(answer == {"Result": "true"}, f"DELETE of cspsubnet answers {answer}")
    left = {one["IId"]["SystemId"] for one in inside.call("GET", path)["SubnetInfoList"]}
    expect(left == {ids["a"], ids["b"]}, f"after that the VPC has {left}, with {added} and {by_id} to be gone")


def _first(cloud: Cloud, number: int) -> list[str]:
    cidrs = cloud.subnets()
    return [next(cidrs) for _ in range(number)]


def forget(inside: Side, ids: dict[str, str]) -> None:
    inside.call("DELETE", f"/regvpc/{inside.name('vpc')}", status=409)  # the VM uses it
    name = inside.name("vm")
    expect(inside.call("DELETE", f"/regvm/{name}") == {"Result": "true"}, "the VM is not forgotten")
    gone = inside.call("GET", f"/vm/{name}", status=404)
    expect("does not exist in connection" in gone["message"], f"GET of a forgotten VM says {gone['message']}")
    expect(inside.lists("vm", ids["vm"]) == "OnlyCSPList", "the forgotten VM is not the cloud's alone")


def drift(inside: Side, outside: Side, ids: dict[str, str]) -> None:
    """Deleted by its id behind the other's back: a stub, then cleared."""
    answer = inside.call("DELETE", f"/cspvm/{escaped(ids['vm'])}")
    expect(answer == {"Status": "Terminated"}, f"DELETE /cspvm answers {answer}")
    expect(inside.lists("vm", ids["vm"]) == "", "the VM is still at the cloud")
    expect(outside.lists("vm", ids["vm"]) == "OnlySpiderList", "its loss is not seen")
    listed = outside.call("GET", "/vm")["vm"]
    expect(listed == [{"IId": {"NameId": outside.name("vm"), "SystemId": ids["vm"]}}], f"the stub is {listed}")
    answer = outside.call("DELETE", f"/vm/{outside.name('vm')}?force=true")
    expect(answer == {"Status": "Terminated"}, f"deleting what is gone answers {answer}")
    outside.call("DELETE", f"/vm/{outside.name('vm')}", status=404)
