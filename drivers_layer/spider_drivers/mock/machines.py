"""The APIs of VMs and their addresses."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .catalogue import DEFAULT_SUBNET, offered
from .faults import WireError
from .memory import Row
from .rows import Rows, network_of, sequence

# API → the state it needs, the one it passes through, the one it leads to.
STATES = {
    "suspend_vm": ("running", "stopping", "stopped"),
    "resume_vm": ("stopped", "starting", "running"),
    "reboot_vm": ("running", "rebooting", "running"),
}


class Machines(Rows):
    def run_vm(self, client_token: str, **params: Any) -> Row:
        if client_token in self._client_tokens:
            made, before = self._client_tokens[client_token]
            if before != params:
                raise WireError("IdempotencyMismatch", f"The client token '{client_token}' came with other parameters.")
            return {"id": made}
        vm = self._new_vm(**params)
        self._client_tokens[client_token] = (vm["id"], params)
        return vm

    def _new_vm(
        self,
        name: str,
        image: str,
        spec: str,
        subnet_id: str,
        security_group_ids: list[str],
        key_id: str,
        disk_gib: int,
        tags: Mapping[str, str],
    ) -> Row:
        for kind, wanted in (("image", image), ("spec", spec)):
            if all(row["id"] != wanted for row in offered(kind, self._knobs) or ()):
                raise WireError(f"{kind.title()}NotFound", f"'{self._account}' is offered no {kind} '{wanted}'.")
        subnet = self._existing("subnet", subnet_id) if subnet_id else DEFAULT_SUBNET
        for group_id in security_group_ids:
            if self._existing("security_group", group_id)["vpc_id"] != subnet["vpc_id"]:
                raise WireError("InvalidParameter", f"'{group_id}' and '{subnet['id']}' are not in one VPC.")
        if key_id:
            self._existing("key_pair", key_id)
        fields = {
            "state": "pending", "image": image, "spec": spec, "vpc_id": subnet["vpc_id"], "subnet_id": subnet["id"],
            "zone": subnet["zone"], "security_group_ids": security_group_ids, "key_id": key_id, "disk_gib": disk_gib,
            "private_ip": self._free_ip(subnet), "public_ip": "", "interface": f"eni-{secrets.token_hex(8)}",
            "started": self._now,
        }  # fmt: skip
        vm = self._new("vm", "vm", name, tags, **fields)
        self._memory.put(vm["id"], (self._now, vm), (self._later, {**vm, "state": "running"}))
        return vm

    def terminate_vm(self, vm_id: str) -> Row:
        vm = self._existing("vm", vm_id)
        if vm["state"] in ("shutting-down", "terminated"):
            return vm
        ended = {**vm, "state": "terminated", "public_ip": ""}
        # As elsewhere, a terminated VM stays listed for an hour.
        self._memory.put(
            vm_id,
            (self._now, {**vm, "state": "shutting-down"}),
            (self._later, ended),
            (self._later + timedelta(hours=1), None),
        )
        return ended

    def allocate_address(self, vm_id: str, tags: Mapping[str, str]) -> Row:
        vm = self._existing("vm", vm_id)
        ip = str(ipaddress.ip_address("198.18.0.0") + next(sequence) % 2**17)
        self._changed(vm, public_ip=ip)
        return self._new("address", "ip", "", tags, vm_id=vm_id, ip=ip)

    def release_address(self, address_id: str) -> Row:
        address = self._existing("address", address_id)
        if vm := self._memory.at(address["vm_id"], self._now):
            self._changed(vm, public_ip="")
        return self._gone(address_id)

    def _change_state(self, api: str, vm_id: str) -> Row:
        vm = self._existing("vm", vm_id)
        allowed, during, then = STATES[api]
        if vm["state"] != allowed:
            raise WireError("IncorrectState", f"The VM '{vm_id}' is {vm['state']}, not {allowed}.")
        self._memory.put(vm_id, (self._now, {**vm, "state": during}), (self._later, {**vm, "state": then}))
        return vm

    def _free_ip(self, subnet: Row) -> str:
        taken = {
            vm["private_ip"]
            for vm in self._memory.all("vm", self._now)
            if vm["subnet_id"] == subnet["id"] and vm["state"] != "terminated"
        }
        # The first four addresses and the last are the network's own, as on real clouds.
        network = network_of(subnet["cidr"])
        for offset in range(4, network.num_addresses - 1):
            if (ip := str(network[offset])) not in taken:
                return ip
        raise WireError("InsufficientFreeAddresses", f"The subnet '{subnet['id']}' has no free address.")
