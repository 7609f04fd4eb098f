"""What Spider says of itself and of its clouds."""

from __future__ import annotations

from spider_drivers.contract import Capability, NotFound
from spider_drivers.contract import registry as drivers

from ..catalogue.asked import Ability
from ..catalogue.kinds import BY_WORD
from ..store import CONNECTIONS, Store
from .call import Call
from .connections import Connections

VERSION = "0.1.0"

READY = "CB-Spider is ready"  # clients search for it


class About:
    def __init__(self, store: Store, connections: Connections) -> None:
        self._store = store
        self._connections = connections

    def ready(self, call: Call) -> str:
        """Asks the store for a setting, whether it is there or not. Raises StoreUnavailable."""
        self._store.get(CONNECTIONS, ("driver", "-"))
        return READY

    def version(self, call: Call) -> str:
        return f"CB-Spider compatible; Spider {VERSION}"

    def endpoints(self, call: Call) -> str:
        return f"Spider {VERSION}\n\n  REST API: {call.address}\n"

    def cloud(self, call: Call) -> Capability:
        """Raises NotFound where no driver is installed for it."""
        provider = call.name.strip().upper()
        if provider not in drivers.providers():
            raise NotFound(f"{call.name}: does not exist! (clouds: {', '.join(drivers.providers())})", field="name")
        return drivers.driver(provider).capability()

    def capability(self, call: Call) -> Ability:
        capability = self._connections.target(call.connection).capability
        tagged = tuple(word for word, kind in BY_WORD.items() if kind.name in capability.tagged)
        return Ability(capability, tagged)
