"""Rules of security groups: ports, duplicates, and that a call changes all that it names or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from ..call import Call, rule
from ..errors import Refusal

ACTIONS = (
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
)
_WITH_PORTS = ("tcp", "udp", "6", "17")
_TARGETS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
LARGEST_PORT = 65535

Permission = Mapping[str, Any]


@rule(*ACTIONS)
def group_is_named(call: Call) -> None:
    name = call.given.get("GroupId") or call.given.get("GroupName")
    if not name:
        raise Refusal("MissingParameter", "The request must contain the parameter GroupName or GroupId")
    if call.cloud.get_security_group_by_name_or_id(name) is None:
        raise Refusal("InvalidGroup.NotFound", f"The security group '{name}' does not exist")


@rule(*ACTIONS)
def something_is_named(call: Call) -> None:
    given = call.given
    if not given.get("SecurityGroupRuleIds") and not any(_permissions(given)):
        raise Refusal("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")


@rule("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress")
def ports_are_allowed(call: Call) -> None:
    """API reference, IpPermission, FromPort and ToPort."""
    for permission in _permissions(call.given):
        protocol, first, last = (permission.get(member) for member in ("IpProtocol", "FromPort", "ToPort"))
        if not protocol:
            raise Refusal("MissingParameter", "The request must contain the parameter ipProtocol")
        if str(protocol).lower() not in _WITH_PORTS:
            continue
        if first is None or last is None:
            raise _ports("Must specify both from and to ports with TCP/UDP.")
        if not 0 <= int(first) <= LARGEST_PORT or not 0 <= int(last) <= LARGEST_PORT:
            raise _ports(f"{first}-{last}")
        if int(first) > int(last):
            raise Refusal("InvalidParameterValue", f"Invalid {str(protocol).upper()} port range ({first}-{last})")


@rule("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress")
def no_permission_is_given_twice(call: Call) -> None:
    seen: set[tuple[Any, ...]] = set()
    for permission in _permissions(call.given):
        for one in _single(permission):
            if one in seen:
                raise Refusal("InvalidParameterValue", "The same permission must not appear multiple times")
            seen.add(one)


def change(call: Call, act: Callable[[], Any]) -> Any:
    """moto goes from permission to permission, stops at the first that it refuses, and tells of the last only."""
    group = call.cloud.get_security_group_by_name_or_id(call.given.get("GroupId") or call.given["GroupName"])
    ingress, egress = list(group.ingress_rules), list(group.egress_rules)
    try:
        result = act()
        if call.action == "RevokeSecurityGroupEgress":
            _revoke_ipv6(call, group, egress)
    except Refusal:
        group.ingress_rules, group.egress_rules = ingress, egress
        raise
    if call.action.startswith("Revoke"):
        return result
    before = {one.id for one in ingress + egress}
    added = [one for one in [*group.ingress_rules, *group.egress_rules] if one.id not in before]
    return {"Return": True, "SecurityGroupRules": added}


def _revoke_ipv6(call: Call, group: Any, held: list[Any]) -> None:
    """moto leaves rules about IPv6 addresses where the VPC itself has none."""
    for permission in _permissions(call.given):
        first, last = permission.get("FromPort"), permission.get("ToPort")
        for addresses in permission.get("Ipv6Ranges", []):
            named = SecurityGroupRule(call.cloud, permission["IpProtocol"], group.id, first, last, addresses)
            if named not in held:
                raise Refusal("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
            group.egress_rules = [one for one in group.egress_rules if one != named]


def _permissions(given: Mapping[str, Any]) -> list[Permission]:
    """Those of IpPermissions, or the one that the parameters themselves are."""
    if "IpPermissions" in given:
        return list(given["IpPermissions"])
    alone = ("IpProtocol", "FromPort", "ToPort", "CidrIp", "SourceSecurityGroupName")
    own = {member: given[member] for member in alone if member in given}
    if "CidrIp" in own:
        own["IpRanges"] = [{"CidrIp": own["CidrIp"]}]
    return [own] if own else []


def _single(permission: Permission) -> Iterator[tuple[Any, ...]]:
    for member, target in _TARGETS.items():
        for one in permission.get(member, []):
            yield permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort"), one.get(target)


def _ports(why: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Invalid value '{why}' for portRange.")
