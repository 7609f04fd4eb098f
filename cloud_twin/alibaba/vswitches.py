"""VSwitches: a VPC's ranges, each in one zone. Whatever is done to one puts its VPC back to Pending for a while."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Pool, State, Thing
from . import ids, lists, names, quotas, tags, tokens, vpcs
from .account import NUMBER
from .catalogue.places import REGIONS
from .errors import AlibabaError
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "vswitches"
MOST = 50
# CreateVSwitch: "the first IP address and last three IP addresses of each vSwitch CIDR block are reserved".
_FIRST, _LAST = 1, 3
_PENDING = "The current virtual switch status does not support this operation."
_PREFIXES = range(16, 30)


def create(cloud: Alibaba, given: Given) -> dict[str, Any]:
    if (answer := tokens.again(cloud, "CreateVSwitch", given)) is not None:
        return answer
    if given.text("ZoneId") not in REGIONS[given.region].zones:
        raise AlibabaError(404, "InvalidZoneId.NotFound", "Specified zone does not exist.")
    vpc = vpcs.named(cloud, given)
    names.check_vpc_name(given, "VSwitchName", "VSwitch")
    names.check_vpc_description(given, "VSwitch")
    vpcs.refuse_pending(vpc)
    _check_cidr(cloud, vpc, given.text("CidrBlock"))
    quotas.refuse_more(cloud, KIND, given.region)
    switch: Thing = cloud.centre.new(
        KIND,
        ids.new_id("vsw"),
        {
            "RegionId": given.region,
            "VpcId": vpc.key,
            "ZoneId": given.text("ZoneId"),
            "CidrBlock": given.text("CidrBlock"),
            "VSwitchName": given.text("VSwitchName"),
            "Description": given.text("Description"),
            "tags": tags.read(given),
        },
        uses={vpc.key},
    )
    cloud.centre.add(switch)
    cloud.centre.open_pool(switch.key, Pool(given.text("CidrBlock"), _FIRST, _LAST))
    _begin(cloud, "CreateVSwitch", switch, vpc, Effect.MAKE)
    return tokens.remember(cloud, "CreateVSwitch", given, switch, {"VSwitchId": switch.key})


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if all(given.text(name) in ("", one.body[name]) for name in ("VpcId", "ZoneId", "VSwitchName"))
        and given.text("VSwitchId") in ("", one.key)
        and not given.flag("IsDefault")
        and tags.fits(one, given)
    ]
    shown, page = lists.by_number(cloud, given, found, MOST)
    return {"VSwitches": {"VSwitch": [_shown(cloud, one) for one in shown]}, **page}


def describe(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _shown(cloud, named(cloud, given))


def modify(cloud: Alibaba, given: Given) -> dict[str, Any]:
    switch = named(cloud, given)
    names.check_vpc_name(given, "VSwitchName", "VSwitch")
    names.check_vpc_description(given, "VSwitch")
    refuse_pending(switch)
    for name in ("VSwitchName", "Description"):
        if given.has(name):
            switch.body[name] = given.text(name)
    return {}


def delete(cloud: Alibaba, given: Given) -> dict[str, Any]:
    switch = named(cloud, given)
    vpc = cloud.centre.get(switch.body["VpcId"])
    refuse_pending(switch)
    vpcs.refuse_pending(vpc)
    if cloud.centre.users(switch.key):
        raise AlibabaError(400, "DependencyViolation", "Specified object has dependent resources.")
    _begin(cloud, "DeleteVSwitch", switch, vpc, Effect.REMOVE)
    return {}


def named(cloud: Alibaba, given: Given) -> Thing:
    """Raises AlibabaError."""
    found = ids.find(cloud, KIND, given.text("VSwitchId"), given.region)
    if found is None:
        raise AlibabaError(404, "InvalidVSwitchId.NotFound", "Specified virtual switch does not exist.")
    return found


def refuse_pending(switch: Thing, text: str = _PENDING) -> None:
    if switch.state is not State.READY:
        raise AlibabaError(400, "IncorrectVSwitchStatus", text)


def _begin(cloud: Alibaba, verb: str, switch: Thing, vpc: Thing, effect: Effect) -> None:
    cloud.centre.begin(verb, switch, effect, cloud.settings.transition_seconds)
    cloud.centre.begin(verb, vpc, Effect.CHANGE, cloud.settings.transition_seconds)


def _check_cidr(cloud: Alibaba, vpc: Thing, text: str) -> None:
    """Raises AlibabaError."""
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        raise AlibabaError(400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.") from None
    if network.prefixlen not in _PREFIXES:
        raise AlibabaError(400, "InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid .")
    if not network.subnet_of(ipaddress.IPv4Network(vpc.body["CidrBlock"])):
        raise AlibabaError(400, "InvalidParameter", "Specified CIDR block is not valid in VPC.")
    for other in ids.in_region(cloud, KIND, vpc.body["RegionId"]):
        if other.body["VpcId"] == vpc.key and network.overlaps(ipaddress.IPv4Network(other.body["CidrBlock"])):
            text = "Specified CIDR block overlapped with other subnets."
            raise AlibabaError(400, "InvalidCidrBlock.Overlapped", text)


def _shown(cloud: Alibaba, switch: Thing) -> dict[str, Any]:
    body = switch.body
    size = ipaddress.IPv4Network(body["CidrBlock"]).num_addresses
    table = vpcs.table_of(cloud, cloud.centre.get(body["VpcId"]))
    return {
        "VSwitchId": switch.key,
        "VSwitchName": body["VSwitchName"],
        "Description": body["Description"],
        "VpcId": body["VpcId"],
        "ZoneId": body["ZoneId"],
        "CidrBlock": body["CidrBlock"],
        "AvailableIpAddressCount": size - _FIRST - _LAST - len(cloud.centre.pool(switch.key).taken),
        "Status": vpcs.status(switch),
        "CreationTime": ids.to_second(switch.made),
        "IsDefault": False,
        "Ipv6CidrBlock": "",
        "EnabledIpv6": False,
        "NetworkAclId": "",
        "OwnerId": int(NUMBER),
        "ResourceGroupId": "",
        "RouteTable": {"RouteTableId": table.key, "RouteTableType": "System"},
        "ShareType": "",
        "Tags": tags.of_vpc(switch),
    }
