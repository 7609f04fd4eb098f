"""Rules of security groups: for what comes in, and for what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from . import ids, lists, rule_request, security_groups, tokens
from .errors import AlibabaError, invalid
from .parameters import Given
from .rule_request import EGRESS, FAR, INGRESS

if TYPE_CHECKING:
    from .facade import Alibaba

MOST = 200
BY_TOKEN, DEFAULT_SIZE = range(10, 1001), 500
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
    made = [rule_request.read(cloud, group, direction, one) for one in rule_request.given_rules(given)]
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
        for one in rule_request.given_rules(given):
            found = _like(group, rule_request.read(cloud, group, direction, one))
            if not found:
                text = "The specified rule does not exist."
                raise AlibabaError(400, "InvalidSecurityGroupRule.RuleNotExist", text)
            leaving += [rule["RuleId"] for rule in found]
    group.body["rules"] = [rule for rule in group.body["rules"] if rule["RuleId"] not in leaving]
    return {}


def _like(group: Thing, rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in group.body["rules"] if all(one[name] == rule[name] for name in _SAME)]


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
    for direction, side in FAR.items():
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
