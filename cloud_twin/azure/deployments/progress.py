"""How a deployment goes on: one step after the other, whenever somebody asks the cloud for anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...centre import Failure, State, Thing
from ..errors import ArmError
from .template import Plan, Template

if TYPE_CHECKING:
    from ..facade import Azure

DEPLOYMENT = "Microsoft.Resources/deployments"
FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for details. Please see "
    "https://aka.ms/arm-deployment-operations for usage details."
)


class Progress:
    """`template_of`: a deployment's, as it was sent."""

    def __init__(self, arm: Azure, template_of: Callable[[Thing], Template]) -> None:
        self._arm = arm
        self._template_of = template_of

    def advance(self) -> None:
        for thing in self._arm.centre.of_kind(DEPLOYMENT):
            if self._arm.centre.under_way(thing.key):
                while self._step(thing):
                    self._arm.centre.settle()

    def _step(self, thing: Thing) -> bool:
        """Whether anything has changed."""
        plan: Plan = thing.body["_plan"]
        moved = [self._look(one) for one in plan if one["state"] == "running"]
        failed = [one for one in plan if one["state"] == "failed"]
        done = {one["key"] for one in plan if one["state"] == "done"}
        ready = [one for one in plan if one["state"] == "waiting" and done.issuperset(one["after"])]
        if not failed:
            for one in ready:
                self._make(thing, one)
        if any(one["state"] == "running" for one in plan):
            return any(moved) or (bool(ready) and not failed)
        if failed or len(done) == len(plan):
            self._end(thing, [one["error"] for one in failed])
            return False
        return True

    def _look(self, one: dict[str, Any]) -> bool:
        made = self._arm.centre.find(one["key"])
        if made is not None and self._arm.centre.under_way(made.key):
            return False
        one["state"] = "done"
        if made is None or made.state is State.FAILED:
            one["state"] = "failed"
            one["error"] = self._failure(one["key"])
        return True

    def _failure(self, key: str) -> dict[str, Any]:
        jobs = [job for job in self._arm.centre.all_jobs() if job.target == key and job.failure]
        if not jobs or jobs[-1].failure is None:
            return {"code": "NotFound", "message": f"The resource {key} is gone."}
        return {"code": jobs[-1].failure.code, "message": jobs[-1].failure.message}

    def _make(self, thing: Thing, one: dict[str, Any]) -> None:
        answer = self._arm.within(
            "PUT", one["id"], one["version"], one["body"], thing.body["_base"], thing.body["_principal"]
        )
        one["status"] = answer.status_code
        one["state"] = "running"
        if answer.status_code >= 400:
            one["state"] = "failed"
            one["error"] = (answer.get_json() or {}).get("error")

    def _end(self, thing: Thing, errors: list[dict[str, Any]]) -> None:
        """What was sent is forgotten: there may be passwords in it."""
        (job,) = self._arm.centre.under_way(thing.key)
        inner = thing.body["properties"]
        inner["duration"] = f"PT{(self._arm.centre.clock.now() - thing.made).total_seconds():g}S"
        if not errors:
            errors = self._put_out(thing)
        if errors:
            target = thing.body["id"]
            inner["error"] = {"code": "DeploymentFailed", "target": target, "message": FAILED, "details": errors}
            job.body["error"] = inner["error"]
        self._arm.centre.finish(job, Failure("DeploymentFailed", FAILED) if errors else None)
        for one in thing.body["_plan"]:
            one["body"] = None
        thing.body["_sent"] = None

    def _put_out(self, thing: Thing) -> list[dict[str, Any]]:
        """Outputs, which may name what there is not. Answers the errors."""
        inner = thing.body["properties"]
        inner["outputResources"] = [{"id": one["id"]} for one in thing.body["_plan"]]
        try:
            inner["outputs"] = self._template_of(thing).outputs()
        except ArmError as error:
            return [error.body]
        return []
