"""ARM's ids of resources. Case is kept and does not count."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResourceId:
    """/subscriptions/{}/resourceGroups/{group}/providers/{namespace}/{type}/{name}/{type}/{name}…"""

    subscription: str
    group: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    def __str__(self) -> str:
        words = [word for pair in zip(self.types, self.names, strict=True) for word in pair]
        return "/".join([group_id(self.subscription, self.group), "providers", self.namespace, *words])

    @property
    def key(self) -> str:
        return str(self).lower()

    @property
    def type(self) -> str:
        return "/".join([self.namespace, *self.types])

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def parent(self) -> ResourceId:
        return ResourceId(self.subscription, self.group, self.namespace, self.types[:-1], self.names[:-1])

    @property
    def group_key(self) -> str:
        return group_id(self.subscription, self.group).lower()

    def child(self, kind: str, name: str) -> ResourceId:
        return ResourceId(self.subscription, self.group, self.namespace, (*self.types, kind), (*self.names, name))

    def sibling(self, kind: str, name: str) -> ResourceId:
        """Of another type (Microsoft.Compute/disks) in the same group."""
        namespace, *types = kind.split("/")
        return ResourceId(self.subscription, self.group, namespace, tuple(types), (name,))

    def of_type(self, kind: str) -> ResourceId:
        """The same, its type spelled as Azure does."""
        namespace, *types = kind.split("/")
        return ResourceId(self.subscription, self.group, namespace, tuple(types), self.names)


def group_id(subscription: str, group: str) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def parse(text: str) -> ResourceId:
    """Raises ValueError for what is no id of a resource in a group."""
    words = text.strip("/").split("/")
    fixed = [word.lower() for word in words]
    if (
        len(words) < 8
        or len(words) % 2
        or [fixed[0], fixed[2], fixed[4]] != ["subscriptions", "resourcegroups", "providers"]
    ):
        raise ValueError(f"'{text}' is no id of a resource")
    if not all(words):
        raise ValueError(f"'{text}' is no id of a resource")
    return ResourceId(words[1], words[3], words[5], tuple(words[6::2]), tuple(words[7::2]))
