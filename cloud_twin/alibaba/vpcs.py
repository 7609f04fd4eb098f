"""VPCs, each with its router and its route table: Pending, then Available, and Pending again while a VSwitch of theirs
is made or leaves."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..centre import Effect, State, Thing
from . import ids, lists, names, quotas, tags, tokens
from .account import NUMBER
from .errors import AlibabaError
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "vpcs"
MOST = 50
_MOST_NAMED = 20
# CidrBlock of CreateVpc: these cannot be, nor parts of them.
_FORBIDDEN = tuple(
    ipaddress.ip_network(one) for one in ("100.64.0.0/10", "224.0.0.0/4", "127.0.0.0/8", "169.254.0.0/16")
)
_DEFAULT_CIDR = "172.16.0.0/12"
_PREFIXES = range(8, 29)


def create(cloud: Alibaba, given: Given) -> dict[str, Any]:
    if (answer := tokens.again(cloud, "CreateVpc", given)) is not None:
        return answer
    cidr = given.text("CidrBlock") or _DEFAULT_CIDR
    _check_cidr(cidr)
    names.check_vpc_name(given, "VpcName", "Vpc")
    names.check_vpc_description(given, "Vpc")
    quotas.refuse_more(cloud, KIND, given.region)
    vpc_id, router_id, table_id = ids.new_id("vpc"), ids.new_id("vrt"), ids.new_id("vtb")
    vpc: Thing = cloud.centre.new(
        KIND,
        vpc_id,
        {
            "RegionId": given.region,
            "CidrBlock": cidr,
            "VpcName": given.text("VpcName"),
            "Description": given.text("Description"),
            "VRouterId": router_id,
            "tags": tags.read(given),
        },
    )
    cloud.centre.add(vpc)
    table: Thing = cloud.centre.new("route_tables", table_id, {"RegionId": given.region, "tags": {}}, goes_with=vpc_id)
    table.state = State.READY
    cloud.centre.add(table)
    cloud.centre.begin("CreateVpc", vpc, Effect.MAKE, cloud.settings.transition_seconds)
    answer = {"VpcId": vpc_id, "VRouterId": router_id, "RouteTableId": table_id, "ResourceGroupId": ""}
    return tokens.remember(cloud, "CreateVpc", given, vpc, answer)


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    wanted = [one for one in given.text("VpcId").split(",") if one]
    if len(wanted) > _MOST_NAMED:
        raise AlibabaError(400, "InvalidParameter", "The number of VpcId exceeds the limit.")
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if (not wanted or one.key in wanted)
        and given.text("VpcName") in ("", one.body["VpcName"])
        and not given.flag("IsDefault")
        and tags.fits(one, given)
    ]
    shown, page = lists.by_number(cloud, given, found, MOST)
    return {"Vpcs": {"Vpc": [_in_list(cloud, one) for one in shown]}, **page}


def describe(cloud: Alibaba, given: Given) -> dict[str, Any]:
    vpc = named(cloud, given)
    more = {
        "AssociatedCens": {"AssociatedCen": []},
        "ClassicLinkEnabled": False,
        "CloudResources": {"CloudResourceSetType": _resources(cloud, vpc)},
    }
    return {**_shown(cloud, vpc), **more}


def modify(cloud: Alibaba, given: Given) -> dict[str, Any]:
    vpc = named(cloud, given)
    names.check_vpc_name(given, "VpcName", "Vpc")
    names.check_vpc_description(given, "Vpc")
    refuse_pending(vpc)
    for name in ("VpcName", "Description"):
        if given.has(name):
            vpc.body[name] = given.text(name)
    return {}


def delete(cloud: Alibaba, given: Given) -> dict[str, Any]:
    vpc = named(cloud, given)
    refuse_pending(vpc)
    kinds = {one.kind for one in cloud.centre.users(vpc.key)}
    for kind, what in (("vswitches", "VSwitch"), ("security_groups", "SecurityGroup")):
        if kind in kinds:
            raise AlibabaError(400, f"DependencyViolation.{what}", "Specified object has dependent resources.")
    cloud.centre.begin("DeleteVpc", vpc, Effect.REMOVE, cloud.settings.transition_seconds)
    return {}


def named(cloud: Alibaba, given: Given) -> Thing:
    """Raises AlibabaError."""
    found = ids.find(cloud, KIND, given.text("VpcId"), given.region)
    if found is None:
        raise AlibabaError(404, "InvalidVpcId.NotFound", "Specified VPC does not exist.")
    return found


def refuse_pending(vpc: Thing, status: int = 400) -> None:
    if vpc.state is not State.READY:
        raise AlibabaError(status, "IncorrectVpcStatus", "Current VPC status does not support this operation.")


def status(thing: Thing) -> str:
    """Of a VPC or a VSwitch."""
    return "Available" if thing.state is State.READY else "Pending"


def table_of(cloud: Alibaba, vpc: Thing) -> Thing:
    return next(one for one in cloud.centre.of_kind("route_tables") if one.goes_with == vpc.key)


def _check_cidr(text: str) -> None:
    """Raises AlibabaError."""
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        network = None
    if network is None or network.prefixlen not in _PREFIXES or any(network.overlaps(one) for one in _FORBIDDEN):
        raise AlibabaError(400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.")


def _shown(cloud: Alibaba, vpc: Thing) -> dict[str, Any]:
    switches = [one for one in ids.in_region(cloud, "vswitches", vpc.body["RegionId"]) if one.body["VpcId"] == vpc.key]
    return {
        "VpcId": vpc.key,
        "VpcName": vpc.body["VpcName"],
        "Description": vpc.body["Description"],
        "CidrBlock": vpc.body["CidrBlock"],
        "RegionId": vpc.body["RegionId"],
        "Status": status(vpc),
        "CreationTime": ids.to_second(vpc.made),
        "VRouterId": vpc.body["VRouterId"],
        "VSwitchIds": {"VSwitchId": [one.key for one in switches]},
        "UserCidrs": {"UserCidr": []},
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": []},
        "Ipv6CidrBlock": "",
        "Ipv6CidrBlocks": {"Ipv6CidrBlock": []},
        "EnabledIpv6": False,
        "DnsHostnameStatus": "DISABLED",
        "IsDefault": False,
        "OwnerId": int(NUMBER),
        "ResourceGroupId": "",
        "Tags": tags.of_vpc(vpc),
    }


def _in_list(cloud: Alibaba, vpc: Thing) -> dict[str, Any]:
    more = {
        "CenStatus": "Detached",
        "NatGatewayIds": {"NatGatewayIds": []},
        "RouterTableIds": {"RouterTableIds": [table_of(cloud, vpc).key]},
    }
    return {**_shown(cloud, vpc), **more}


def _resources(cloud: Alibaba, vpc: Thing) -> list[dict[str, Any]]:
    switches = sum(one.kind == "vswitches" for one in cloud.centre.users(vpc.key))
    counted = {"VRouter": 1, "RouteTable": 1, "VSwitch": switches}
    return [{"ResourceType": kind, "ResourceCount": count} for kind, count in counted.items()]
