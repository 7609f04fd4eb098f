"""Security groups of VPCs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, State, Thing
from . import ids, lists, names, quotas, tags, tokens, vpcs
from .errors import AlibabaError, missing
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "security_groups"
MOST, BY_TOKEN = 100, range(1, 101)
# Of an enterprise one that many more.
_MOST_INSTANCES = {"normal": 2000, "enterprise": 65536}


def create(cloud: Alibaba, given: Given) -> dict[str, Any]:
    if (answer := tokens.again(cloud, "CreateSecurityGroup", given)) is not None:
        return answer
    _check_texts(given)
    kind = given.text("SecurityGroupType") or "normal"
    if kind not in _MOST_INSTANCES:
        raise AlibabaError(400, "InvalidParams.GroupType", "The specified security group type is not valid.")
    if not given.text("VpcId"):
        # Accounts of today have no classic network.
        raise AlibabaError(403, "InvalidVpcId.NotFound", "The VpcId must not empty when only support vpc vm.")
    vpc = vpcs.named(cloud, given)
    if vpc.state in (State.MAKING, State.LEAVING):
        vpcs.refuse_pending(vpc)
    quotas.refuse_more(cloud, KIND, given.region)
    group: Thing = cloud.centre.new(
        KIND,
        ids.new_id("sg"),
        {
            "RegionId": given.region,
            "VpcId": vpc.key,
            "SecurityGroupName": given.text("SecurityGroupName"),
            "Description": given.text("Description"),
            "SecurityGroupType": kind,
            "InnerAccessPolicy": "Accept" if kind == "normal" else "Drop",
            "rules": [],
            "tags": tags.read(given),
        },
        uses={vpc.key},
    )
    cloud.centre.add(group)
    cloud.centre.begin("CreateSecurityGroup", group, Effect.MAKE, 0.0)
    return tokens.remember(cloud, "CreateSecurityGroup", given, group, {"SecurityGroupId": group.key})


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    wanted = given.json_texts("SecurityGroupIds")
    if wanted is not None and len(wanted) > MOST:
        raise AlibabaError(
            400, "InvalidSecurityGroupId.Malformed", "The specified parameter SecurityGroupId is not valid."
        )
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if (wanted is None or one.key in wanted)
        and given.text("SecurityGroupId") in ("", one.key)
        and all(
            given.text(name) in ("", one.body[name]) for name in ("VpcId", "SecurityGroupName", "SecurityGroupType")
        )
        and given.text("NetworkType") in ("", "vpc")
        and tags.fits(one, given)
    ]
    shown, page = lists.either(cloud, given, found, MOST, BY_TOKEN)
    counted = given.flag("IsQueryEcsCount", True)
    listed = [_in_list(cloud, one, counted) for one in shown]
    return {"SecurityGroups": {"SecurityGroup": listed}, "RegionId": given.region, **page}


def modify(cloud: Alibaba, given: Given) -> dict[str, Any]:
    group = named(cloud, given)
    _check_texts(given)
    for name in ("SecurityGroupName", "Description"):
        if given.text(name):
            group.body[name] = given.text(name)
    return {}


def modify_policy(cloud: Alibaba, given: Given) -> dict[str, Any]:
    group = named(cloud, given)
    policy = given.text("InnerAccessPolicy").capitalize()
    if policy not in ("Accept", "Drop"):
        text = 'The specified parameter "InnerAccessPolicy" is not valid.'
        raise AlibabaError(400, "InvalidPolicy.Malformed", text)
    group.body["InnerAccessPolicy"] = policy
    return {}


def delete(cloud: Alibaba, given: Given) -> dict[str, Any]:
    group = named(cloud, given)
    if any(one.kind == "instances" for one in cloud.centre.users(group.key)):
        text = "There is still instance(s) in the specified security group."
        raise AlibabaError(403, "DependencyViolation", text)
    if referring(cloud, group):
        text = "The specified security group has been authorized in another one."
        raise AlibabaError(403, "DependencyViolation", text)
    cloud.centre.remove(group.key)
    return {}


def references(cloud: Alibaba, given: Given) -> dict[str, Any]:
    """Which groups have rules that name these."""
    groups = [find(cloud, group_id, given.region) for group_id in given.texts("SecurityGroupId")]
    found = [
        {
            "SecurityGroupId": group.key,
            "ReferencingSecurityGroups": {
                "ReferencingSecurityGroup": [{"SecurityGroupId": one.key, "AliUid": ""} for one in others]
            },
        }
        for group in groups
        if (others := referring(cloud, group))
    ]
    return {"SecurityGroupReferences": {"SecurityGroupReference": found}}


def named(cloud: Alibaba, given: Given) -> Thing:
    return find(cloud, given.text("SecurityGroupId"), given.region)


def find(cloud: Alibaba, group_id: str, region: str) -> Thing:
    """Raises AlibabaError."""
    if not group_id:
        raise missing("SecurityGroupId")
    found = ids.find(cloud, KIND, group_id, region)
    if found is None:
        raise AlibabaError(404, "InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist.")
    return found


def referring(cloud: Alibaba, group: Thing) -> list[Thing]:
    """Other groups with rules that name it."""
    return [
        one
        for one in ids.in_region(cloud, KIND, group.body["RegionId"])
        if one is not group and any(rule["GroupId"] == group.key for rule in one.body["rules"])
    ]


def _check_texts(given: Given) -> None:
    """Raises AlibabaError."""
    name = given.text("SecurityGroupName")
    if name and not names.is_strict_name(name):
        text = "The specified parameter SecurityGroupName is not valid."
        raise AlibabaError(400, "InvalidSecurityGroupName.Malformed", text)
    if not names.is_description(given.text("Description")):
        text = "Specified security group description is not valid."
        raise AlibabaError(400, "InvalidSecurityGroupDiscription.Malformed", text)


def _in_list(cloud: Alibaba, group: Thing, counted: bool) -> dict[str, Any]:
    body = group.body
    members = sum(one.kind == "instances" for one in cloud.centre.users(group.key))
    made: dict[str, Any] = {
        "SecurityGroupId": group.key,
        "SecurityGroupName": body["SecurityGroupName"],
        "SecurityGroupType": body["SecurityGroupType"],
        "Description": body["Description"],
        "VpcId": body["VpcId"],
        "CreationTime": ids.to_second(group.made),
        "ResourceGroupId": "",
        "RuleCount": len(body["rules"]),
        "GroupToGroupRuleCount": sum(bool(rule["GroupId"]) for rule in body["rules"]),
        "ServiceManaged": False,
        "Tags": tags.of_ecs(group),
    }
    if counted:
        made["EcsCount"] = members
        made["AvailableInstanceAmount"] = _MOST_INSTANCES[body["SecurityGroupType"]] - members
    return made
