"""What all of Microsoft.Network has in common: etags, one change at a time, references."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from ...centre import State, Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..kind import Kind
from ..voices import NETWORK

_MOVING = (State.MAKING, State.CHANGING)
_NAME = re.compile(r"[A-Za-z0-9]([\w.-]*\w)?", re.ASCII)


class Networked(Kind):
    voice = NETWORK
    making = "Updating"
    longest: ClassVar[int] = 80

    def check_name(self, resource: ResourceId) -> None:
        """https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork"""
        if len(resource.name) > self.longest or not _NAME.fullmatch(resource.name):
            raise invalid_name(resource.name, self.longest)

    def check_conditions(self, call: Call, old: Thing | None) -> None:
        asked = call.request.headers.get("If-Match")
        if asked and asked != "*" and (old is None or asked != old.body["etag"]):
            raise ArmError(
                412,
                "PreconditionFailed",
                f"Etag provided in if-match header {asked} does not match etag {old.body['etag'] if old else ''} of "
                "resource.",
            )
        if call.request.headers.get("If-None-Match") == "*" and old is not None:
            raise ArmError(412, "PreconditionFailed", f"Resource {old.body['id']} already exists.")

    def touch(self, thing: Thing) -> None:
        thing.body["etag"] = new_etag()

    def new(self, resource: ResourceId, body: dict[str, Any], uses: Iterable[str] = (), **more: Any) -> Any:
        properties = {**body.get("properties", {}), "resourceGuid": str(uuid.uuid4())}
        whole = {**body, "etag": new_etag(), "properties": properties}
        return super().new(resource, whole, list(uses), **more)

    def family(self, thing: Thing) -> list[str]:
        """The keys of what must stand still while it changes."""
        return [thing.key]

    def refuse_unready(self, call: Call, thing: Thing) -> None:
        for key in self.family(thing):
            for job in self.arm.centre.under_way(key):
                url = f"{call.base}{job.body['path']}/operations/{job.id}?api-version={call.query.get('api-version')}"
                raise ArmError(
                    409,
                    "AnotherOperationInProgress",
                    "Another operation on this or dependent resource is in progress. To retrieve status of the "
                    "operation "
                    f"use uri: {url}.",
                    details=[],
                )

    def place(self, thing: Thing) -> dict[str, Any]:
        owner = self.arm.centre.find("/".join(thing.key.split("/")[:9]))
        location = (owner or thing).body["location"]
        path = f"{self.arm.subscription_id()}/providers/Microsoft.Network/locations/{location}"
        return {"path": path, "results": "operationResults", "monitor": ""}

    def referred(self, user: ResourceId, text: str, kind: str, location: str | None, path: str) -> Thing:
        """What a resource names by id. Raises ArmError."""
        try:
            named = parse(text)
        except ValueError:
            named = None
        if named is None or named.type.lower() != kind.lower():
            raise ArmError(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[
                    {
                        "code": "InvalidJsonReferenceFormat",
                        "message": f"Reference Id {text} is not formatted correctly. The Id is expected to reference "
                        f"resources of type {kind.rpartition('/')[2]}. Path {path}.",
                    }
                ],
            )
        found = self.arm.centre.find(named.key)
        if found is None or found.state is State.LEAVING:
            raise ArmError(
                400,
                "InvalidResourceReference",
                f"Resource {text} referenced by resource {user} was not found. Please make sure that the referenced "
                "resource exists, and that both resources are in the same region.",
                details=[],
            )
        self._check_place(user, found, location, text)
        self.check_ready(user, found)
        return found

    def _check_place(self, user: ResourceId, found: Thing, location: str | None, text: str) -> None:
        owner = self.arm.centre.get("/".join(found.key.split("/")[:9]))
        if location is not None and owner.body["location"] != location:
            raise ArmError(
                400,
                "InvalidResourceReference",
                f"Resource {text} referenced by resource {user} was not found. Please make sure that the referenced "
                "resource exists, and that both resources are in the same region.",
                details=[],
            )

    def check_ready(self, user: ResourceId, found: Thing) -> None:
        owner = self.arm.centre.get("/".join(found.key.split("/")[:9]))
        if owner.state in _MOVING or found.state in _MOVING:
            raise ArmError(
                429,
                "RetryableError",
                "A retryable error occurred.",
                details=[
                    {
                        "code": "ReferencedResourceNotProvisioned",
                        "message": f"Cannot proceed with operation because resource {found.body['id']} used by "
                        f"resource {user} is not in Succeeded state. Resource is in Updating state and the last "
                        "operation that updated/is updating the resource is PutResourceOperation.",
                    }
                ],
            )


def new_etag() -> str:
    return f'W/"{uuid.uuid4()}"'


def invalid_name(name: str, longest: int) -> ArmError:
    return ArmError(
        400,
        "InvalidResourceName",
        f"Resource name {name} is invalid. The name can be up to {longest} characters long. It must begin with a word "
        "character, and it must end with a word character or with '_'. The name may contain word characters or '.', "
        "'-', '_'.",
        details=[],
    )
