"""Elastic IP addresses, and the instances that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, Machine, State, Thing
from . import addresses, ids, lists, names, quotas, tags, tokens
from .errors import AlibabaError, invalid, unserved
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "eips"
MOST = 100
MOST_BANDWIDTH = 500
_ASSOCIATE, _UNASSOCIATE = "AssociateEipAddress", "UnassociateEipAddress"
_BETWEEN = {_ASSOCIATE: "Associating", _UNASSOCIATE: "Unassociating"}


def allocate(cloud: Alibaba, given: Given) -> dict[str, Any]:
    if (answer := tokens.again(cloud, "AllocateEipAddress", given)) is not None:
        return answer
    bandwidth = given.text("Bandwidth") or "5"
    if not bandwidth.isdecimal() or not 1 <= int(bandwidth) <= MOST_BANDWIDTH:
        raise AlibabaError(400, "InvalidParameter", "Specified value of Bandwidth is not valid.")
    if given.text("InternetChargeType") not in ("", "PayByTraffic", "PayByBandwidth"):
        raise invalid("InternetChargeType", "InvalidInternetChargeType.ValueNotSupported")
    if given.text("InstanceChargeType") not in ("", "PostPaid"):
        raise unserved(f"the InstanceChargeType {given.text('InstanceChargeType')}")
    names.check_vpc_name(given, "Name", "Eip")
    quotas.refuse_more(cloud, KIND, given.region)
    body = {
        "RegionId": given.region,
        "Bandwidth": bandwidth,
        "InternetChargeType": given.text("InternetChargeType") or "PayByBandwidth",
        "Name": given.text("Name"),
        "Description": given.text("Description"),
        "InstanceId": "",
        "tags": tags.read(given),
    }
    eip: Thing = cloud.centre.new(KIND, ids.new_id("eip"), body)
    eip.state = State.READY
    eip.body["IpAddress"] = addresses.take(cloud, eip)
    cloud.centre.add(eip)
    answer = {"AllocationId": eip.key, "EipAddress": eip.body["IpAddress"], "ResourceGroupId": ""}
    return tokens.remember(cloud, "AllocateEipAddress", given, eip, answer)


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if given.text("AllocationId") in ("", one.key)
        and given.text("EipAddress") in ("", one.body["IpAddress"])
        and given.text("EipName") in ("", one.body["Name"])
        and given.text("Status") in ("", _status(cloud, one))
        and given.text("AssociatedInstanceId") in ("", _holder(cloud, one))
        and tags.fits(one, given)
    ]
    shown, page = lists.by_number(cloud, given, found, MOST)
    return {"EipAddresses": {"EipAddress": [_shown(cloud, one) for one in shown]}, **page}


def associate(cloud: Alibaba, given: Given) -> dict[str, Any]:
    eip = _named(cloud, given)
    if given.text("InstanceType") not in ("", "EcsInstance"):
        raise unserved(f"the InstanceType {given.text('InstanceType')}")
    machine = ids.find(cloud, "instances", given.text("InstanceId"), given.region)
    if not isinstance(machine, Machine):
        # Alibaba's own spelling, of this operation alone.
        raise AlibabaError(404, "InvalidInstanId.NotFound", "Specified instance does not exist.")
    _refuse_unless(cloud, eip, "Available")
    if machine.state is not State.READY:
        text = "Current instance status does not support this operation."
        raise AlibabaError(400, "IncorrectInstanceStatus", text)
    if machine.body["public"] or of_instance(cloud, machine.key):
        raise AlibabaError(400, "InvalidAssociation.Duplicated", "Specified instance already is associated.")
    eip.body["InstanceId"] = machine.key
    cloud.centre.begin(_ASSOCIATE, eip, Effect.CHANGE, cloud.settings.transition_seconds)
    return {}


def unassociate(cloud: Alibaba, given: Given) -> dict[str, Any]:
    eip = _named(cloud, given)
    _refuse_unless(cloud, eip, "InUse")
    if given.text("InstanceId") not in ("", eip.body["InstanceId"]):
        raise AlibabaError(400, "InvalidInstanceId.NotFound", "Specified instance does not exist.")
    change = {"InstanceId": ""}
    cloud.centre.begin(_UNASSOCIATE, eip, Effect.CHANGE, cloud.settings.transition_seconds, change=change)
    return {}


def release(cloud: Alibaba, given: Given) -> dict[str, Any]:
    eip = _named(cloud, given)
    _refuse_unless(cloud, eip, "Available")
    cloud.centre.remove(eip.key)
    return {}


def of_instance(cloud: Alibaba, instance_id: str) -> Thing | None:
    found = [one for one in cloud.centre.of_kind(KIND) if one.body["InstanceId"] == instance_id]
    return found[0] if found else None


def _named(cloud: Alibaba, given: Given) -> Thing:
    """Raises AlibabaError."""
    found = ids.find(cloud, KIND, given.text("AllocationId"), given.region)
    if found is None:
        raise AlibabaError(404, "InvalidAllocationId.NotFound", "Specified allocation ID is not found")
    return found


def _refuse_unless(cloud: Alibaba, eip: Thing, wanted: str) -> None:
    if _status(cloud, eip) != wanted:
        text = "Current elastic IP status does not support this operation."
        raise AlibabaError(400, "IncorrectEipStatus", text)


def _holder(cloud: Alibaba, eip: Thing) -> str:
    """An instance that has left has left it free."""
    return str(eip.body["InstanceId"]) if cloud.centre.find(eip.body["InstanceId"]) else ""


def _status(cloud: Alibaba, eip: Thing) -> str:
    if jobs := [job for job in cloud.centre.under_way(eip.key) if job.verb in _BETWEEN]:
        return _BETWEEN[jobs[0].verb]
    return "InUse" if _holder(cloud, eip) else "Available"


def _shown(cloud: Alibaba, eip: Thing) -> dict[str, Any]:
    body = eip.body
    holder = _holder(cloud, eip)
    return {
        "AllocationId": eip.key,
        "IpAddress": body["IpAddress"],
        "Name": body["Name"],
        "Description": body["Description"],
        "RegionId": body["RegionId"],
        "Status": _status(cloud, eip),
        "InstanceId": holder,
        "InstanceType": "EcsInstance" if holder else "",
        "InstanceRegionId": body["RegionId"] if holder else "",
        "Bandwidth": body["Bandwidth"],
        "EipBandwidth": body["Bandwidth"],
        "InternetChargeType": body["InternetChargeType"],
        "ChargeType": "PostPaid",
        "BusinessStatus": "Normal",
        "AllocationTime": ids.to_second(eip.made),
        "ExpiredTime": "",
        "ISP": "BGP",
        "Netmode": "public",
        "DeletionProtection": False,
        "OperationLocks": {"LockReason": []},
        "ResourceGroupId": "",
        "Tags": tags.of_vpc(eip),
    }
