"""Starting, stopping, rebooting and releasing instances: one by one, or many at once, then all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Machine, Power, State
from . import addresses, eips
from .errors import AlibabaError, invalid
from .instances import named, status
from .launch_request import sold_out
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

MOST_AT_ONCE = 100
_STOPPED_MODES = ("", "KeepCharging", "StopCharging")


def start(cloud: Alibaba, given: Given) -> dict[str, Any]:
    _each(cloud, given, _check_start, _start)
    return {}


def start_many(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _each(cloud, given, _check_start, _start)


def stop(cloud: Alibaba, given: Given) -> dict[str, Any]:
    _each(cloud, given, _check_running, _stop)
    return {}


def stop_many(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _each(cloud, given, _check_running, _stop)


def reboot(cloud: Alibaba, given: Given) -> dict[str, Any]:
    _each(cloud, given, _check_running, _reboot)
    return {}


def reboot_many(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _each(cloud, given, _check_running, _reboot)


def delete(cloud: Alibaba, given: Given) -> dict[str, Any]:
    _each(cloud, given, _check_delete, _delete)
    return {}


def _each(
    cloud: Alibaba,
    given: Given,
    check: Callable[[Alibaba, Given, Machine], None],
    act: Callable[[Alibaba, Given, Machine], None],
) -> dict[str, Any]:
    """What the calls for many answer. Raises AlibabaError before anything has changed."""
    wanted = given.texts("InstanceId") if isinstance(given.values["InstanceId"], list) else [given.text("InstanceId")]
    if len(wanted) > MOST_AT_ONCE:
        raise AlibabaError(403, "InstanceIdLimitExceeded", "The amount of InstanceId specified exceeds limit 100.")
    if given.text("StoppedMode") not in _STOPPED_MODES:
        raise invalid("StoppedMode", "InvalidStoppedMode.ValueNotSupported")
    machines = [named(cloud, one, given.region) for one in dict.fromkeys(wanted)]
    before = [status(cloud, one) for one in machines]
    for machine in machines:
        check(cloud, given, machine)
    for machine in machines:
        act(cloud, given, machine)
    made = [
        {
            "InstanceId": machine.key,
            "PreviousStatus": previous,
            "CurrentStatus": status(cloud, machine),
            "Code": "200",
            "Message": "success",
        }
        for machine, previous in zip(machines, before, strict=True)
    ]
    return {"InstanceResponses": {"InstanceResponse": made}}


def _check_start(cloud: Alibaba, given: Given, machine: Machine) -> None:
    if machine.state is not State.READY or machine.power is not Power.OFF:
        raise wrong_status()
    # One that goes on being paid for has kept its place.
    if machine.body["StoppedMode"] == "StopCharging" and machine.body["InstanceType"] in cloud.settings.exhausted:
        raise sold_out()


def _check_running(cloud: Alibaba, given: Given, machine: Machine) -> None:
    if machine.state is not State.READY or machine.power is not Power.ON:
        raise wrong_status()


def _check_delete(cloud: Alibaba, given: Given, machine: Machine) -> None:
    if machine.body["DeletionProtection"]:
        text = "The operation is not allowed because the instance is protected from deletion."
        raise AlibabaError(403, "InvalidOperation.DeletionProtection", text)
    if machine.state is State.MAKING or machine.power is Power.STARTING:
        text = "The specified instance status does not support this operation."
        raise AlibabaError(403, "IncorrectInstanceStatus.Initializing", text)
    if machine.state is State.LEAVING or (machine.power is not Power.OFF and not given.flag("Force")):
        raise wrong_status()


def wrong_status() -> AlibabaError:
    text = "The current status of the resource does not support this operation."
    return AlibabaError(403, "IncorrectInstanceStatus", text)


def _start(cloud: Alibaba, given: Given, machine: Machine) -> None:
    body = machine.body
    if body["InternetMaxBandwidthOut"] and not body["public"] and not eips.of_instance(cloud, machine.key):
        body["public"] = addresses.take(cloud, machine)
    body["StoppedMode"] = "Not-applicable"
    change = {"started": cloud.centre.clock.now()}
    cloud.centre.begin("StartInstance", machine, Effect.START, cloud.settings.transition_seconds, change=change)


def _stop(cloud: Alibaba, given: Given, machine: Machine) -> None:
    """In economical mode its own public address is given back; an elastic one stays with it."""
    body = machine.body
    body["StoppedMode"] = given.text("StoppedMode") or "KeepCharging"
    if body["StoppedMode"] == "StopCharging" and body["public"]:
        addresses.give_back(cloud, machine, body["public"])
        body["public"] = ""
    cloud.centre.begin("StopInstance", machine, Effect.STOP, cloud.settings.transition_seconds)


def _reboot(cloud: Alibaba, given: Given, machine: Machine) -> None:
    cloud.centre.begin("RebootInstance", machine, Effect.RESTART, cloud.settings.transition_seconds)


def _delete(cloud: Alibaba, given: Given, machine: Machine) -> None:
    cloud.centre.begin("DeleteInstance", machine, Effect.REMOVE, cloud.settings.transition_seconds)
