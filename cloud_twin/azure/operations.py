"""Long-running operations: what the answer to a change carries, and what asking for its state answers.

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Absent, Job
from ..facade import Call, json_response
from .errors import ArmError
from .times import written

if TYPE_CHECKING:
    from .facade import Azure


class Operations:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def headers(self, call: Call, job: Job, *, location: bool) -> dict[str, str]:
        """Of a change's answer. `location`: also where its result will be, for what answers no resource."""
        version = f"api-version={call.query.get('api-version', '')}"
        url = f"{call.base}{job.body['path']}"
        sent = {
            "Azure-AsyncOperation": f"{url}/{job.body.get('statuses', 'operations')}/{job.id}?{version}",
            "Retry-After": self._seconds(job),
        }
        if location:
            sent["Location"] = f"{url}/{job.body['results']}/{job.id}?{job.body['monitor']}{version}"
        return sent

    def location(self, call: Call, job: Job) -> dict[str, str]:
        """Resource groups tell no Azure-AsyncOperation."""
        version = call.query.get("api-version", "")
        url = f"{call.base}{job.body['path']}/operationresults/{job.id}?api-version={version}"
        return {"Location": url, "Retry-After": self._seconds(job)}

    def status(self, call: Call) -> Any:
        if call.query.get("monitor") == "true":
            return self.result(call)
        job = self._found(call)
        shown: dict[str, Any] = {"startTime": written(job.begun), "name": job.id}
        if job.ended is None:
            return json_response({**shown, "status": "InProgress"}, headers={"Retry-After": self._seconds(job)})
        shown["endTime"] = written(job.ended)
        if job.failure:
            return {
                **shown,
                "status": "Failed",
                "error": job.body.get("error") or {"code": job.failure.code, "message": job.failure.message},
            }
        return {**shown, "status": "Succeeded"}

    def result(self, call: Call) -> Any:
        """202 until it is over; a failure is answered as if the change itself had been refused."""
        job = self._found(call)
        if job.ended is None:
            url = call.request.url
            return Response(status=202, headers={"Location": url, "Retry-After": self._seconds(job)})
        if job.failure:
            raise ArmError(409, job.failure.code, job.failure.message)
        return Response(status=200)

    def _found(self, call: Call) -> Job:
        operation = call.values["operationId"]
        try:
            return self._arm.centre.job(operation)
        except Absent:
            text = f"The entity was not found. Operation id: {operation}"
            raise ArmError(404, "NotFound", text) from None

    def _seconds(self, job: Job) -> str:
        """Whole seconds, by the caller's time."""
        clock = self._arm.centre.clock
        left = 0.0 if job.ended else max(job.due - clock.stopwatch(), 0.0)
        if left == math.inf:  # a deployment, which takes as long as what it makes
            left = self._arm.settings.transition_seconds
        return str(math.ceil(left / clock.speed if clock.speed else left))
