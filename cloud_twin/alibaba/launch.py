"""RunInstances: what comes to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, Exhausted, Machine, State, Taken, Thing
from . import addresses, ids, launch_request, quotas, tokens
from .errors import AlibabaError, malformed
from .launch_request import Launch
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "instances"
_DRY = "Request validation has been passed with DryRun flag set."


def run(cloud: Alibaba, given: Given) -> dict[str, Any]:
    if (answer := tokens.again(cloud, "RunInstances", given)) is not None:
        return answer
    launch = launch_request.read(cloud, given)
    quotas.refuse_more(cloud, KIND, given.region, launch.amount)
    quotas.refuse_more(cloud, "cpus", given.region, launch.amount * launch.type.cpus)
    if given.flag("DryRun"):
        raise AlibabaError(400, "DryRunOperation", _DRY)
    machines = [_new(cloud, given, launch, number) for number in range(1, launch.amount + 1)]
    _take_private_addresses(cloud, given, launch, machines)
    for machine in machines:
        _add(cloud, launch, machine)
    answer = {"InstanceIdSets": {"InstanceIdSet": [one.key for one in machines]}}
    return tokens.remember(cloud, "RunInstances", given, machines[0], answer)


def _new(cloud: Alibaba, given: Given, launch: Launch, number: int) -> Machine:
    instance_id = ids.new_id("i")
    uses = {launch.vswitch.key, *launch.groups}
    body = {
        "RegionId": given.region,
        "ZoneId": launch.vswitch.body["ZoneId"],
        "VpcId": launch.vpc.key,
        "VSwitchId": launch.vswitch.key,
        "groups": list(launch.groups),
        "ImageId": launch.image.id,
        "InstanceType": launch.type.name,
        "cpus": launch.type.cpus,
        "InstanceName": _numbered(given, "InstanceName", launch, number) or instance_id,
        "HostName": _numbered(given, "HostName", launch, number) or f"iZ{instance_id.removeprefix('i-')}Z",
        "Description": given.text("Description"),
        "KeyPairName": given.text("KeyPairName"),
        "UserData": given.text("UserData"),
        "InternetChargeType": given.text("InternetChargeType") or "PayByTraffic",
        "InternetMaxBandwidthOut": launch.bandwidth_out,
        "InternetMaxBandwidthIn": launch.bandwidth_in,
        "DeletionProtection": given.flag("DeletionProtection"),
        "StoppedMode": "Not-applicable",
        "public": "",
        "eni": ids.new_id("eni"),
        "mac": _mac(cloud.centre.number()),
        "disk": ids.new_id("d"),
        "started": cloud.centre.clock.now(),
        "tags": launch.tags,
    }
    return cloud.centre.new(KIND, instance_id, body, of=Machine, uses=uses)


def _mac(number: int) -> str:
    digits = f"{number * 40503 % 2**24:06x}"
    return f"00:16:3e:{digits[:2]}:{digits[2:4]}:{digits[4:]}"


def _numbered(given: Given, parameter: str, launch: Launch, number: int) -> str:
    """UniqueSuffix: 001 to 999 behind the name."""
    text = given.text(parameter)
    return f"{text}{number:03}" if text and given.flag("UniqueSuffix") and launch.amount > 1 else text


def _take_private_addresses(cloud: Alibaba, given: Given, launch: Launch, machines: list[Machine]) -> None:
    """All, or none. Raises AlibabaError."""
    wanted = given.text("PrivateIpAddress") or None
    switch = launch.vswitch
    try:
        for machine in machines:
            machine.body["private"] = cloud.centre.take_address(machine, switch.key, wanted)
    except Exhausted:
        refusal = AlibabaError(400, "QuotaExceeded.PrivateIpAddress", "Don't have enough private IPs in this switch.")
    except Taken:
        refusal = _not_to_be_had(cloud, switch.key, str(wanted))
    except ValueError:
        refusal = malformed("PrivateIpAddress")
    else:
        return
    for machine in machines:
        for pool, address in list(machine.addresses):
            cloud.centre.release_address(machine, pool, address)
    raise refusal


def _not_to_be_had(cloud: Alibaba, switch: str, wanted: str) -> AlibabaError:
    if wanted in cloud.centre.pool(switch).taken:
        return AlibabaError(400, "InvalidPrivateIpAddress.Duplicated", "Specified private IP address is duplicated.")
    text = "Specified private IP address is not in the CIDR block of virtual switch."
    return AlibabaError(400, "InvalidPrivateIpAddress", text)


def _add(cloud: Alibaba, launch: Launch, machine: Machine) -> None:
    cloud.centre.add(machine)
    body = machine.body
    if launch.bandwidth_out:
        body["public"] = addresses.take(cloud, machine)
    parts = {
        "disks": (body["disk"], {"Size": launch.disk_gb, "Category": launch.disk_category, "ImageId": launch.image.id}),
        "network_interfaces": (body["eni"], {}),
    }
    for kind, (key, more) in parts.items():
        place = {"RegionId": body["RegionId"], "ZoneId": body["ZoneId"], "tags": {}}
        part: Thing = cloud.centre.new(kind, key, {**place, **more}, goes_with=machine.key)
        part.state = State.READY
        cloud.centre.add(part)
    cloud.centre.begin("RunInstances", machine, Effect.MAKE, cloud.settings.transition_seconds)
