"""Instances: what they show, and every change of one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, Machine, Power, State, Thing
from ..facade import Call
from . import addresses, bodies, labels, lists, operations, shapes
from .catalogue.places import ALL_ZONES
from .errors import invalid_field, invalid_usage, not_ready
from .launch import no_room
from .links import find
from .machines import shown

if TYPE_CHECKING:
    from .facade import Gcp


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return shown(cloud, _named(cloud, call))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    collection = f"{cloud.scope(call)}/instances"
    found = [shown(cloud, one) for one in _all(cloud) if one.key.startswith(f"{collection}/")]
    return lists.answer(cloud, call, "compute#instanceList", collection, found)


def aggregated(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [shown(cloud, one) for one in _all(cloud)]
    scopes = [f"zones/{zone}" for zone in ALL_ZONES]
    return lists.aggregated(cloud, call, "compute#instanceAggregatedList", "instances", scopes, found)


def delete(cloud: Gcp, call: Call) -> dict[str, Any]:
    machine = _named(cloud, call)
    _refuse_unready(machine)
    if machine.body["deletionProtection"]:
        raise invalid_usage("Resource cannot be deleted if it's protected against deletion.")
    return operations.begin(cloud, call, "delete", machine, Effect.REMOVE)


def start(cloud: Gcp, call: Call) -> dict[str, Any]:
    """Of a running one: an operation that does nothing, as with the real service."""
    machine = _named(cloud, call)
    _refuse_unready(machine)
    _refuse_between(machine)
    if machine.power is not Power.OFF:
        return operations.begin(cloud, call, "start", machine, Effect.NOTHING)
    zone = machine.key.rpartition("/instances/")[0]
    if failure := no_room(cloud, machine.body["machineType"], zone):
        return operations.begin(cloud, call, "start", machine, Effect.NOTHING, failure=failure)
    if machine.body["accessConfigs"]:
        machine.body["natIP"] = addresses.take_external(cloud, machine)
    change = {"started": cloud.centre.clock.now()}
    return operations.begin(cloud, call, "start", machine, Effect.START, change=change)


def stop(cloud: Gcp, call: Call) -> dict[str, Any]:
    """Of a stopped one: an operation that does nothing. Its external address is given back."""
    machine = _named(cloud, call)
    _refuse_unready(machine)
    _refuse_between(machine)
    if machine.power is Power.OFF:
        return operations.begin(cloud, call, "stop", machine, Effect.NOTHING)
    if machine.body.get("natIP"):
        cloud.centre.release_address(machine, addresses.EXTERNAL, machine.body.pop("natIP"))
    change = {"stopped": cloud.centre.clock.now()}
    return operations.begin(cloud, call, "stop", machine, Effect.STOP, change=change)


def reset(cloud: Gcp, call: Call) -> dict[str, Any]:
    machine = _named(cloud, call)
    _refuse_unready(machine)
    if machine.power is not Power.ON:
        raise not_ready(machine.key)
    return operations.begin(cloud, call, "reset", machine, Effect.RESTART)


def set_labels(cloud: Gcp, call: Call) -> dict[str, Any]:
    machine = _changing(cloud, call)
    body = shapes.whole(call.body, bodies.SET_LABELS)
    labels.check_labels(body.get("labels", {}))
    return _replace(cloud, call, machine, "labels", body.get("labels", {}), body.get("labelFingerprint"))


def set_tags(cloud: Gcp, call: Call) -> dict[str, Any]:
    machine = _changing(cloud, call)
    body = shapes.whole(call.body, bodies.TAGS)
    items = body.get("items", [])
    labels.check_tags(items, "resource.items")
    return _replace(cloud, call, machine, "tags", sorted(set(items)), body.get("fingerprint"))


def set_metadata(cloud: Gcp, call: Call) -> dict[str, Any]:
    machine = _changing(cloud, call)
    body = shapes.whole(call.body, bodies.METADATA)
    items = body.get("items", [])
    labels.check_metadata(items, "resource.items")
    return _replace(cloud, call, machine, "metadata", items, body.get("fingerprint"))


def set_deletion_protection(cloud: Gcp, call: Call) -> dict[str, Any]:
    machine = _changing(cloud, call)
    given = call.query.get("deletionProtection", "true")
    if given not in ("true", "false"):
        raise invalid_field("deletionProtection", given, "Must be true or false.")
    change = {"deletionProtection": given == "true"}
    return operations.begin(cloud, call, "setDeletionProtection", machine, Effect.CHANGE, change=change)


def _changing(cloud: Gcp, call: Call) -> Machine:
    machine = _named(cloud, call)
    _refuse_unready(machine)
    return machine


def _replace(cloud: Gcp, call: Call, machine: Machine, what: str, new: Any, given: str | None) -> dict[str, Any]:
    """`given`: the fingerprint. A change under way counts as made."""
    kept = machine.body[what]
    for job in cloud.centre.under_way(machine.key):
        kept = (job.change or {}).get(what, kept)
    labels.check_fingerprint(given, kept, what)
    verb = f"set{what.capitalize()}"
    return operations.begin(cloud, call, verb, machine, Effect.CHANGE, change={what: new})


def _all(cloud: Gcp) -> list[Machine]:
    return [one for one in cloud.centre.of_kind("instances") if isinstance(one, Machine)]


def _named(cloud: Gcp, call: Call) -> Machine:
    found = find(cloud, f"{cloud.scope(call)}/instances", call.values.get("instance") or call.values["resource"])
    assert isinstance(found, Machine)
    return found


def _refuse_unready(machine: Thing) -> None:
    if machine.state in (State.MAKING, State.LEAVING):
        raise not_ready(machine.key)


def _refuse_between(machine: Machine) -> None:
    if machine.power in (Power.STARTING, Power.STOPPING):
        raise not_ready(machine.key)
