"""What the tracked resources of all providers have in common: how they are found, listed, made, changed, deleted."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.wrappers import Response

from ..centre import Effect, Job, State, Thing
from ..facade import Call, json_response
from . import listing, regions, tags
from .errors import ArmError, no_group, not_found
from .ids import ResourceId, parse
from .shape import Members, Voice

if TYPE_CHECKING:
    from .facade import Azure


class Kind(ABC):
    """Subclasses declare, and say how `make` and `change` go.

    type      Microsoft.Network/virtualNetworks
    shape     what a PUT may say
    """

    type: ClassVar[str]
    shape: ClassVar[Members]
    voice: ClassVar[Voice]
    making: ClassVar[str] = "Creating"
    needs_location: ClassVar[bool] = True

    def __init__(self, arm: Azure) -> None:
        self.arm = arm

    # Routes

    def get(self, call: Call) -> Any:
        return self.shown(self.found(self.id(call)))

    def list_all(self, call: Call) -> Any:
        return listing.page(call, self.arm.settings, self.arm.centre.of_kind(self.type), self.shown)

    def list_in_group(self, call: Call) -> Any:
        return listing.page(call, self.arm.settings, self.in_group(call), self.shown)

    def in_group(self, call: Call) -> list[Thing]:
        """Those of the group that the path names. Raises ArmError."""
        group = self.arm.centre.find(self.arm.group_id(call.values["resourceGroupName"]).lower())
        if group is None:
            raise no_group(call.values["resourceGroupName"])
        return [one for one in self.arm.centre.of_kind(self.type) if one.key.startswith(f"{group.key}/")]

    def create_or_update(self, call: Call) -> Response:
        resource, sent, old = self._asked(call)
        if old is None:
            made = self.make(call, resource, sent)
            made.body.setdefault("tags", sent.get("tags"))
            self.arm.centre.add(made)
            return self.answer_made(call, made, self.begin(made, "make", Effect.MAKE))
        self.refuse_moving(old, sent)
        self.change(call, old, sent)
        old.body["tags"] = sent.get("tags")
        self.touch(old)
        return self.answer_changed(call, old, self.begin(old, "change", Effect.CHANGE))

    def update_tags(self, call: Call) -> Any:
        thing = self.found(self.id(call))
        sent = tags.shape.read(listing.body(call), "", self.voice)
        self.refuse_unready(call, thing)
        tags.check(sent.get("tags"))
        thing.body["tags"] = sent.get("tags", thing.body.get("tags"))
        self.touch(thing)
        return self.shown(thing)

    def delete(self, call: Call) -> Response:
        resource = self.id(call)
        self.arm.group(resource)
        thing = self.arm.centre.find(resource.key)
        if thing is None:
            return Response(status=204)
        if thing.state is State.LEAVING:
            return self.arm.accepted(call, self.arm.centre.under_way(thing.key)[0])
        self.check_conditions(call, thing)
        self.refuse_unready(call, thing)
        self.refuse_in_use(thing)
        return self.arm.accepted(call, self.begin(thing, "delete", Effect.REMOVE))

    # What subclasses say

    @abstractmethod
    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        """Of a checked body, not yet in the centre. Raises ArmError."""

    @abstractmethod
    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        """Raises ArmError before it changes anything."""

    @abstractmethod
    def refuse_in_use(self, thing: Thing) -> None: ...

    @abstractmethod
    def refuse_unready(self, call: Call, thing: Thing) -> None:
        """Of a change while another is under way."""

    @abstractmethod
    def place(self, thing: Thing) -> dict[str, Any]:
        """Where the operations of a thing are found: what a job's body says."""

    @abstractmethod
    def check_name(self, resource: ResourceId) -> None: ...

    @abstractmethod
    def check_conditions(self, call: Call, old: Thing | None) -> None:
        """If-Match, If-None-Match."""

    def touch(self, thing: Thing) -> None:
        """After every change: etags."""

    def answer_made(self, call: Call, thing: Thing, job: Job) -> Response:
        return json_response(self.shown(thing), 201, self.arm.operations.headers(call, job, location=False))

    def answer_changed(self, call: Call, thing: Thing, job: Job) -> Response:
        return json_response(self.shown(thing), 200, self.arm.operations.headers(call, job, location=False))

    # What they ask

    def id(self, call: Call) -> ResourceId:
        words = call.request.path.strip("/").split("/")
        depth = 6 + 2 * self.type.count("/")
        found = parse("/".join(words[:depth])).of_type(self.type)
        group = self.arm.centre.find(found.group_key)
        name = group.body["name"] if group else found.group
        return ResourceId(self.arm.account.subscription, name, found.namespace, found.types, found.names)

    def found(self, resource: ResourceId) -> Thing:
        self.arm.group(resource)
        thing = self.arm.centre.find(resource.key)
        if thing is None:
            raise not_found(resource)
        return thing

    def new(self, resource: ResourceId, body: dict[str, Any], uses: Sequence[str] = (), **more: Any) -> Any:
        whole = {"name": resource.name, "id": str(resource), "type": self.type, **body}
        more.setdefault("goes_with", resource.group_key)
        return self.arm.centre.new(self.type, resource.key, whole, uses=set(uses), **more)

    def begin(self, thing: Thing, verb: str, effect: Effect, **more: Any) -> Job:
        seconds = self.arm.settings.transition_seconds
        return self.arm.centre.begin(verb, thing, effect, seconds, body=self.place(thing), **more)

    def state(self, thing: Thing) -> str:
        words = {
            State.MAKING: self.making,
            State.READY: "Succeeded",
            State.CHANGING: "Updating",
            State.LEAVING: "Deleting",
            State.FAILED: "Failed",
        }
        return words[thing.state]

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = {name: one for name, one in thing.body.items() if one is not None and not name.startswith("_")}
        body = copy.deepcopy(body)
        body["properties"] = {**body.get("properties", {}), "provisioningState": self.state(thing)}
        return body

    def location(self, sent: dict[str, Any]) -> str:
        """Raises ArmError."""
        if not sent.get("location"):
            text = "The location property is required for this definition."
            raise ArmError(400, "LocationRequired", text)
        return regions.checked(sent["location"], self.type)

    def refuse_moving(self, old: Thing, sent: dict[str, Any]) -> None:
        if not self.needs_location:
            return
        location = self.location(sent)
        if location != old.body["location"]:
            group = parse(old.body["id"]).group
            raise ArmError(
                409,
                "InvalidResourceLocation",
                f"The resource '{old.body['name']}' already exists in location '{old.body['location']}' in resource "
                f"group '{group}'. A resource with the same name cannot be created in location '{location}'. Please "
                "select a new resource name.",
            )

    def _asked(self, call: Call) -> tuple[ResourceId, dict[str, Any], Thing | None]:
        """A PUT: of what, its checked body, what is there already."""
        resource = self.id(call)
        data = listing.body(call)
        self.arm.group_to_write(resource)
        old = self.arm.centre.find(resource.key)
        sent = self.shape.read(data, "", self.voice)
        if self.needs_location:
            regions.check_zones(sent.get("zones"), self.location(sent), self.type, resource.name)
        tags.check(sent.get("tags"))
        self.check_name(resource)
        self.check_conditions(call, old)
        if old is not None:
            self.refuse_unready(call, old)
        return resource, sent, old
