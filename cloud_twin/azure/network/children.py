"""Resources within another one, which change with it or by themselves: subnets, security rules."""

from __future__ import annotations

from typing import ClassVar

from ...centre import Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from .base import Networked


class Children(Networked):
    """`owners`: the type of what they stand in."""

    owners: ClassVar[str]
    needs_location = False

    @property
    def word(self) -> str:
        """As it stands in paths: subnets."""
        return self.type.rpartition("/")[2]

    def owner_named(self, call: Call) -> Thing:
        """Of a path that ends with the children. Raises ArmError."""
        words = call.request.path.strip("/").split("/")
        return self.owner(parse("/".join(words[:8])).of_type(self.owners))

    def owner(self, resource: ResourceId) -> Thing:
        """Raises ArmError."""
        self.arm.group(resource)
        found = self.arm.centre.find(resource.key)
        if found is None:
            kind = f"{self.owners.rpartition('/')[2]}/{self.word}"
            raise ArmError(
                404,
                "ParentResourceNotFound",
                f"Failed to perform 'read' on resource(s) of type '{kind}', because the parent resource '{resource}' "
                "could not be found.",
            )
        return found

    def found(self, resource: ResourceId) -> Thing:
        self.owner(resource.parent)
        found = self.arm.centre.find(resource.key)
        if found is None:
            raise ArmError(404, "NotFound", f"Resource {resource} not found.", details=[])
        return found

    def id(self, call: Call) -> ResourceId:
        """With the owner as that is spelled where it stands."""
        found = super().id(call)
        owner = self.arm.centre.find(found.parent.key)
        return parse(owner.body["id"]).child(self.word, found.name) if owner else found
