"""Deployments: made, looked at, forgotten."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Absent, Effect, State, Thing
from ...facade import Call, json_response
from .. import listing
from ..errors import ArmError, not_found
from ..ids import ResourceId, parse
from ..times import written
from ..voices import RESOURCES
from .progress import DEPLOYMENT, Progress
from .template import Plan, Template, shape

if TYPE_CHECKING:
    from ..facade import Azure


class Deployments:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm
        self.advance = Progress(arm, self._template_of).advance

    # Routes

    def create_or_update(self, call: Call) -> Response:
        resource, template, sent = self._read(call)
        there = self._arm.centre.find(resource.key)
        if there is not None and self._arm.centre.under_way(there.key):
            text = (
                f"Unable to edit or replace deployment '{resource.name}': previous deployment from "
                f"'{written(there.made)}' is still active. Please see https://aka.ms/arm-deploy for usage details."
            )
            raise ArmError(409, "DeploymentActive", text)
        if there is not None:
            self._arm.centre.remove(there.key)
        thing = self._begun(call, resource, template, sent)
        job = self._arm.centre.under_way(thing.key)[0]
        shown = self.shown(thing)
        self.advance()
        return json_response(shown, 200 if there else 201, self._arm.operations.headers(call, job, location=False))

    def validate(self, call: Call) -> Any:
        resource, template, sent = self._read(call)
        plan = template.plan()
        return {
            "id": str(resource),
            "name": resource.name,
            "type": DEPLOYMENT,
            "properties": {
                "templateHash": template.hash(),
                "parameters": template.shown_parameters(),
                "mode": sent["properties"]["mode"],
                "provisioningState": "Succeeded",
                "timestamp": written(self._arm.centre.clock.now()),
                "duration": "PT0S",
                "correlationId": str(uuid.uuid4()),
                "providers": _providers(plan),
                "dependencies": _dependencies(plan),
                "validatedResources": [{"id": one["id"]} for one in plan],
            },
        }

    def get(self, call: Call) -> Any:
        return self.shown(self._found(call))

    def exists(self, call: Call) -> Response:
        return Response(status=204 if self._arm.centre.find(self._id(call).key) else 404)

    def list_in_group(self, call: Call) -> Any:
        group = self._arm.group(self._id(call))
        found = [one for one in self._arm.centre.of_kind(DEPLOYMENT) if one.key.startswith(f"{group.key}/")]
        return listing.page(call, self._arm.settings, found, self.shown)

    def delete(self, call: Call) -> Response:
        """Of the deployment alone: what it has made stays."""
        self._arm.group(self._id(call))
        there = self._arm.centre.find(self._id(call).key)
        if there is None:
            return Response(status=204)
        if self._arm.centre.under_way(there.key):
            text = f"The deployment '{there.body['name']}' is still active and cannot be deleted."
            raise ArmError(409, "DeploymentActive", text)
        body = {"path": self._arm.subscription_id(), "results": "operationresults", "monitor": ""}
        job = self._arm.centre.begin("delete", there, Effect.REMOVE, 0, body=body)
        return Response(status=202, headers=self._arm.operations.location(call, job))

    def operations(self, call: Call) -> Any:
        thing = self._found(call)
        return {"value": [self._operation(thing, one) for one in thing.body["_plan"] if one["state"] != "waiting"]}

    # Reading and showing

    def _read(self, call: Call) -> tuple[ResourceId, Template, dict[str, Any]]:
        resource = self._id(call)
        data = listing.body(call)
        group = self._arm.group_to_write(resource)
        sent = shape.read(data, "", RESOURCES)
        return resource, Template(resource, _group(group), sent["properties"], self._shown_of), sent

    def _template_of(self, thing: Thing) -> Template:
        resource = parse(thing.body["id"])
        return Template(resource, _group(self._arm.group(resource)), thing.body["_sent"], self._shown_of)

    def _shown_of(self, key: str) -> Any:
        version = "2025-04-01"
        found = self._arm.centre.find(key)
        if found is None:
            text = f"The Resource '{key}' was not found."
            raise ArmError(404, "ResourceNotFound", text)
        return {**found.body, "apiVersion": version}

    def _begun(self, call: Call, resource: ResourceId, template: Template, sent: dict[str, Any]) -> Thing:
        plan = template.plan()
        body = {
            "id": str(resource),
            "name": resource.name,
            "type": DEPLOYMENT,
            "tags": sent.get("tags"),
            "properties": {
                "templateHash": template.hash(),
                "parameters": template.shown_parameters(),
                "mode": sent["properties"]["mode"],
                "timestamp": written(self._arm.centre.clock.now()),
                "duration": "PT0S",
                "correlationId": str(uuid.uuid4()),
                "providers": _providers(plan),
                "dependencies": _dependencies(plan),
            },
            "_plan": plan,
            "_sent": sent["properties"],
            "_base": call.base,
            "_principal": call.principal,
        }
        thing: Thing = self._arm.centre.new(DEPLOYMENT, resource.key, body, goes_with=resource.group_key)
        self._arm.centre.add(thing)
        place = {"path": str(resource), "statuses": "operationStatuses", "results": "", "monitor": ""}
        self._arm.centre.begin("deploy", thing, Effect.MAKE, math.inf, body=place)
        return thing

    def _id(self, call: Call) -> ResourceId:
        name = call.values.get("deploymentName", "")
        asked = self._arm.group_id(call.values["resourceGroupName"])
        group = self._arm.centre.find(asked.lower())
        spelled = group.body["name"] if group else call.values["resourceGroupName"]
        subscription = self._arm.account.subscription
        return ResourceId(subscription, spelled, "Microsoft.Resources", ("deployments",), (name,))

    def _found(self, call: Call) -> Thing:
        resource = self._id(call)
        self._arm.group(resource)
        try:
            return self._arm.centre.get(resource.key)
        except Absent:
            text = f"Deployment '{resource.name}' could not be found."
            raise ArmError(404, "DeploymentNotFound", text) if resource.name else not_found(resource) from None

    def shown(self, thing: Thing) -> dict[str, Any]:
        words = {State.MAKING: "Running", State.READY: "Succeeded", State.FAILED: "Failed", State.LEAVING: "Deleting"}
        state = words.get(thing.state, "Running")
        if state == "Running" and all(one["state"] == "waiting" for one in thing.body["_plan"]):
            state = "Accepted"
        body = {name: value for name, value in thing.body.items() if value is not None and not name.startswith("_")}
        return {**body, "properties": {**body["properties"], "provisioningState": state}}

    def _operation(self, thing: Thing, one: dict[str, Any]) -> dict[str, Any]:
        state = {"running": "Running", "done": "Succeeded", "failed": "Failed"}[one["state"]]
        name = uuid.uuid5(uuid.NAMESPACE_URL, one["key"]).hex[:16].upper()
        inner: dict[str, Any] = {
            "provisioningOperation": "Create",
            "provisioningState": state,
            "timestamp": written(self._arm.centre.clock.now()),
            "duration": "PT0S",
            "statusCode": {200: "OK", 201: "Created"}.get(one["status"], str(one["status"])),
            "targetResource": _target(one["id"]),
        }
        if one.get("error"):
            inner["statusMessage"] = {"status": "Failed", "error": one["error"]}
        return {"id": f"{thing.body['id']}/operations/{name}", "operationId": name, "properties": inner}


def _group(thing: Thing) -> dict[str, Any]:
    """As the function resourceGroup() tells it."""
    return {
        "id": thing.body["id"],
        "name": thing.body["name"],
        "type": thing.body["type"],
        "location": thing.body["location"],
        "tags": thing.body.get("tags") or {},
        "properties": {"provisioningState": "Succeeded"},
    }


def _target(text: str) -> dict[str, str]:
    resource = parse(text)
    return {"id": text, "resourceType": resource.type, "resourceName": "/".join(resource.names)}


def _providers(plan: Plan) -> list[dict[str, Any]]:
    kinds: dict[str, dict[str, list[str]]] = {}
    for one in plan:
        resource = parse(one["id"])
        found = kinds.setdefault(resource.namespace, {}).setdefault("/".join(resource.types), [])
        location = one["body"].get("location")
        if location and location not in found:
            found.append(location)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [{"resourceType": kind, "locations": places} for kind, places in types.items()],
        }
        for namespace, types in kinds.items()
    ]


def _dependencies(plan: Plan) -> list[dict[str, Any]]:
    ids = {one["key"]: one["id"] for one in plan}
    return [
        {"dependsOn": [_target(ids[key]) for key in one["after"]], **_target(one["id"])} for one in plan if one["after"]
    ]
