"""Rules of security groups: for what comes in, and for what goes out.

A rule is given with Permissions.N, up to 100 of them, or as one by the call's own parameters, which Alibaba calls
deprecated and goes on taking.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from . import ids, lists, names, security_groups, tokens
from .errors import AlibabaError, invalid
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

INGRESS, EGRESS = "ingress", "egress"
MOST_AT_ONCE = 100
MOST = 200
BY_TOKEN, DEFAULT_SIZE = range(10, 1001), 500
_MEMBERS = ("Policy", "Priority", "IpProtocol", "PortRange", "NicType", "Description")
# Of whom a rule speaks, by its direction: a parameter's name.
_FAR = {INGRESS: "Source", EGRESS: "Dest"}
_PROTOCOLS = {one.upper(): one for one in ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL")}
_WITH_PORTS = ("TCP", "UDP")
_PORTS = re.compile(r"(\d{1,5})/(\d{1,5})")
_LONGEST_DESCRIPTION = 512
_SAME = ("Direction", "IpProtocol", "PortRange", "CidrIp", "Ipv6CidrIp", "GroupId", "Policy", "Priority")


def authorize(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _authorize(cloud, given, INGRESS)


def authorize_egress(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _authorize(cloud, given, EGRESS)


def revoke(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _revoke(cloud, given, INGRESS)


def revoke_egress(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _revoke(cloud, given, EGRESS)


def describe(cloud: Alibaba, given: Given) -> dict[str, Any]:
    """A group with its rules, the newest first."""
    group = security_groups.named(cloud, given)
    wanted = given.text("Direction") or "all"
    if wanted not in ("all", INGRESS, EGRESS):
        raise invalid("Direction", "InvalidDirection.ValueNotSupported")
    if given.text("NicType") not in ("", "intranet", "internet"):
        raise invalid("NicType", "InvalidNicType.ValueNotSupported")
    found = {rule["RuleId"]: rule for rule in group.body["rules"] if wanted in ("all", rule["Direction"])}
    shown, page = lists.names_by_token(cloud, given, list(found), BY_TOKEN, DEFAULT_SIZE, BY_TOKEN.start)
    rules = sorted((found[rule_id] for rule_id in shown), key=lambda rule: -rule["number"])
    body = group.body
    return {
        "SecurityGroupId": group.key,
        "SecurityGroupName": body["SecurityGroupName"],
        "Description": body["Description"],
        "VpcId": body["VpcId"],
        "RegionId": body["RegionId"],
        "InnerAccessPolicy": body["InnerAccessPolicy"],
        "Permissions": {"Permission": [_shown(cloud, rule) for rule in rules]},
        **page,
    }


def _authorize(cloud: Alibaba, given: Given, direction: str) -> dict[str, Any]:
    """A rule that is there already is granted, and not made again."""
    operation = f"Authorize{direction}"
    if (answer := tokens.again(cloud, operation, given)) is not None:
        return answer
    group = security_groups.named(cloud, given)
    made = [_read(cloud, group, direction, one) for one in _given_rules(given)]
    new = [rule for rule in made if not _like(group, rule)]
    if len(group.body["rules"]) + len(new) > cloud.settings.quotas.get("security_group_rules", MOST):
        text = "The limit of authorization records in the security group reaches."
        raise AlibabaError(403, "AuthorizationLimitExceed", text)
    for rule in new:
        if not _like(group, rule):
            number = cloud.centre.number()
            stamp = {"RuleId": ids.new_id("sgr"), "number": number, "CreateTime": cloud.centre.clock.now()}
            group.body["rules"].append({**rule, **stamp})
    return tokens.remember(cloud, operation, given, group, {})


def _revoke(cloud: Alibaba, given: Given, direction: str) -> dict[str, Any]:
    group = security_groups.named(cloud, given)
    leaving = given.texts("SecurityGroupRuleId")
    if leaving:
        known = {rule["RuleId"] for rule in group.body["rules"] if rule["Direction"] == direction}
        if not set(leaving) <= known:
            text = "The specified SecurityGroupRuleId is not exists."
            raise AlibabaError(404, "InvalidSecurityGroupRuleId.NotFound", text)
    else:
        for one in _given_rules(given):
            found = _like(group, _read(cloud, group, direction, one))
            if not found:
                text = "The specified rule does not exist."
                raise AlibabaError(400, "InvalidSecurityGroupRule.RuleNotExist", text)
            leaving += [rule["RuleId"] for rule in found]
    group.body["rules"] = [rule for rule in group.body["rules"] if rule["RuleId"] not in leaving]
    return {}


def _given_rules(given: Given) -> list[dict[str, Any]]:
    if rules := given.objects("Permissions"):
        if len(rules) > MOST_AT_ONCE:
            raise AlibabaError(400, "InvalidParam.Permissions", f"The count of Permissions exceeds {MOST_AT_ONCE}.")
        return rules
    far = [name for side in _FAR.values() for name in _ends(side)]
    return [{name: given.text(name) for name in (*_MEMBERS, *far) if given.has(name)}]


def _ends(side: str) -> tuple[str, str, str]:
    return f"{side}CidrIp", f"Ipv6{side}CidrIp", f"{side}GroupId"


def _like(group: Thing, rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in group.body["rules"] if all(one[name] == rule[name] for name in _SAME)]


def _read(cloud: Alibaba, group: Thing, direction: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Raises AlibabaError."""
    protocol = _PROTOCOLS.get(str(given.get("IpProtocol", "")).upper(), "")
    if not protocol:
        text = "The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All."
        raise AlibabaError(400, "InvalidIpProtocol.ValueNotSupported", text)
    policy, priority = str(given.get("Policy") or "accept").lower(), str(given.get("Priority") or "1")
    if policy not in ("accept", "drop"):
        raise AlibabaError(400, "InvalidPolicy.Malformed", 'The specified parameter "Policy" is not valid.')
    if not re.fullmatch(r"[1-9]\d?|100", priority):
        raise AlibabaError(400, "InvalidPriority.ValueNotSupported", "The parameter Priority is invalid.")
    if given.get("NicType", "intranet") not in ("intranet", "internet"):
        raise AlibabaError(400, "InvalidNicType.ValueNotSupported", "The specified parameter NicType is not valid.")
    description = str(given.get("Description", ""))
    if len(description) > _LONGEST_DESCRIPTION or names.is_link(description):
        text = "The specified security group rule description is not valid."
        raise AlibabaError(400, "InvalidSecurityGroupDiscription.Malformed", text)
    return {
        "Direction": direction,
        "IpProtocol": protocol,
        "PortRange": _ports(protocol, str(given.get("PortRange", ""))),
        "Policy": policy.capitalize(),
        "Priority": priority,
        "Description": description,
        **_far_end(cloud, group, direction, protocol, given),
    }


def _ports(protocol: str, text: str) -> str:
    """Raises AlibabaError."""
    wrong = AlibabaError(400, "InvalidIpPortRange.Malformed", "The specified parameter PortRange is not valid.")
    if protocol not in _WITH_PORTS:
        if text not in ("", "-1/-1"):
            raise wrong
        return "-1/-1"
    found = _PORTS.fullmatch(text)
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= 65535:
        raise wrong
    return f"{int(found[1])}/{int(found[2])}"


def _far_end(cloud: Alibaba, group: Thing, direction: str, protocol: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Raises AlibabaError."""
    side = _FAR[direction]
    cidr, cidr6, group_id = (str(given.get(name, "")) for name in _ends(side))
    if cidr:
        if protocol == "ICMPv6":
            raise _conflict("Ipv6ProtocolConflictWithIpv4Address")
        return {"CidrIp": _cidr(f"{side}CidrIp", cidr, ipaddress.IPv4Network), "Ipv6CidrIp": "", "GroupId": ""}
    if cidr6:
        if protocol == "ICMP":
            raise _conflict("Ipv4ProtocolConflictWithIpv6Address")
        return {"CidrIp": "", "Ipv6CidrIp": _cidr(f"Ipv6{side}CidrIp", cidr6, ipaddress.IPv6Network), "GroupId": ""}
    if not group_id:
        needed = f"{side}CidrIp, Ipv6{side}CidrIp, {side}GroupId or {side}PrefixListId"
        text = f"One of the parameters {needed} must be specified."
        raise AlibabaError(400, f"MissingParameter.{side}", text)
    _check_group(cloud, group, side, group_id)
    return {"CidrIp": "", "Ipv6CidrIp": "", "GroupId": group_id}


def _check_group(cloud: Alibaba, group: Thing, side: str, group_id: str) -> None:
    """Raises AlibabaError."""
    found = ids.find(cloud, security_groups.KIND, group_id, group.body["RegionId"])
    if found is None:
        text = f"The {side}GroupId provided does not exist in our records."
        raise AlibabaError(404, f"Invalid{side}GroupId.NotFound", text)
    if found.body["VpcId"] != group.body["VpcId"]:
        far = "source" if side == "Source" else "destination"
        text = f"Specified security group and {far} group are not in the same VPC."
        raise AlibabaError(400, f"Invalid{side}GroupId.Mismatch", text)


def _conflict(what: str) -> AlibabaError:
    return AlibabaError(
        400, f"InvalidParam.{what}", "The specified protocol and the address are of two versions of IP."
    )


def _cidr(name: str, text: str, kind: type[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> str:
    """As Alibaba shows it: one address without its length, if it was given so. Raises AlibabaError."""
    try:
        network = kind(text, strict=False)
    except ValueError:
        raise AlibabaError(400, f"Invalid{name}.Malformed", f"The specified parameter {name} is not valid.") from None
    return str(network) if "/" in text else str(network.network_address)


def _shown(cloud: Alibaba, rule: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "SecurityGroupRuleId": rule["RuleId"],
        "Direction": rule["Direction"],
        "IpProtocol": rule["IpProtocol"],
        "PortRange": rule["PortRange"],
        "SourcePortRange": "",
        "Policy": rule["Policy"],
        "Priority": rule["Priority"],
        "NicType": "intranet",
        "Description": rule["Description"],
        "CreateTime": ids.to_second(rule["CreateTime"]),
    }
    for direction, side in _FAR.items():
        here = direction == rule["Direction"]
        named = cloud.centre.find(rule["GroupId"]) if here else None
        made |= {
            f"{side}CidrIp": rule["CidrIp"] if here else "",
            f"{side}GroupId": rule["GroupId"] if here else "",
            f"{side}GroupName": named.body["SecurityGroupName"] if named else "",
            f"{side}GroupOwnerAccount": "",
            f"{side}PrefixListId": "",
            f"{side}PrefixListName": "",
            f"Ipv6{side}CidrIp": rule["Ipv6CidrIp"] if here else "",
        }
    return made
