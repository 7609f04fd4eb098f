"""Security groups and their rules, key pairs, tags."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import PUBLIC_KEY, Bench, Refused, tags

SSH = {"IpProtocol": "tcp", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}


def _rules(alibaba: Bench, group: str, **more: Any) -> list[dict[str, Any]]:
    shown = alibaba.call("DescribeSecurityGroupAttribute", SecurityGroupId=group, **more)
    return list(shown["Permissions"]["Permission"])


def test_a_new_group_has_no_rules_and_lets_its_members_reach_each_other(alibaba: Bench) -> None:
    group = alibaba.group(alibaba.vpc(), SecurityGroupName="web", Tag=tags(a="b"))
    shown = alibaba.call("DescribeSecurityGroupAttribute", SecurityGroupId=group)
    assert (shown["InnerAccessPolicy"], shown["Permissions"]) == ("Accept", {"Permission": []})
    listed = alibaba.call("DescribeSecurityGroups", SecurityGroupId=group)["SecurityGroups"]["SecurityGroup"][0]
    assert (listed["SecurityGroupName"], listed["EcsCount"]) == ("web", 0)
    assert listed["Tags"] == {"Tag": [{"TagKey": "a", "TagValue": "b"}]}
    alibaba.call("ModifySecurityGroupPolicy", SecurityGroupId=group, InnerAccessPolicy="Drop")
    assert alibaba.call("DescribeSecurityGroupAttribute", SecurityGroupId=group)["InnerAccessPolicy"] == "Drop"


@pytest.mark.parametrize("as_list", [True, False])
def test_a_rule_is_given_in_a_list_or_by_itself(alibaba: Bench, as_list: bool) -> None:
    group = alibaba.group(alibaba.vpc())
    alibaba.call("AuthorizeSecurityGroup", SecurityGroupId=group, **({"Permissions": [SSH]} if as_list else SSH))
    (rule,) = _rules(alibaba, group)
    assert rule["Direction"] == "ingress"
    assert (rule["IpProtocol"], rule["PortRange"], rule["SourceCidrIp"]) == ("TCP", "22/22", "0.0.0.0/0")
    assert (rule["Policy"], rule["Priority"]) == ("Accept", "1")


def test_a_rule_that_is_there_already_is_not_made_again(alibaba: Bench) -> None:
    group = alibaba.group(alibaba.vpc())
    for _ in range(2):
        alibaba.call("AuthorizeSecurityGroup", SecurityGroupId=group, Permissions=[SSH, SSH])
    assert len(_rules(alibaba, group)) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": "0.0.0.0/0"}, ("ALL", "-1/-1", "0.0.0.0/0", "")),
        ({"IpProtocol": "icmp", "PortRange": "-1/-1", "DestCidrIp": "10.1.2.3/8"}, ("ICMP", "-1/-1", "10.0.0.0/8", "")),
        ({"IpProtocol": "icmpv6", "PortRange": "-1/-1", "Ipv6DestCidrIp": "::/0"}, ("ICMPv6", "-1/-1", "", "::/0")),
        ({"IpProtocol": "udp", "PortRange": "1/65535", "DestCidrIp": "1.2.3.4"}, ("UDP", "1/65535", "1.2.3.4", "")),
    ],
)
def test_rules_for_what_goes_out(alibaba: Bench, given: dict[str, str], expected: tuple[str, ...]) -> None:
    group = alibaba.group(alibaba.vpc())
    alibaba.call("AuthorizeSecurityGroupEgress", SecurityGroupId=group, Permissions=[{**given, "Policy": "drop"}])
    (rule,) = _rules(alibaba, group, Direction="egress")
    shown = (rule["IpProtocol"], rule["PortRange"], rule["DestCidrIp"], rule["Ipv6DestCidrIp"])
    assert (shown, rule["Policy"]) == (expected, "Drop")
    assert _rules(alibaba, group, Direction="ingress") == []


def test_rules_leave_by_their_ids_or_by_what_they_say(alibaba: Bench) -> None:
    group = alibaba.group(alibaba.vpc())
    web = {**SSH, "PortRange": "80/80"}
    alibaba.call("AuthorizeSecurityGroup", SecurityGroupId=group, Permissions=[SSH, web])
    alibaba.call("RevokeSecurityGroup", SecurityGroupId=group, Permissions=[SSH])
    (rule,) = _rules(alibaba, group)
    assert rule["PortRange"] == "80/80"
    alibaba.call("RevokeSecurityGroup", SecurityGroupId=group, SecurityGroupRuleId=[rule["SecurityGroupRuleId"]])
    assert _rules(alibaba, group) == []


def test_a_group_that_another_ones_rules_name_stays(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    one, other = alibaba.group(vpc), alibaba.group(vpc, SecurityGroupName="other")
    alibaba.call(
        "AuthorizeSecurityGroup", SecurityGroupId=other, IpProtocol="ALL", PortRange="-1/-1", SourceGroupId=one
    )
    (found,) = alibaba.call("DescribeSecurityGroupReferences", SecurityGroupId=[one])["SecurityGroupReferences"][
        "SecurityGroupReference"
    ]
    assert found["ReferencingSecurityGroups"]["ReferencingSecurityGroup"][0]["SecurityGroupId"] == other
    with pytest.raises(Refused, match="authorized in another one"):
        alibaba.call("DeleteSecurityGroup", SecurityGroupId=one)
    alibaba.call("DeleteSecurityGroup", SecurityGroupId=other)
    alibaba.call("DeleteSecurityGroup", SecurityGroupId=one)


def test_a_group_is_renamed(alibaba: Bench) -> None:
    group = alibaba.group(alibaba.vpc(), SecurityGroupName="web")
    alibaba.call("ModifySecurityGroupAttribute", SecurityGroupId=group, SecurityGroupName="new")
    found = alibaba.call("DescribeSecurityGroups", SecurityGroupName="new")
    assert found["SecurityGroups"]["SecurityGroup"][0]["SecurityGroupId"] == group


def test_a_key_pair_is_imported_shown_and_deleted(alibaba: Bench) -> None:
    alibaba.key_pair("key-1", Tag=tags(a="b"))
    (shown,) = alibaba.call("DescribeKeyPairs", KeyPairName="key-1", IncludePublicKey=True)["KeyPairs"]["KeyPair"]
    assert (shown["KeyPairName"], shown["PublicKey"]) == ("key-1", PUBLIC_KEY)
    for pattern, there in (("key*", 1), ("*-1", 1), ("*y-*", 1), ("key", 0), ("other*", 0)):
        assert alibaba.call("DescribeKeyPairs", KeyPairName=pattern)["TotalCount"] == there
    alibaba.call("DeleteKeyPairs", KeyPairNames='["key-1", "none"]')
    assert alibaba.call("DescribeKeyPairs")["TotalCount"] == 0


def test_a_key_pair_that_alibaba_makes_has_its_private_half_once(alibaba: Bench) -> None:
    made = alibaba.call("CreateKeyPair", KeyPairName="key-1")
    assert made["PrivateKeyBody"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    (shown,) = alibaba.call("DescribeKeyPairs", KeyPairFingerPrint=made["KeyPairFingerPrint"])["KeyPairs"]["KeyPair"]
    assert "PrivateKeyBody" not in shown
    assert len(shown["KeyPairFingerPrint"]) == 47


@pytest.mark.parametrize(
    ("product", "kind", "resource"),
    [
        ("ecs", "securitygroup", lambda alibaba: alibaba.group(alibaba.vpc())),
        ("ecs", "keypair", lambda alibaba: alibaba.key_pair()),
        ("ecs", "instance", lambda alibaba: alibaba.instance()),
        ("vpc", "VPC", lambda alibaba: alibaba.vpc()),
        ("vpc", "VSWITCH", lambda alibaba: alibaba.vswitch(alibaba.vpc())),
    ],
)
def test_tags_come_and_go(alibaba: Bench, product: str, kind: str, resource: Any) -> None:
    made = resource(alibaba)
    untag = "UntagResources" if product == "ecs" else "UnTagResources"
    common: dict[str, Any] = {"product": product, "ResourceType": kind, "ResourceId": [made]}
    alibaba.call("TagResources", **common, Tag=tags(a="1", b="2"))
    alibaba.call("TagResources", **common, Tag=tags(b="3"))
    assert _tags(alibaba, **common) == {"a": "1", "b": "3"}
    alibaba.call(untag, **common, TagKey=["a"])
    assert _tags(alibaba, **common) == {"b": "3"}
    by_tag: dict[str, Any] = {"product": product, "ResourceType": kind, "Tag": tags(b="3")}
    assert _tags(alibaba, **by_tag) == {"b": "3"}
    alibaba.call(untag, **common, All=True)
    assert _tags(alibaba, **common) == {}


def _tags(alibaba: Bench, **more: Any) -> dict[str, str]:
    found = alibaba.call("ListTagResources", **more)["TagResources"]["TagResource"]
    return {one["TagKey"]: one["TagValue"] for one in found}
