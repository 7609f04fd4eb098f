"""States of instances: entered by a verb, left by the clock.

pending → running, stopping → stopped, shutting-down → terminated. moto itself is told of a state's end only: until an
instance is terminated it keeps its interface and its volume.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.ec2.models.instances import Instance, InstanceState

from ..clock import TwinClock
from ..settings import Settings
from .errors import Refusal

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
# "for a short while" (EC2 user guide, "Terminate Amazon EC2 instances"): about an hour.
SHOWN_SECONDS = 3600.0


class TerminatedInstance(Instance):
    """What is left of an instance: no network, no disk."""

    @property
    def vpc_id(self) -> str | None:
        return None

    @property
    def subnet_id(self) -> str | None:
        return None

    @property
    def private_ip(self) -> str | None:
        return None

    @property
    def private_ip_address(self) -> str | None:
        return None

    @property
    def public_ip(self) -> str | None:
        return None

    @property
    def public_ip_address(self) -> str | None:
        return None

    @property
    def private_dns_name(self) -> str:
        return ""

    @property
    def network_interfaces(self) -> list[Any]:
        return []


@dataclass
class Transition:
    """`since`: the clock's seconds at which it began."""

    cloud: Any
    instance: Any
    since: float
    finish: Callable[[Any], None]


class States:
    """The transitions that are under way, of all regions."""

    def __init__(self, clock: TwinClock, settings: Settings) -> None:
        self._settings = settings
        self._clock = clock
        self._under_way: dict[str, Transition] = {}
        self._shown: dict[str, Transition] = {}

    def clear(self) -> None:
        self._under_way.clear()
        self._shown.clear()

    def settle(self) -> None:
        """Ends what is due."""
        now = self._clock.stopwatch()
        for due in [one for one in self._under_way.values() if now - one.since >= self._settings.transition_seconds]:
            del self._under_way[due.instance.id]
            due.finish(due.instance)
            if due.instance.state == "terminated":
                self._shown[due.instance.id] = Transition(due.cloud, due.instance, now, due.finish)
        for gone in [one for one in self._shown.values() if now - one.since >= SHOWN_SECONDS]:
            del self._shown[gone.instance.id]
            _forget(gone.cloud, gone.instance)

    def launched(self, cloud: Any, made: Iterable[Any]) -> None:
        for instance in made:
            self._enter(cloud, instance, "pending", _run)

    def start(self, cloud: Any, ids: Iterable[str]) -> list[dict[str, Any]]:
        return [self._start(cloud, instance) for instance in _allowed(cloud, ids, "started", _STARTABLE)]

    def stop(self, cloud: Any, ids: Iterable[str]) -> list[dict[str, Any]]:
        found = _allowed(cloud, ids, "stopped", _STOPPABLE)
        _refuse_protected(found, "disable_api_stop", "stopped", "disableApiStop")
        return [self._stop(cloud, instance) for instance in found]

    def terminate(self, cloud: Any, ids: Iterable[str]) -> list[dict[str, Any]]:
        found = cloud.get_multi_instances_by_id(list(ids))
        _refuse_protected(found, "disable_api_termination", "terminated", "disableApiTermination")
        return [self._terminate(cloud, instance) for instance in found]

    def reboot(self, cloud: Any, ids: Iterable[str]) -> None:
        """Instances in a reboot stay running. Terminated ones are ignored (API reference, RebootInstances)."""
        _allowed(cloud, ids, "rebooted", ("running", "shutting-down", "terminated"))

    def _start(self, cloud: Any, instance: Any) -> dict[str, Any]:
        if instance.state == "stopped":
            return self._enter(cloud, instance, "pending", _run_again)
        return _change(instance, instance.instance_state)

    def _stop(self, cloud: Any, instance: Any) -> dict[str, Any]:
        if instance.state == "running":
            return self._enter(cloud, instance, "stopping", _halt)
        return _change(instance, instance.instance_state)

    def _terminate(self, cloud: Any, instance: Any) -> dict[str, Any]:
        if instance.state in ("shutting-down", "terminated"):
            return _change(instance, instance.instance_state)
        return self._enter(cloud, instance, "shutting-down", _end)

    def _enter(self, cloud: Any, instance: Any, state: str, finish: Callable[[Any], None]) -> dict[str, Any]:
        previous = copy.copy(instance.instance_state)
        _set(instance, state)
        self._under_way[instance.id] = Transition(cloud, instance, self._clock.stopwatch(), finish)
        return _change(instance, previous)


_STARTABLE = ("stopped", "pending", "running")
_STOPPABLE = ("running", "stopping", "stopped")


def _allowed(cloud: Any, ids: Iterable[str], participle: str, states: tuple[str, ...]) -> list[Any]:
    found: list[Any] = cloud.get_multi_instances_by_id(list(ids))
    for instance in found:
        if instance.state not in states:
            never_ran = participle == "stopped" and instance.state == "pending"
            raise Refusal(
                "IncorrectInstanceState",
                f"Instance '{instance.id}' cannot be stopped as it has never reached the 'running' state."
                if never_ran
                else f"The instance '{instance.id}' is not in a state from which it can be {participle}.",
            )
    return found


def _refuse_protected(found: Iterable[Any], member: str, participle: str, attribute: str) -> None:
    for instance in found:
        if getattr(instance, member) is True:
            raise Refusal(
                "OperationNotPermitted",
                f"The instance '{instance.id}' may not be {participle}. Modify its '{attribute}' instance attribute "
                "and try again.",
            )


def _change(instance: Any, previous: InstanceState) -> dict[str, Any]:
    now = instance.instance_state
    return {
        "InstanceId": instance.id,
        "CurrentState": {"Code": now.code, "Name": now.name},
        "PreviousState": {"Code": previous.code, "Name": previous.name},
    }


def _set(instance: Any, state: str) -> None:
    instance.instance_state.name, instance.instance_state.code = state, CODES[state]


def _run(instance: Any) -> None:
    _set(instance, "running")


def _run_again(instance: Any) -> None:
    instance.start()


def _halt(instance: Any) -> None:
    instance.stop()


def _end(instance: Any) -> None:
    interfaces = list(instance.nics.values())
    instance.terminate()
    for interface in interfaces:
        interface.instance, interface.attachment_id, interface.status = None, None, "available"
    instance.nics = {}
    instance.security_groups = []
    instance.__class__ = TerminatedInstance


def _forget(cloud: Any, instance: Any) -> None:
    for reservation in list(cloud.reservations.values()):
        if instance in reservation.instances:
            reservation.instances.remove(instance)
            if not reservation.instances:
                del cloud.reservations[reservation.id]
