"""Operations: every change is one, pending, then running, then done, by the clock.

Form and states: the reference's Operation, and "Handle API responses" of the Compute Engine guide.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..centre import Absent, Effect, Failure, Job, State, Thing
from ..facade import Call
from . import lists
from .errors import absent, invalid_field, not_ready
from .links import link, number_id, shown_time

if TYPE_CHECKING:
    from .facade import Gcp

# A warning: its code and its words.
Notice: TypeAlias = tuple[str, str]
# For so much of its time an operation is only pending.
PENDING = 0.25
# "zoneOperations.wait" of the reference: it answers at the latest "as the request approaches the 2 minute deadline".
LONGEST_WAIT = 110.0
_LOOKS = 0.02
_STATUSES = {
    "QUOTA_EXCEEDED": (403, "FORBIDDEN"),
    "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE": (400, "BAD REQUEST"),
    "IP_SPACE_EXHAUSTED_WITH_DETAILS": (400, "BAD REQUEST"),
    "RESOURCE_NOT_FOUND": (404, "NOT FOUND"),
    "SERVICE_ACCOUNT_ACCESS_DENIED": (400, "BAD REQUEST"),
    "ZONE_RESOURCE_POOL_EXHAUSTED": (503, "SERVICE UNAVAILABLE"),
}


def begin(
    cloud: Gcp,
    call: Call,
    verb: str,
    thing: Thing,
    effect: Effect,
    *,
    change: dict[str, Any] | None = None,
    failure: Failure | None = None,
    warnings: Sequence[Notice] = (),
) -> dict[str, Any]:
    """The operation as it is answered."""
    scope = thing.key.rsplit("/", 2)[0]
    name = _name(cloud)
    job = cloud.centre.begin(
        verb,
        thing,
        effect,
        cloud.settings.transition_seconds,
        job_id=f"{scope}/operations/{name}",
        body={
            "name": name,
            "scope": scope,
            "user": call.principal,
            "targetId": number_id(thing.number),
            "requestId": call.query.get("requestId", ""),
            "request": _request(call),
            "warnings": [{"code": code, "message": message} for code, message in warnings],
        },
        change=change,
        failure=failure,
        failed_leaves=True,
    )
    return shown(cloud, job)


def again(cloud: Gcp, call: Call) -> dict[str, Any] | None:
    """The operation that an earlier request of the same id has begun. Raises GceError."""
    given = call.query.get("requestId")
    if given is None:
        return None
    if not _is_uuid(given):
        raise invalid_field("requestId", given, "The request ID must be a valid UUID, and not the zero UUID.")
    for job in cloud.centre.all_jobs():
        if job.body["requestId"] == given:
            if job.body["request"] != _request(call):
                raise invalid_field("requestId", given, "The request ID is already used by another request.")
            return shown(cloud, job)
    return None


def shown(cloud: Gcp, job: Job) -> dict[str, Any]:
    body = job.body
    scope = body["scope"]
    made: dict[str, Any] = {
        "kind": "compute#operation",
        "id": number_id(job.number),
        "name": body["name"],
        "operationType": job.verb,
        "targetLink": link(job.target),
        "targetId": body["targetId"],
        "status": _status(cloud, job),
        "user": body["user"],
        "progress": 100 if job.ended else 0,
        "insertTime": shown_time(job.begun),
        "selfLink": link(job.id),
    }
    if not scope.endswith("/global"):
        made[scope.split("/")[-2].removesuffix("s")] = link(scope)
    if body["requestId"]:
        made["clientOperationId"] = body["requestId"]
    if body["warnings"]:
        made["warnings"] = body["warnings"]
    if made["status"] != "PENDING":
        made["startTime"] = shown_time(job.begun)
    if job.ended:
        made["endTime"] = shown_time(job.ended)
        made |= _error(job.failure)
    return made


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return shown(cloud, _find(cloud, call))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    scope = cloud.scope(call)
    found = [shown(cloud, job) for job in cloud.centre.all_jobs() if job.body["scope"] == scope]
    return lists.answer(cloud, call, "compute#operationList", f"{scope}/operations", found)


def wait(cloud: Gcp, call: Call) -> dict[str, Any]:
    """Ended, or as far as it is when the deadline approaches; while the clock stands still nobody waits."""
    job = _find(cloud, call)
    cloud.hold_until(lambda: job.ended is not None, LONGEST_WAIT, _LOOKS)
    return shown(cloud, job)


def _find(cloud: Gcp, call: Call) -> Job:
    given, collection = call.values["operation"], f"{cloud.scope(call)}/operations"
    try:
        return cloud.centre.job(f"{collection}/{given}")
    except Absent:
        for job in cloud.centre.all_jobs():
            if number_id(job.number) == given and job.id.startswith(f"{collection}/"):
                return job
    raise absent(f"{collection}/{given}")


def _status(cloud: Gcp, job: Job) -> str:
    if job.ended:
        return "DONE"
    return "PENDING" if cloud.centre.progress(job) < PENDING else "RUNNING"


def _error(failure: Failure | None) -> dict[str, Any]:
    if failure is None:
        return {}
    status, words = _STATUSES[failure.code]
    return {
        "error": {"errors": [{"code": failure.code, "message": failure.message}]},
        "httpErrorStatusCode": status,
        "httpErrorMessage": words,
    }


def _name(cloud: Gcp) -> str:
    """As in operation-1536679018444-57599f70734e0-984d5118-84d4d0cd."""
    digits = uuid.uuid4().hex
    moment = int(cloud.centre.clock.now().timestamp() * 1000)
    return f"operation-{moment}-{digits[:13]}-{digits[13:21]}-{digits[21:29]}"


def _request(call: Call) -> str:
    """By which the same request is known again; what was sent is not kept, for it may be secret."""
    sent = hashlib.sha256(call.request.get_data()).hexdigest()
    return f"{call.request.method} {call.request.path} {sent}"


def _is_uuid(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)) and bool(text.strip("0-"))


def refuse_while_busy(cloud: Gcp, thing: Thing) -> None:
    """Raises GceError while it is made, changed or removed."""
    if cloud.centre.under_way(thing.key):
        raise not_ready(thing.key)


def refuse_unready(thing: Thing) -> None:
    """Raises GceError for what is not there as yet, or about to leave."""
    if thing.state in (State.MAKING, State.LEAVING, State.FAILED):
        raise not_ready(thing.key)
