"""The APIs of VPCs, subnets and security groups."""

from __future__ import annotations

from collections.abc import Mapping

from .faults import WireError
from .memory import Row
from .rows import Rows, network_of


class Networks(Rows):
    def create_vpc(self, name: str, cidr: str, tags: Mapping[str, str]) -> Row:
        return self._new("vpc", "vpc", name, tags, cidr=str(network_of(cidr)))

    def delete_vpc(self, vpc_id: str) -> Row:
        self._existing("vpc", vpc_id)
        return self._gone(
            vpc_id, self._users("subnet", "vpc_id", vpc_id), self._users("security_group", "vpc_id", vpc_id)
        )

    def create_subnet(self, vpc_id: str, name: str, cidr: str, zone: str, tags: Mapping[str, str]) -> Row:
        vpc = self._existing("vpc", vpc_id)
        network = network_of(cidr)
        if not network.subnet_of(network_of(vpc["cidr"])):
            raise WireError("SubnetRange", f"The CIDR '{cidr}' is outside of the VPC's '{vpc['cidr']}'.")
        for other in self._memory.all("subnet", self._now):
            if other["vpc_id"] == vpc_id and network.overlaps(network_of(other["cidr"])):
                raise WireError("SubnetConflict", f"The CIDR '{cidr}' conflicts with the subnet '{other['id']}'.")
        return self._new("subnet", "subnet", name, tags, vpc_id=vpc_id, cidr=str(network), zone=zone)

    def delete_subnet(self, subnet_id: str) -> Row:
        self._existing("subnet", subnet_id)
        return self._gone(subnet_id, self._users("vm", "subnet_id", subnet_id))

    def create_security_group(self, vpc_id: str, name: str, tags: Mapping[str, str]) -> Row:
        self._existing("vpc", vpc_id)
        return self._new("security_group", "sg", name, tags, vpc_id=vpc_id, rules=[])

    def authorize_rules(self, group_id: str, rules: list[Row]) -> Row:
        """All of them or none."""
        group = self._existing("security_group", group_id)
        for rule in rules:
            network_of(rule["cidr"])
            if rule in group["rules"]:
                raise WireError("RuleDuplicate", f"The rule {rule} exists in '{group_id}'.")
            if not -1 <= rule["from_port"] <= rule["to_port"] <= 65535:
                raise WireError("InvalidPortRange", f"{rule['from_port']} to {rule['to_port']} is no range of ports.")
        return self._changed(group, rules=group["rules"] + rules)

    def revoke_rules(self, group_id: str, rules: list[Row]) -> Row:
        """All of them or none."""
        group = self._existing("security_group", group_id)
        for rule in rules:
            if rule not in group["rules"]:
                raise WireError("RuleNotFound", f"The rule {rule} does not exist in '{group_id}'.")
        return self._changed(group, rules=[rule for rule in group["rules"] if rule not in rules])

    def delete_security_group(self, group_id: str) -> Row:
        self._existing("security_group", group_id)
        return self._gone(group_id, self._users("vm", "security_group_ids", group_id))
