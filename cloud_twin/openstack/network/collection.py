"""What all kinds have in common: list, get, create (one or many), update, delete.

A resource is a thing of the centre whose key is its path below the version: networks/{id}. Its body holds what a
request may set, and what the service adds.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import State, Thing
from ...facade import Call, json_response
from .. import quotas
from ..account import PROJECT_ID
from ..errors import NetworkError
from ..times import seconds
from . import pages
from .kinds import Kind
from .reading import given, refused

if TYPE_CHECKING:
    from ..facade import OpenStack


class Collection(ABC):
    kind: Kind
    first_revision = 1
    # What may be set again as it is without counting as a change.
    unchanged_unseen: frozenset[str] = frozenset()

    # What each kind says

    @abstractmethod
    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        """A new thing, in the centre. Raises NetworkError."""

    @abstractmethod
    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        """What it shows, without what all kinds show."""

    def shown_made(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        """By the answer of the create."""
        return self.shown(cloud, thing)

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        thing.body.update(asked)

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        """Out of the centre. Raises NetworkError where something is in the way."""
        cloud.centre.remove(thing.key)

    def seen(self, thing: Thing) -> bool:
        """By the project."""
        return bool(thing.body["project_id"] == PROJECT_ID)

    # The methods

    def list_(self, cloud: OpenStack, call: Call) -> dict[str, Any]:
        self.before_reading(cloud)
        found = [one for one in cloud.centre.of_kind(self.kind.path) if self.seen(one)]
        shown = [self.shown(cloud, one) for one in found] if cloud.allows(f"get_{self.kind.name}") else []
        return pages.page(cloud, call, self.kind, shown)

    def get(self, cloud: OpenStack, call: Call) -> dict[str, Any]:
        self.before_reading(cloud)
        thing = self.named(cloud, call)
        if not cloud.allows(f"get_{self.kind.name}"):
            raise NetworkError(404, "HTTPNotFound", "The resource could not be found.")
        return {self.kind.name: pages.only(call, self.shown(cloud, thing))}

    def create(self, cloud: OpenStack, call: Call) -> Response:
        body = read_body(call)
        if self.kind.name not in body and self.kind.plural in body:
            made = self._make_all(cloud, call, body[self.kind.plural])
            return json_response({self.kind.plural: [self.shown_made(cloud, one) for one in made]}, 201)
        (thing,) = self._make_all(cloud, call, [self._one(body)])
        return json_response({self.kind.name: self.shown_made(cloud, thing)}, 201)

    def update(self, cloud: OpenStack, call: Call) -> dict[str, Any]:
        thing = self.named(cloud, call)
        asked = given(self.kind, self._one(read_body(call)), creating=False)
        self.require(cloud, call, "update", thing)
        before = dict(thing.body)
        self.change(cloud, thing, dict(asked))
        if thing.body != before or not set(asked) <= self.unchanged_unseen:
            touch(cloud, thing)
        return {self.kind.name: self.shown(cloud, thing)}

    def delete(self, cloud: OpenStack, call: Call) -> Response:
        thing = self.named(cloud, call)
        self.require(cloud, call, "delete", thing)
        self.leave(cloud, thing)
        return Response(status=204)

    # For them, and for the other kinds

    def before_reading(self, cloud: OpenStack) -> None:
        """Some things come to be when somebody looks."""

    def after_making(self, cloud: OpenStack, made: list[Thing]) -> None:
        """What one call has made."""

    def find(self, cloud: OpenStack, thing_id: str) -> Thing:
        """Raises NetworkError."""
        found = cloud.centre.find(f"{self.kind.path}/{thing_id}")
        if found is None or not self.seen(found):
            raise self.kind.not_found(thing_id)
        return found

    def named(self, cloud: OpenStack, call: Call) -> Thing:
        """That of the path."""
        return self.find(cloud, call.values["id"])

    def require(self, cloud: OpenStack, call: Call, verb: str, thing: Thing | None = None) -> None:
        rule = f"{verb}_{self.kind.name}"
        cloud.require(call, (rule,))
        if thing is not None and thing.body["project_id"] != PROJECT_ID:
            raise cloud.forbidden(call, rule)

    def shown(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        body = thing.body
        shown = {
            "id": thing_id(thing),
            **self.own(cloud, thing),
            "tenant_id": body["project_id"],
            "project_id": body["project_id"],
            "description": body["description"],
            "created_at": seconds(thing.made),
            "updated_at": seconds(body["updated"]),
            "revision_number": body["revision"],
        }
        return shown | ({"tags": list(body["tags"])} if "tags" in self.kind.attributes else {})

    def add(self, cloud: OpenStack, body: dict[str, Any], **more: Any) -> Thing:
        """`more`: uses, goes_with."""
        now: datetime = cloud.centre.clock.now()
        kept = {
            "project_id": PROJECT_ID,
            "description": "",
            "tags": [],
            "updated": now,
            "revision": self.first_revision,
            **body,
        }
        thing: Thing = cloud.centre.new(self.kind.path, f"{self.kind.path}/{uuid.uuid4()}", kept, **more)
        thing.state = State.READY
        return cloud.centre.add(thing)

    def _make_all(self, cloud: OpenStack, call: Call, bodies: Any) -> list[Thing]:
        """All or none."""
        if not isinstance(bodies, list) or not bodies:
            raise refused("Resources required")
        asked = [given(self.kind, self._object(one), creating=True) for one in bodies]
        self.require(cloud, call, "create")
        quotas.check_network(cloud, self.kind, len(asked))
        if len(asked) > 1:
            self.check_together(asked)
        before = cloud.centre.snapshot() if len(asked) > 1 else None
        try:
            made = [self.make(cloud, one) for one in asked]
            self.after_making(cloud, made)
            return made
        except NetworkError:
            if before:
                cloud.centre.restore(before)
            raise

    def check_together(self, asked: list[dict[str, Any]]) -> None:
        """Of several in one request. Raises NetworkError."""

    def _one(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.kind.name not in body:
            raise refused(f"Unable to find '{self.kind.name}' in request body")
        return self._object(body[self.kind.name])

    def _object(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise refused(f"Object '{self.kind.name}' contains invalid data")
        return data


def read_body(call: Call) -> dict[str, Any]:
    try:
        body = call.body
    except ValueError:
        raise refused("Body contains invalid data") from None
    return body if isinstance(body, dict) else {}


def touch(cloud: OpenStack, thing: Thing) -> None:
    thing.body["updated"] = cloud.centre.clock.now()
    thing.body["revision"] += 1


def thing_id(thing: Thing) -> str:
    return thing.key.rpartition("/")[2]
