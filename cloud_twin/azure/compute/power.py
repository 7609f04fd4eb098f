"""The verbs on a VM: start, restart, stop, give back its host, make it a model for images."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ...centre import Effect, Failure, Machine, Power, State
from ...facade import Call
from ..errors import ArmError
from . import capacity
from .machines import VirtualMachines


class PowerVerbs:
    def __init__(self, machines: VirtualMachines) -> None:
        self._machines = machines
        self._arm = machines.arm

    def start(self, call: Call) -> Response:
        vm = self._found(call, "start")
        if vm.body.get("_generalized"):
            text = f"Operation 'start' is not allowed on VM '{vm.body['name']}' since the VM is generalized."
            raise ArmError(409, "OperationNotAllowed", text)
        if vm.state is State.FAILED or vm.power is Power.ON:
            return self._begin(call, vm, "start", Effect.NOTHING)
        failure = capacity.lacking(self._arm.settings, vm) if vm.body.get("_deallocated") else None
        if failure is None:
            self._machines.connect(vm)
            vm.body["_deallocated"] = False
        effect = Effect.NOTHING if failure else Effect.START
        return self._begin(call, vm, "start", effect, failure)

    def restart(self, call: Call) -> Response:
        vm = self._found(call, "restart")
        self._refuse_off(vm, "restart")
        return self._begin(call, vm, "restart", Effect.RESTART)

    def power_off(self, call: Call) -> Response:
        vm = self._found(call, "powerOff")
        self._refuse_deallocated(vm, "powerOff")
        return self._begin(call, vm, "powerOff", Effect.NOTHING if vm.power is Power.OFF else Effect.STOP)

    def deallocate(self, call: Call) -> Response:
        vm = self._found(call, "deallocate")
        gone = vm.power is Power.OFF and vm.body.get("_deallocated")
        vm.body["_deallocated"] = True
        self._machines.disconnect(vm)
        return self._begin(call, vm, "deallocate", Effect.NOTHING if gone else Effect.STOP)

    def generalize(self, call: Call) -> Response:
        """At once. Azure does not look into the machine either."""
        vm = self._found(call, "generalize")
        if vm.power is not Power.OFF:
            text = f"Operation 'generalize' is not allowed on VM '{vm.body['name']}' since the VM is running."
            raise ArmError(409, "OperationNotAllowed", text)
        vm.body["_generalized"] = True
        return Response(status=200)

    def _found(self, call: Call, verb: str) -> Machine:
        vm = self._machines.found(self._machines.id(call))
        self._machines.refuse_busy(vm, verb)
        assert isinstance(vm, Machine)
        return vm

    def _refuse_off(self, vm: Machine, verb: str) -> None:
        self._refuse_deallocated(vm, verb)
        if vm.power is Power.OFF:
            text = f"Operation '{verb}' is not allowed on VM '{vm.body['name']}' since the VM is stopped."
            raise ArmError(409, "OperationNotAllowed", text)

    def _refuse_deallocated(self, vm: Machine, verb: str) -> None:
        """https://github.com/hashicorp/terraform-provider-azurerm/issues/28218"""
        if vm.power is Power.OFF and vm.body.get("_deallocated"):
            text = (
                f"Operation '{verb}' is not allowed on VM '{vm.body['name']}' since the VM is either deallocated or "
                "marked "
                "to be deallocated."
            )
            raise ArmError(409, "OperationNotAllowed", text)

    def _begin(self, call: Call, vm: Machine, verb: str, effect: Effect, failure: Failure | None = None) -> Response:
        return self._arm.accepted(call, self._machines.begin(vm, verb, effect, failure=failure))
