"""Route tables: each VPC's own one, to be listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Thing
from . import ids, lists, tags
from .account import NUMBER
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "route_tables"
MOST = 50


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if given.text("VpcId") in ("", one.goes_with)
        and given.text("RouteTableId") in ("", one.key)
        and given.text("RouteTableType") in ("", "System")
        and tags.fits(one, given)
    ]
    shown, page = lists.by_number(cloud, given, found, MOST)
    return {"RouterTableList": {"RouterTableListType": [_shown(cloud, one) for one in shown]}, **page}


def _shown(cloud: Alibaba, table: Thing) -> dict[str, Any]:
    vpc = cloud.centre.get(str(table.goes_with))
    switches = [
        one for one in ids.in_region(cloud, "vswitches", table.body["RegionId"]) if one.body["VpcId"] == vpc.key
    ]
    return {
        "RouteTableId": table.key,
        "RouteTableName": "",
        "RouteTableType": "System",
        "Description": "",
        "AssociateType": "VSwitch",
        "RouterId": vpc.body["VRouterId"],
        "RouterType": "VRouter",
        "VpcId": vpc.key,
        "VSwitchIds": {"VSwitchId": [one.key for one in switches]},
        "GatewayIds": {"GatewayIds": []},
        "RoutePropagationEnable": True,
        "Status": "Available",
        "CreationTime": ids.to_second(table.made),
        "OwnerId": int(NUMBER),
        "ResourceGroupId": "",
        "Tags": tags.of_vpc(table),
    }
