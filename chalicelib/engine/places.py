"""Regions and zones: in the cloud's own form, and before there is a connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from spider_drivers.contract import ConnectionInfo, Invalid, NotFound, Ref, RegionHandler, RegionZone
from spider_drivers.contract import registry as drivers

from ..catalogue.asked import Preconfigured
from .call import Call
from .connections import Connections, Target
from .reads import Reads
from .registry import Registry, Row

T = TypeVar("T")


class Places:
    def __init__(self, registry: Registry, connections: Connections, reads: Reads) -> None:
        self._registry = registry
        self._connections = connections
        self._reads = reads

    def list(self, call: Call) -> Sequence[RegionZone]:
        return self._ask(call, self._target(call), lambda regions: regions.list())

    def get(self, call: Call) -> RegionZone:
        target = self._target(call)
        try:
            return self._ask(call, target, lambda regions: regions.get(Ref(call.name, call.name)))
        except NotFound as gone:
            text = f"{call.kind.title} '{call.name}' does not exist for credential '{call.body.credential}'"
            raise NotFound(text, field="name", code=gone.code, text=gone.text) from gone

    def raw_regions(self, call: Call) -> Any:
        return self._ask(call, self._target(call), lambda regions: regions.raw_regions())

    def raw_zones(self, call: Call) -> Any:
        """Of the connection's region."""
        return self._ask(call, self._target(call), lambda regions: regions.raw_zones())

    def _ask(self, call: Call, target: Target, what: Callable[[RegionHandler], T]) -> T:
        return self._reads.ask(call, target, lambda cloud: what(cloud.handler(call.kind.name)))

    def _target(self, call: Call) -> Target:
        return self._connections.target(call.connection) if call.connection else self._before(call.body)

    def _before(self, given: Preconfigured) -> Target:
        """Raises NotFound for a name that is not registered, Invalid for what is of another provider."""
        driver = self._registry.row("driver", given.driver)
        credential = self._registry.row("credential", given.credential)
        provider: str = driver["provider"]
        if given.region:
            region = self._registry.row("region", given.region)
        else:
            region = self._known_region(driver, credential) or _first_region(provider)
        for part, name in ((credential, "credential"), (region, "region")):
            if part["provider"] != provider:
                text = f"the {name} '{part['name']}' is for {part['provider']}, not for {provider}"
                raise Invalid(text, field=name)
        values, capability = self._registry.opened(credential), drivers.driver(provider).capability()
        return Target(
            info=ConnectionInfo("", provider, values, region["values"]),
            capability=capability,
            version="/".join(part["version"] for part in (driver, credential, region)),
            secrets=capability.secrets(values),
        )

    def _known_region(self, driver: Row, credential: Row) -> Row | None:
        """The region of the first connection config (by name) of that driver and credential. Another's region would
        not do: it may lead the credential to an endpoint that is not its own."""
        for row in self._registry.rows("connection", driver["provider"]):
            if (row["driver"], row["credential"]) == (driver["name"], credential["name"]):
                return self._registry.row("region", row["region"])
        return None


def _first_region(provider: str) -> Row:
    """The cloud's own first region at its public endpoint; none where the cloud needs none. Raises Invalid."""
    capability = drivers.driver(provider).capability()
    first = capability.default_regions
    if not first and any(key.required for key in capability.region_keys):
        raise Invalid(f"RegionName is empty! No region of {provider} is known to be asked first", field="RegionName")
    values = {"Region": first[0]} if first else {}
    return {"name": "", "provider": provider, "values": values, "version": "first"}
