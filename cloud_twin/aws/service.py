"""EC2: the order of steps from a request to its answer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ..clock import TwinClock
from ..settings import Settings
from . import filters, ids, model, paging
from .call import Call, apply_rules
from .errors import Refusal
from .moto_ec2 import MotoEc2, has_region
from .paging import Pages
from .request import Request
from .rules import launch, permissions
from .states import States
from .tokens import Tokens


class Ec2:
    """Not for several threads at once: moto is not."""

    def __init__(self, clock: TwinClock, settings: Settings) -> None:
        self.states = States(clock, settings)
        self._settings = settings
        self._tokens = Tokens()
        self._pages = Pages()

    def clear(self) -> None:
        """Forgets all that is not moto's."""
        self.states.clear()
        self._tokens.clear()
        self._pages.clear()

    def answer(self, request: Request, request_id: str) -> str:
        """The XML of the answer. Raises Refusal."""
        if not has_region(request.region):
            raise Refusal("AuthFailure", "AWS was not able to validate the provided access credentials")
        leaves = model.leaves(model.operation(request.action), request.form)
        moto = MotoEc2(request)
        self.states.settle()
        call = Call(request.action, moto.given, moto.cloud, request.region, self._settings.quotas)
        paging.check(call.action, call.given)
        filters.check(call.action, call.given)
        return moto.document(self._replayed(call) or self._result(moto, call, leaves), request_id)

    def _replayed(self, call: Call) -> Any | None:
        """What an earlier call has made or kept for this one."""
        if call.action == "RunInstances":
            return self._tokens.earlier(call.region, call.given)
        return self._pages.next(call.action, call.region, call.given)

    def _result(self, moto: MotoEc2, call: Call, leaves: list[model.Leaf]) -> Any:
        ids.check(leaves, call.cloud)
        asked = copy.deepcopy(call.given)  # rules change what is given
        apply_rules(call)
        if call.given.pop("DryRun", False):
            raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
        result = self._acted(moto, call)
        if call.action == "RunInstances":
            launch.finish(call, result.instances)
            self.states.launched(call.cloud, result.instances)
            self._tokens.note(call.region, asked, result)
        return self._pages.first(call.action, call.region, asked, result)

    def _acted(self, moto: MotoEc2, call: Call) -> Any:
        def by_moto() -> Any:
            return moto.result(call.action, paging.without(call.given))

        if call.action in permissions.ACTIONS:
            return permissions.change(call, by_moto)
        return (self._verb(call) or by_moto)()

    def _verb(self, call: Call) -> Callable[[], Any] | None:
        """Verbs that change an instance's state are the twin's own."""
        instances, cloud, states = call.given.get("InstanceIds", []), call.cloud, self.states
        verbs: dict[str, Callable[[], Any]] = {
            "StartInstances": lambda: {"StartingInstances": states.start(cloud, instances)},
            "StopInstances": lambda: {"StoppingInstances": states.stop(cloud, instances)},
            "TerminateInstances": lambda: {"TerminatingInstances": states.terminate(cloud, instances)},
            "RebootInstances": lambda: states.reboot(cloud, instances),
        }
        return verbs.get(call.action)
