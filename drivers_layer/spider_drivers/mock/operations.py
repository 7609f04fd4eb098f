"""What the cloud in memory does when it is called: one method per API that changes something."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import itertools
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .faults import WireError
from .memory import Memory, Row

_sequence = itertools.count(1)

CATALOGUE: dict[str, list[Row]] = {
    "image": [
        {"seq": n, "id": f"mock-vmimage-{n:02}", "tags": {}, "os": f"Ubuntu 2{n}.04", "disk_gib": 8}
        for n in range(1, 6)
    ],
    "spec": [
        {"seq": n, "id": f"mock-vmspec-{n:02}", "tags": {}, "vcpus": 2**n, "memory_mib": 4096 * n, "gpus": n // 5}
        for n in range(1, 6)
    ],
    "account": [{"seq": 1, "id": "account", "tags": {}}],
}

# API → the state it needs, the one it passes through, the one it leads to.
_STATES = {
    "suspend_vm": ("running", "stopping", "stopped"),
    "resume_vm": ("stopped", "starting", "running"),
    "reboot_vm": ("running", "rebooting", "running"),
}


class Operations:
    """The APIs at one moment. What they see is the truth: only reads lag."""

    def __init__(
        self,
        account: str,
        memory: Memory,
        client_tokens: dict[str, tuple[str, Row]],
        now: datetime,
        transition: timedelta,
    ) -> None:
        self._account = account
        self._memory = memory
        self._client_tokens = client_tokens
        self._now = now
        self._later = now + transition

    def named(self, api: str) -> Callable[..., Row] | None:
        if api in _STATES:
            return lambda vm_id: self._change_state(api, vm_id)
        return None if api.startswith(("_", "named")) else getattr(self, api, None)

    def create_vpc(self, name: str, cidr: str, tags: Mapping[str, str]) -> Row:
        return self._new("vpc", "vpc", name, tags, cidr=str(_network(cidr)))

    def delete_vpc(self, vpc_id: str) -> Row:
        self._existing("vpc", vpc_id)
        return self._gone(
            vpc_id, self._users("subnet", "vpc_id", vpc_id), self._users("security_group", "vpc_id", vpc_id)
        )

    def create_subnet(self, vpc_id: str, name: str, cidr: str, zone: str, tags: Mapping[str, str]) -> Row:
        vpc = self._existing("vpc", vpc_id)
        network = _network(cidr)
        if not network.subnet_of(_network(vpc["cidr"])):
            raise WireError("SubnetRange", f"The CIDR '{cidr}' is outside of the VPC's '{vpc['cidr']}'.")
        for other in self._memory.all("subnet", self._now):
            if other["vpc_id"] == vpc_id and network.overlaps(_network(other["cidr"])):
                raise WireError("SubnetConflict", f"The CIDR '{cidr}' conflicts with the subnet '{other['id']}'.")
        return self._new("subnet", "subnet", name, tags, vpc_id=vpc_id, cidr=str(network), zone=zone)

    def delete_subnet(self, subnet_id: str) -> Row:
        self._existing("subnet", subnet_id)
        return self._gone(subnet_id, self._users("vm", "subnet_id", subnet_id))

    def create_security_group(self, vpc_id: str, name: str, tags: Mapping[str, str]) -> Row:
        self._existing("vpc", vpc_id)
        return self._new("security_group", "sg", name, tags, vpc_id=vpc_id, rules=[])

    def authorize_rules(self, group_id: str, rules: list[Row]) -> Row:
        group = self._existing("security_group", group_id)
        for rule in rules:
            _network(rule["cidr"])
            if rule in group["rules"]:
                raise WireError("RuleDuplicate", f"The rule {rule} exists in '{group_id}'.")
            if not -1 <= rule["from_port"] <= rule["to_port"] <= 65535:
                raise WireError("InvalidPortRange", f"{rule['from_port']} to {rule['to_port']} is no range of ports.")
        return self._changed(group, rules=group["rules"] + rules)

    def delete_security_group(self, group_id: str) -> Row:
        self._existing("security_group", group_id)
        return self._gone(group_id, self._users("vm", "security_group_ids", group_id))

    def import_key_pair(self, name: str, public_key: str, tags: Mapping[str, str]) -> Row:
        if any(key["name"] == name for key in self._memory.all("key_pair", self._now)):
            raise WireError("KeyPairDuplicate", f"The key pair '{name}' already exists.")
        return self._new("key_pair", "key", name, tags, public_key=public_key, fingerprint=_fingerprint(public_key))

    def delete_key_pair(self, key_id: str) -> Row:
        self._existing("key_pair", key_id)
        return self._gone(key_id)

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
            if all(row["id"] != wanted for row in CATALOGUE[kind]):
                raise WireError(f"{kind.title()}NotFound", f"'{self._account}' is offered no {kind} '{wanted}'.")
        subnet = self._existing("subnet", subnet_id)
        for group_id in security_group_ids:
            if self._existing("security_group", group_id)["vpc_id"] != subnet["vpc_id"]:
                raise WireError("InvalidParameter", f"'{group_id}' and '{subnet_id}' are not in one VPC.")
        if key_id:
            self._existing("key_pair", key_id)
        fields = {
            "state": "pending", "image": image, "spec": spec, "vpc_id": subnet["vpc_id"], "subnet_id": subnet_id,
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
        ip = str(ipaddress.ip_address("198.18.0.0") + next(_sequence) % 2**17)
        self._changed(vm, public_ip=ip)
        return self._new("address", "ip", "", tags, vm_id=vm_id, ip=ip)

    def release_address(self, address_id: str) -> Row:
        address = self._existing("address", address_id)
        if vm := self._memory.at(address["vm_id"], self._now):
            self._changed(vm, public_ip="")
        return self._gone(address_id)

    def _change_state(self, api: str, vm_id: str) -> Row:
        vm = self._existing("vm", vm_id)
        allowed, during, then = _STATES[api]
        if vm["state"] != allowed:
            raise WireError("IncorrectState", f"The VM '{vm_id}' is {vm['state']}, not {allowed}.")
        self._memory.put(vm_id, (self._now, {**vm, "state": during}), (self._later, {**vm, "state": then}))
        return vm

    def _new(self, kind: str, prefix: str, name: str, tags: Mapping[str, str], **fields: Any) -> Row:
        row_id = f"{prefix}-{secrets.token_hex(8)}"
        row = {"seq": next(_sequence), "id": row_id, "kind": kind, "name": name, "tags": dict(tags), **fields}
        self._memory.put(row_id, (self._now, row))
        return row

    def _existing(self, kind: str, row_id: str) -> Row:
        row = self._memory.at(row_id, self._now)
        if row is None or row["kind"] != kind:
            code = kind.title().replace("_", "") + "NotFound"
            raise WireError(code, f"The {kind.replace('_', ' ')} '{row_id}' does not exist.")
        return row

    def _changed(self, row: Row, **fields: Any) -> Row:
        """Changes fields of a row now and in what is planned for it."""
        self._memory.change(row["id"], self._now, fields)
        return {**row, **fields}

    def _users(self, kind: str, field: str, value: str) -> list[str]:
        rows = (row for row in self._memory.all(kind, self._now) if row.get("state") != "terminated")
        return [
            row["id"] for row in rows if row[field] == value or (isinstance(row[field], list) and value in row[field])
        ]

    def _gone(self, row_id: str, *users: list[str]) -> Row:
        if used := list(itertools.chain.from_iterable(users)):
            raise WireError(
                "DependencyViolation", f"'{row_id}' has dependents and cannot be deleted: {', '.join(used)}"
            )
        self._memory.put(row_id, (self._now, None))
        return {"id": row_id}

    def _free_ip(self, subnet: Row) -> str:
        taken = {
            vm["private_ip"]
            for vm in self._memory.all("vm", self._now)
            if vm["subnet_id"] == subnet["id"] and vm["state"] != "terminated"
        }
        # The first four addresses and the last are the network's own, as on real clouds.
        network = _network(subnet["cidr"])
        for offset in range(4, network.num_addresses - 1):
            if (ip := str(network[offset])) not in taken:
                return ip
        raise WireError("InsufficientFreeAddresses", f"The subnet '{subnet['id']}' has no free address.")


def _network(cidr: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as wrong:
        raise WireError("InvalidCidr", f"'{cidr}' is no CIDR block: {wrong}") from wrong


def _fingerprint(public_key: str) -> str:
    """As OpenSSH prints it: SHA256: and the digest of the key's blob."""
    try:
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (IndexError, ValueError) as wrong:
        raise WireError("InvalidKeyFormat", "The key is not in OpenSSH's form.") from wrong
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
