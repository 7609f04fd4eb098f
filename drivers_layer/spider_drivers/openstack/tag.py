"""Tags that are set on what is there already, or taken from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ..contract import Attempt, Part, Ref, TagHandler, Unsupported, Wait
from . import building, groups, names, router, servers, subnets, tags
from .calls import OpenStack, Thing, path
from .errors import Fields

# Of neutron: where a kind's resources are, and the word around one.
_KINDS: Mapping[str, tuple[str, str]] = {
    "vpc": (router.NETWORKS, "network"),
    "subnet": (subnets.SUBNETS, "subnet"),
    "security_group": (groups.GROUPS, "security_group"),
}
_FIELDS: Fields = ((r"value", "value"), (r"", "key"))


class OpenStackTags(TagHandler):
    """A change is done anew after an unclean try: it does no harm."""

    def __init__(self, cloud: OpenStack) -> None:
        self._cloud = cloud

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        tagged = self._tagged(kind, ref)
        tags.check({key: value}, of_server=kind == "vm", key_field="key", value_field="value")
        return _change(attempt, lambda: tagged.set(key, value), tagged.shown, lambda shown: shown.get(key) == value)

    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        tagged = self._tagged(kind, ref)
        tags.check({key: ""}, of_server=kind == "vm", key_field="key", value_field="value")
        return _change(attempt, lambda: tagged.drop(key), tagged.shown, lambda shown: key not in shown)

    def _tagged(self, kind: str, ref: Ref) -> _Tagged:
        if kind == "vm":
            return _Server(self._cloud, names.id_of(ref, "VM"))
        if kind not in _KINDS:
            raise Unsupported(f"tags of the kind {kind} cannot be changed on this cloud")
        collection, word = _KINDS[kind]
        return _OfNeutron(self._cloud, path(collection, names.id_of(ref, kind)), word)


class _Tagged(Protocol):
    """Raises NotFound."""

    def shown(self) -> dict[str, str]: ...

    def set(self, key: str, value: str) -> None: ...

    def drop(self, key: str) -> None: ...


class _Server:
    def __init__(self, cloud: OpenStack, cloud_id: str) -> None:
        self._cloud = cloud
        self._path = path(servers.SERVERS, cloud_id)

    def shown(self) -> dict[str, str]:
        metadata: Thing = self._cloud.get(f"{self._path}/metadata")["metadata"]
        return {str(key): str(value) for key, value in metadata.items()}

    def set(self, key: str, value: str) -> None:
        self._cloud.post(f"{self._path}/metadata", {"metadata": {key: value}}, _FIELDS)

    def drop(self, key: str) -> None:
        if key in self.shown():
            building.deleted(self._cloud, path(f"{self._path}/metadata", key))


class _OfNeutron:
    """Neutron's tags are replaced as a whole: of two changes in the same moment one may be lost."""

    def __init__(self, cloud: OpenStack, resource: str, word: str) -> None:
        self._cloud = cloud
        self._path = resource
        self._word = word

    def shown(self) -> dict[str, str]:
        return tags.told(self._cloud.get(self._path)[self._word])

    def set(self, key: str, value: str) -> None:
        self._replace(lambda shown: {**shown, key: value})

    def drop(self, key: str) -> None:
        self._replace(lambda shown: {one: shown[one] for one in shown if one != key})

    def _replace(self, wanted: Callable[[dict[str, str]], dict[str, str]]) -> None:
        shown = self.shown()
        if wanted(shown) != shown:
            tags.replace(self._cloud, self._path, wanted(shown), _FIELDS)


def _change(
    attempt: Attempt,
    send: Callable[[], None],
    read: Callable[[], dict[str, str]],
    done: Callable[[dict[str, str]], bool],
) -> Wait | None:
    read()  # raises NotFound

    def make(_: str) -> str:
        send()
        return "sent"

    left = building.create([Part("tag", make)], attempt, read, done)
    return left if isinstance(left, Wait) else None
