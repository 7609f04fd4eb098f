"""What all of Microsoft.Compute has in common: names, versions as etags, one change at a time."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ...centre import State, Thing
from ...facade import Call
from .. import listing
from ..errors import ArmError
from ..ids import ResourceId
from ..kind import Kind
from ..voices import COMPUTE

_NAME = re.compile(r"[A-Za-z0-9]([\w.-]{0,78}[A-Za-z0-9_])?", re.ASCII)


class Computed(Kind):
    voice = COMPUTE
    noun: ClassVar[str]  # in errors: VM, disk

    def check_name(self, resource: ResourceId) -> None:
        if not _NAME.fullmatch(resource.name):
            text = (
                f"The entity name '{self.word}' is invalid according to its validation rule: "
                r"^[^_\W][\w\-._]{0,79}(?<![-.])$."
            )
            raise ArmError(400, "InvalidParameter", text, target=self.word)

    @property
    def word(self) -> str:
        return {"virtualMachines": "vmName", "disks": "diskName"}.get(self.type.rpartition("/")[2], "name")

    def check_conditions(self, call: Call, old: Thing | None) -> None:
        asked = call.request.headers.get("If-Match")
        if asked and asked != "*" and (old is None or asked != old.body.get("etag")):
            text = f"The condition specified using HTTP conditional header(s) 'If-Match' is not met: '{asked}'."
            raise ArmError(412, "PreconditionFailed", text)
        if call.request.headers.get("If-None-Match") == "*" and old is not None:
            text = (
                "The condition specified using HTTP conditional header(s) 'If-None-Match' is not met: the resource "
                "exists."
            )
            raise ArmError(412, "PreconditionFailed", text)

    def refuse_unready(self, call: Call, thing: Thing) -> None:
        verb = {"PUT": "create or update", "PATCH": "update", "DELETE": "delete"}.get(call.request.method, "")
        self.refuse_busy(thing, verb or call.request.path.rpartition("/")[2])

    def refuse_busy(self, thing: Thing, verb: str) -> None:
        """https://github.com/Azure/azure-sdk-for-python/issues/2702"""
        if thing.state is State.LEAVING:
            raise ArmError(
                409,
                "OperationNotAllowed",
                f"Operation '{verb}' is not allowed on {self.noun} '{thing.body['name']}' since the {self.noun} is "
                "marked "
                "for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).",
            )
        if self.arm.centre.under_way(thing.key):
            raise ArmError(
                409,
                "Conflict",
                "The request failed due to conflict with a concurrent request. To resolve it, please refer to "
                "https://aka.ms/activitylog to get more details on the conflicting requests.",
            )

    def place(self, thing: Thing) -> dict[str, Any]:
        path = f"{self.arm.subscription_id()}/providers/Microsoft.Compute/locations/{thing.body['location']}"
        return {"path": path, "results": "operations", "monitor": "monitor=true&"}

    def list_all(self, call: Call) -> Any:
        return listing.page(call, self.arm.settings, self.arm.centre.of_kind(self.type), self.listed)

    def listed(self, thing: Thing) -> dict[str, Any]:
        """Compute's lists of a whole subscription write the group's name in capitals."""
        body = self.shown(thing)
        words = body["id"].split("/")
        body["id"] = "/".join([*words[:4], words[4].upper(), *words[5:]])
        return body
