"""Resource groups, and what is in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Effect, Failure, State, Thing
from ..facade import Call, json_response
from . import listing, regions, tags
from .errors import ArmError, no_group
from .shape import IGNORED, TEXT, MapOf, Members
from .voices import RESOURCES

if TYPE_CHECKING:
    from .facade import Azure

GROUP = "Microsoft.Resources/resourceGroups"
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources
_NAME = re.compile(r"[\w.()-]{0,89}[\w()-]")
_GOOD = re.compile(r"[\w.()-]")
_shape = Members(
    "ResourceGroupDefinition",
    {
        "id": IGNORED,
        "name": IGNORED,
        "type": IGNORED,
        "properties": IGNORED,
        "location": TEXT,
        "tags": MapOf(TEXT),
        "managedBy": TEXT,
    },
)
_FILTER = re.compile(r"(\w+) eq '([^']*)'")


class ResourceGroups:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def create_or_update(self, call: Call) -> Response:
        name = call.values["resourceGroupName"]
        sent = _shape.read(listing.body(call), "", RESOURCES)
        tags.check(sent.get("tags"))
        if not _NAME.fullmatch(name):
            raise _invalid_name(name)
        if not sent.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        location = regions.checked(sent["location"], GROUP)
        there = self._arm.centre.find(self._arm.group_id(name).lower())
        if there is None:
            return json_response(self.shown(self._made(name, location, sent)), 201)
        self._refuse_leaving(there)
        if there.body["location"] != location:
            raise ArmError(
                409,
                "InvalidResourceGroupLocation",
                f"Invalid resource group location '{location}'. The Resource group already exists in location "
                f"'{there.body['location']}'.",
            )
        there.body["tags"] = sent.get("tags")
        return json_response(self.shown(there))

    def _made(self, name: str, location: str, sent: dict[str, Any]) -> Thing:
        most = self._arm.settings.quotas.get("resourceGroups")
        if most is not None and len(self._arm.centre.of_kind(GROUP)) >= most:
            text = f"Creating the resource group '{name}' would exceed the quota of '{most}'."
            raise ArmError(409, "ResourceGroupQuotaExceeded", text)
        identity = self._arm.group_id(name)
        body = {"id": identity, "name": name, "type": GROUP, "location": location, "tags": sent.get("tags")}
        body["managedBy"] = sent.get("managedBy")
        made: Thing = self._arm.centre.new(GROUP, identity.lower(), body)
        made.state = State.READY
        self._arm.centre.add(made)
        return made

    def get(self, call: Call) -> Any:
        return self.shown(self._found(call))

    def exists(self, call: Call) -> Response:
        found = self._arm.centre.find(self._arm.group_id(call.values["resourceGroupName"]).lower())
        return Response(status=204 if found else 404)

    def all(self, call: Call) -> Any:
        found = self._arm.centre.of_kind(GROUP)
        if wanted := dict(_FILTER.findall(call.query.get("$filter", ""))):
            name, value = wanted.get("tagName"), wanted.get("tagValue")
            found = [
                one for one in found if name in (one.body.get("tags") or {}) and value in (None, one.body["tags"][name])
            ]
        return listing.page(call, self._arm.settings, found, self.shown)

    def update(self, call: Call) -> Any:
        there = self._found(call)
        sent = _shape.read(listing.body(call), "", RESOURCES)
        tags.check(sent.get("tags"))
        self._refuse_leaving(there)
        if "tags" in sent:
            there.body["tags"] = sent["tags"]
        return self.shown(there)

    def delete(self, call: Call) -> Response:
        """With all that is in it, unless something elsewhere depends on that."""
        there = self._found(call)
        if there.state is State.LEAVING:
            return Response(
                status=202, headers=self._arm.operations.location(call, self._arm.centre.under_way(there.key)[0])
            )
        inside = self.inside(there)
        failure = self._blocked(there, inside)
        if failure is None:
            for one in inside:
                self._leave(one, there)
        body = {"path": self._arm.subscription_id(), "results": "operationresults", "monitor": ""}
        seconds = self._arm.settings.transition_seconds
        job = self._arm.centre.begin("delete", there, Effect.REMOVE, seconds, body=body, failure=failure)
        return Response(status=202, headers=self._arm.operations.location(call, job))

    def _leave(self, thing: Thing, group: Thing) -> None:
        """What was under way of it is over."""
        for job in self._arm.centre.under_way(thing.key):
            text = "Operation execution has been preempted by a more recent operation."
            self._arm.centre.finish(job, Failure("OperationPreempted", text))
        thing.state = State.LEAVING
        if thing.goes_with is None or not thing.goes_with.startswith(f"{group.key}/"):
            thing.goes_with = group.key

    def _blocked(self, group: Thing, inside: list[Thing]) -> Failure | None:
        keys = {one.key for one in inside}
        held = [
            one.body["id"] for one in inside if any(user.key not in keys for user in self._arm.centre.users(one.key))
        ]
        if not held:
            return None
        text = (
            f"Deletion of resource group '{group.body['name']}' failed as resources with identifiers "
            f"'{','.join(held)}' could not be deleted. The provisioning state of the resource group will be rolled "
            "back."
        )
        return Failure("ResourceGroupDeletionBlocked", text)

    def inside(self, group: Thing) -> list[Thing]:
        keys = self._arm.centre.keys()
        return [self._arm.centre.get(key) for key in keys if key.startswith(f"{group.key}/")]

    def resources(self, call: Call) -> Any:
        """Of a group or of the subscription; those with a location, no children."""
        keys = self._arm.centre.keys()
        found = [self._arm.centre.get(key) for key in keys if key.count("/") == 8]
        found = [one for one in found if "location" in one.body]
        if "resourceGroupName" in call.values:
            group = self._found(call)
            found = [one for one in found if one.key.startswith(f"{group.key}/")]
        for name, value in _FILTER.findall(call.query.get("$filter", "")):
            found = [one for one in found if _fits(one, name, value)]
        return listing.page(call, self._arm.settings, found, _short)

    def shown(self, thing: Thing) -> dict[str, Any]:
        state = "Deleting" if thing.state is State.LEAVING else "Succeeded"
        body = {name: value for name, value in thing.body.items() if value is not None}
        return {**body, "properties": {"provisioningState": state}}

    def _found(self, call: Call) -> Thing:
        name = call.values["resourceGroupName"]
        found = self._arm.centre.find(self._arm.group_id(name).lower())
        if found is None:
            raise no_group(name)
        return found

    def _refuse_leaving(self, there: Thing) -> None:
        if there.state is State.LEAVING:
            text = (
                f"The resource group '{there.body['name']}' is in deprovisioning state and cannot perform this "
                "operation."
            )
            raise ArmError(409, "ResourceGroupBeingDeleted", text)


def _invalid_name(name: str) -> ArmError:
    bad = "".join(dict.fromkeys(_GOOD.sub("", name)))
    text = (
        f"The provided resource group name '{name}' has these invalid characters: '{bad}'. The name can only be a "
        "letter, "
        "digit, '-', '.', '(', ')' or '_'."
    )
    if not bad:
        text = (
            f"The provided resource group name '{name}' is invalid. It can be at most 90 characters long, and cannot "
            "end "
            "with a '.'."
        )
    return ArmError(400, "InvalidResourceGroup", text)


def _fits(thing: Thing, name: str, value: str) -> bool:
    known = {"resourceType": thing.kind, "name": thing.body["name"], "location": thing.body["location"]}
    known["resourceGroup"] = thing.body["id"].split("/")[4]
    return str(known.get(name, value)).lower() == value.lower()


def _short(thing: Thing) -> dict[str, Any]:
    names = ("id", "name", "type", "location", "tags", "sku", "zones", "plan", "identity")
    return {name: thing.body[name] for name in names if thing.body.get(name) is not None}
