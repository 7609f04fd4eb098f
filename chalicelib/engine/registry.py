"""How clouds are reached: drivers, credentials, regions and connection configs, by name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spider_drivers.contract import CA, ENDPOINT, Capability, Invalid, Key, MissingReference, NotFound
from spider_drivers.contract import registry as drivers

from ..catalogue.kinds import CONNECTION
from ..catalogue.records import Deleted
from ..store import CONNECTIONS, Delete, Put, Store, join_key
from ..store import Key as StoreKey
from .call import Call
from .endpoints import check_endpoint
from .sealing import Sealer
from .settings import Settings

if TYPE_CHECKING:
    from ..catalogue.configured import Connection, Credential, Region, Setting

Row = dict[str, Any]


class Registry:
    def __init__(self, store: Store, sealer: Sealer, settings: Settings) -> None:
        self._store = store
        self._sealer = sealer
        self._settings = settings

    def clouds(self, call: Call) -> list[str]:
        return drivers.providers()

    def create(self, call: Call) -> Setting:
        """Registers, or overwrites what has the name. Raises Invalid, MissingReference."""
        from ..catalogue import configured

        setting: Setting = call.body
        capability = drivers.driver(setting.provider).capability()
        row: Row = {
            "kind": call.kind.name,
            "name": setting.name,
            "provider": setting.provider,
            "version": uuid.uuid4().hex,
        }
        match setting:
            case configured.Driver():
                row.update(library=setting.library)
            case configured.Credential():
                setting = self._credential(setting, capability)
                row.update(values=self._sealed(setting))
            case configured.Region():
                setting = self._region(setting, capability)
                zones = None if setting.zones is None else list(setting.zones)
                row.update(values=setting.values, zones=zones)
            case configured.Connection():
                self._check_parts(setting)
                row.update(driver=setting.driver, credential=setting.credential, region=setting.region)
        self._store.write(Put(CONNECTIONS, row))
        return setting

    def list(self, call: Call) -> Sequence[Setting]:
        """Those of the provider that the body names; "" is any."""
        return [self.told(row) for row in self.rows(call.kind.name, call.body)]

    def count(self, call: Call) -> int:
        """Connection configs, of the provider that the path names if it names one."""
        return len(self.rows(CONNECTION.name, call.name))

    def get(self, call: Call) -> Setting:
        return self.told(self.row(call.kind.name, call.name))

    def delete(self, call: Call) -> Deleted:
        """Also for what was never there, as CB-Spider answers."""
        self._store.write(Delete(CONNECTIONS, (call.kind.name, call.name)))
        return Deleted()

    def rows(self, kind: str, provider: str = "") -> Sequence[Row]:
        """Every setting of a kind, by name; of one provider (any casing) unless it is ""."""
        wanted = provider.strip().upper()
        found = self._store.query(CONNECTIONS, kind).items
        return [row for row in found if wanted in ("", row["provider"])]

    def row(self, kind: str, name: str) -> Row:
        found = self._store.get(CONNECTIONS, (kind, name))
        if found is None:
            raise NotFound(f"{name}: does not exist!", field=kind)
        return found

    def parts(self, connection: Row) -> tuple[Row, Row, Row, Row | None]:
        """A connection config's driver, credential and region, and the credential's paces if it has any, in one read.
        Raises NotFound."""
        kinds = ("driver", "credential", "region")
        keys = [(kind, connection[kind]) for kind in kinds]
        *found, paces = self._store.get_many(CONNECTIONS, [*keys, paces_key(connection["credential"])])
        for kind, row in zip(kinds, found, strict=True):
            if row is None:
                raise NotFound(f"{connection[kind]}: does not exist! ({kind} of '{connection['name']}')", field=kind)
        driver, credential, region = (row for row in found if row)
        return driver, credential, region, paces

    def opened(self, credential: Row) -> dict[str, str]:
        """A credential's values in the clear. Raises BrokenSeal."""
        return {
            key: self._sealer.open(value, _place(credential["name"], key))
            for key, value in credential["values"].items()
        }

    def told(self, row: Row) -> Setting:
        from ..catalogue import configured

        name, provider = row["name"], row["provider"]
        match row["kind"]:
            case "driver":
                return configured.Driver(name, provider, row["library"])
            case "credential":
                return configured.Credential(name, provider, dict.fromkeys(row["values"], ""))
            case "region":
                zones = row.get("zones")
                return configured.Region(name, provider, row["values"], None if zones is None else tuple(zones))
        return configured.Connection(name, provider, row["driver"], row["credential"], row["region"])

    def _credential(self, given: Credential, capability: Capability) -> Credential:
        values = canonical(given.values, capability.credential_keys)
        check_endpoint(values.values(), self._settings.endpoint_allow)
        return replace(given, values=values)

    def _region(self, given: Region, capability: Capability) -> Region:
        values = canonical(given.values, (*capability.region_keys, ENDPOINT, CA))
        check_endpoint(values.values(), self._settings.endpoint_allow)
        return replace(given, values=values)

    def _sealed(self, credential: Credential) -> dict[str, str]:
        return {key: self._sealer.seal(value, _place(credential.name, key)) for key, value in credential.values.items()}

    def _check_parts(self, connection: Connection) -> None:
        named = {
            "driver": connection.driver,
            "credential": connection.credential,
            "region": connection.region,
        }
        found = self._store.get_many(CONNECTIONS, list(named.items()))
        for (kind, name), row in zip(named.items(), found, strict=True):
            if row is None:
                raise MissingReference(f"{kind} {name}: does not exist!", field=kind)
            if row["provider"] != connection.provider:
                raise Invalid(
                    f"the {kind} '{name}' is for {row['provider']}, not for {connection.provider}", field=kind
                )


def paces_key(credential: str) -> StoreKey:
    """Of the row that tells how fast the clouds say that a credential may call."""
    return ("paces", credential)


def _place(name: str, key: str) -> str:
    return join_key("credential", name, key)


def canonical(given: Mapping[str, str], keys: Iterable[Key]) -> dict[str, str]:
    """`given` with its keys spelled as in `keys` (any casing or alias is accepted; other keys stay as they are).

    Raises Invalid for a required key that is missing or empty.
    """
    spelled = {word.lower(): key.name for key in keys for word in (key.name, *key.aliases)}
    values = {spelled.get(key.lower(), key): _lines(value) for key, value in given.items()}
    for key in keys:
        if key.required and not values.get(key.name):
            raise Invalid(f"KeyValueInfoList: the key '{key.name}' is missing or empty", field="values")
    return values


def _lines(value: str) -> str:
    """PEM text may arrive with its line breaks as the two characters backslash and n."""
    return value.replace("\\n", "\n") if "-----BEGIN" in value else value
