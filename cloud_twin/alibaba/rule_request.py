"""Rules as they are asked for: up to 100 with Permissions.N, or one by the call's own parameters, which Alibaba calls
deprecated and goes on taking."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from . import ids, names, security_groups
from .errors import AlibabaError, missing
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

INGRESS, EGRESS = "ingress", "egress"
MOST_AT_ONCE = 100
# Of whom a rule speaks, by its direction: a parameter's name.
FAR = {INGRESS: "Source", EGRESS: "Dest"}
_MEMBERS = ("Policy", "Priority", "IpProtocol", "PortRange", "NicType", "Description")
_PROTOCOLS = {one.upper(): one for one in ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL")}
_WITH_PORTS = ("TCP", "UDP")
_PORTS = re.compile(r"(\d{1,5})/(\d{1,5})")
_LONGEST_DESCRIPTION = 512


def given_rules(given: Given) -> list[dict[str, Any]]:
    """Raises AlibabaError, also for rules that are given in both ways."""
    far = [name for side in FAR.values() for name in _ends(side)]
    single = {name: given.text(name) for name in (*_MEMBERS, *far) if given.has(name)}
    if rules := given.objects("Permissions"):
        if len(rules) > MOST_AT_ONCE:
            raise AlibabaError(400, "InvalidParam.Permissions", f"The count of Permissions exceeds {MOST_AT_ONCE}.")
        if single:
            text = "Permissions and the parameters of a single rule exclude each other."
            raise AlibabaError(400, "InvalidParameter.Conflict", text)
        return rules
    return [single]


def _ends(side: str) -> tuple[str, str, str]:
    return f"{side}CidrIp", f"Ipv6{side}CidrIp", f"{side}GroupId"


def read(cloud: Alibaba, group: Thing, direction: str, given: Mapping[str, Any]) -> dict[str, Any]:
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
    if not text:
        raise missing("PortRange")
    wrong = AlibabaError(400, "InvalidIpPortRange.Malformed", "The specified parameter PortRange is not valid.")
    if protocol not in _WITH_PORTS:
        if text != "-1/-1":
            raise wrong
        return "-1/-1"
    found = _PORTS.fullmatch(text)
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= 65535:
        raise wrong
    return f"{int(found[1])}/{int(found[2])}"


def _far_end(cloud: Alibaba, group: Thing, direction: str, protocol: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Raises AlibabaError."""
    side = FAR[direction]
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
