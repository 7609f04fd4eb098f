"""Elastic network interfaces: the primary ones that machines have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Machine, Thing
from . import eips, ids, lists, tags
from .account import NUMBER
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "network_interfaces"
MOST, BY_TOKEN = 1000, range(10, 501)


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [one for one in ids.in_region(cloud, KIND, given.region) if _fits(one, _machine(cloud, one), given)]
    shown, page = lists.either(cloud, given, found, MOST, BY_TOKEN)
    listed = [_shown(cloud, one, _machine(cloud, one)) for one in shown]
    return {"NetworkInterfaceSets": {"NetworkInterfaceSet": listed}, **page}


def _machine(cloud: Alibaba, interface: Thing) -> Machine:
    found = cloud.centre.get(str(interface.goes_with))
    assert isinstance(found, Machine)
    return found


def _fits(interface: Thing, machine: Machine, given: Given) -> bool:
    body = machine.body
    addresses, wanted = given.texts("PrivateIpAddress"), given.texts("NetworkInterfaceId")
    return (
        (not wanted or interface.key in wanted)
        and (not addresses or body["private"] in addresses)
        and given.text("InstanceId") in ("", machine.key)
        and given.text("VpcId") in ("", body["VpcId"])
        and given.text("VSwitchId") in ("", body["VSwitchId"])
        and given.text("PrimaryIpAddress") in ("", body["private"])
        and given.text("SecurityGroupId") in ("", *body["groups"])
        and given.text("Type") in ("", "Primary")
        and given.text("Status") in ("", "InUse")
        and tags.fits(interface, given)
    )


def _shown(cloud: Alibaba, interface: Thing, machine: Machine) -> dict[str, Any]:
    body = machine.body
    eip = eips.of_instance(cloud, machine.key)
    public = {
        "AllocationId": eip.key if eip else "",
        "PublicIpAddress": eip.body["IpAddress"] if eip else body["public"],
    }
    address = {"PrivateIpAddress": body["private"], "Primary": True, "AssociatedPublicIp": public}
    return {
        "NetworkInterfaceId": interface.key,
        "NetworkInterfaceName": "",
        "Description": "",
        "Type": "Primary",
        "Status": "InUse",
        "InstanceId": machine.key,
        "Attachment": {"InstanceId": machine.key, "DeviceIndex": 0},
        "AssociatedPublicIp": public,
        "PrivateIpAddress": body["private"],
        "PrivateIpSets": {"PrivateIpSet": [address]},
        "Ipv6Sets": {"Ipv6Set": []},
        "MacAddress": body["mac"],
        "VpcId": body["VpcId"],
        "VSwitchId": body["VSwitchId"],
        "ZoneId": body["ZoneId"],
        "SecurityGroupIds": {"SecurityGroupId": list(body["groups"])},
        "CreationTime": ids.to_second(interface.made),
        "NetworkInterfaceTrafficMode": "Standard",
        "OwnerId": NUMBER,
        "QueueNumber": 1,
        "ResourceGroupId": "",
        "ServiceManaged": False,
        "Tags": tags.of_ecs(interface),
    }
