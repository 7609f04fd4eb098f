"""Security group rules, and what neutron says of those that mean nothing (neutron/db/securitygroups_db.py)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ...centre import Thing
from ..account import PROJECT_ID
from ..errors import NetworkError
from . import kinds
from .collection import Collection, thing_id, touch

if TYPE_CHECKING:
    from ..facade import OpenStack

DEFAULTS: dict[str, Any] = {
    "protocol": None,
    "port_range_min": None,
    "port_range_max": None,
    "remote_ip_prefix": None,
    "remote_group_id": None,
}
_ETHERTYPES = {"ipv4": "IPv4", "ipv6": "IPv6"}
_PROTOCOLS = {
    "ah": 51,
    "dccp": 33,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "hopopt": 0,
    "icmp": 1,
    "igmp": 2,
    "ip": 0,
    "ipip": 4,
    "ipv6-encap": 41,
    "ipv6-frag": 44,
    "ipv6-icmp": 58,
    "icmpv6": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ipv6-route": 43,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "sctp": 132,
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "vrrp": 112,
}
_WITH_PORTS = ("dccp", "sctp", "tcp", "udp", "udplite")
_ICMP = ("icmp", "ipv6-icmp", "icmpv6")
_ICMPV6 = "ipv6-icmp"
_ANY = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}
_SAME = ("direction", "ethertype", "port_range_min", "port_range_max", "remote_group_id")
MOST_PORTS, MOST_ICMP = 65535, 255


class Rules(Collection):
    kind = kinds.RULE
    first_revision = 0

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        group = _group(cloud, asked["security_group_id"])
        body = _checked(asked)
        if body["remote_group_id"] is not None:
            _group(cloud, body["remote_group_id"])
        for one in cloud.centre.of_kind(self.kind.path):
            if one.goes_with == group.key and _same(one.body, body):
                text = f"Security group rule already exists. Rule id is {thing_id(one)}."
                raise NetworkError(409, "SecurityGroupRuleExists", text)
        return self.add_to(cloud, group, body)

    def after_making(self, cloud: OpenStack, made: list[Thing]) -> None:
        """They are of one group, which is one revision further."""
        touch(cloud, cloud.centre.get(str(made[0].goes_with)))

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        touch(cloud, cloud.centre.get(str(thing.goes_with)))
        super().leave(cloud, thing)

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        shown = ("ethertype", "direction", *DEFAULTS)
        prefix = thing.body["remote_ip_prefix"]
        return {
            "security_group_id": str(thing.goes_with).partition("/")[2],
            **{name: thing.body[name] for name in shown},
            "remote_address_group_id": None,
            "normalized_cidr": str(ipaddress.ip_network(prefix, strict=False)) if prefix else None,
        }

    def add_to(self, cloud: OpenStack, group: Thing, body: dict[str, Any]) -> Thing:
        return self.add(cloud, {**body, "standard_attr_id": cloud.centre.number()}, goes_with=group.key)

    def check_together(self, asked: list[dict[str, Any]]) -> None:
        if len({one["security_group_id"] for one in asked}) > 1:
            text = "Only allowed to update rules for one security profile at a time"
            raise NetworkError(400, "SecurityGroupNotSingleGroupRules", text)
        bodies = [_checked(one) for one in asked]
        if any(_same(one, other) for number, one in enumerate(bodies) for other in bodies[:number]):
            raise NetworkError(409, "DuplicateSecurityGroupRuleInPost", "Duplicate Security Group Rule in POST.")


def shown_within(cloud: OpenStack, rule: Thing) -> dict[str, Any]:
    """As its group shows it: with two members more."""
    return {**RULES.shown(cloud, rule), "standard_attr_id": rule.body["standard_attr_id"], "tags": []}


def _group(cloud: OpenStack, group_id: str) -> Thing:
    found = cloud.centre.find(f"security-groups/{group_id}")
    if found is None or found.body["project_id"] != PROJECT_ID:
        raise kinds.GROUP.not_found(group_id)
    return found


def _checked(asked: dict[str, Any]) -> dict[str, Any]:
    """As it is kept. Raises NetworkError."""
    ethertype = _ETHERTYPES.get(str(asked["ethertype"]).lower())
    if ethertype is None:
        text = f"Security group rule for ethertype '{asked['ethertype']}' not supported. Allowed values are "
        raise NetworkError(400, "SecurityGroupRuleInvalidEtherType", f"{text}['IPv4', 'IPv6'].")
    protocol = _protocol(asked["protocol"])
    if protocol == "icmp" and ethertype == "IPv6":
        protocol = _ICMPV6
    if _number(protocol) == _PROTOCOLS[_ICMPV6] and ethertype == "IPv4":
        text = f"Invalid ethertype {ethertype} for protocol {protocol}."
        raise NetworkError(400, "SecurityGroupEthertypeConflictWithProtocol", text)
    ports = _ports(asked, protocol)
    _check_remote(asked)
    return {
        "security_group_id": asked["security_group_id"],
        "description": asked["description"],
        "direction": asked["direction"],
        "ethertype": ethertype,
        "protocol": protocol,
        "port_range_min": ports[0],
        "port_range_max": ports[1],
        "remote_ip_prefix": _prefix(asked["remote_ip_prefix"], ethertype),
        "remote_group_id": asked["remote_group_id"],
    }


def _protocol(given: Any) -> str | None:
    """In lower case; numbers stay numbers."""
    if given is None:
        return None
    word = str(given).lower()
    if word in _PROTOCOLS or (word.isdigit() and int(word) <= MOST_ICMP):
        return word
    names = ", ".join(f"'{one}'" for one in _PROTOCOLS)
    text = (
        f"Security group rule protocol {given} not supported. Only protocol values [None, {names}] and integer "
        "representations [0 to 255] are supported."
    )
    raise NetworkError(400, "SecurityGroupRuleInvalidProtocol", text)


def _number(protocol: str | None) -> int | None:
    if protocol is None:
        return None
    return _PROTOCOLS[protocol] if protocol in _PROTOCOLS else int(protocol)


def _ports(asked: dict[str, Any], protocol: str | None) -> tuple[int | None, int | None]:
    first, last = (_port(asked[name]) for name in ("port_range_min", "port_range_max"))
    if first is None and last is None:
        return None, None
    if protocol is None:
        text = "Must also specify protocol if port range is given."
        raise NetworkError(400, "SecurityGroupProtocolRequiredWithPorts", text)
    number = _number(protocol)
    if number in [_PROTOCOLS[one] for one in _ICMP]:
        return _icmp(first, last)
    if number not in [_PROTOCOLS[one] for one in _WITH_PORTS]:
        names = ", ".join(one.upper() for one in _WITH_PORTS)
        text = f"Ports cannot be specified for protocol {protocol}. Ports are only supported for {names}."
        raise NetworkError(400, "SecurityGroupInvalidProtocolForPort", text)
    if first == 0 or last == 0:
        raise _invalid_port(0)
    if first is None or last is None or first > last:
        text = "For TCP/UDP protocols, port_range_min must be <= port_range_max"
        raise NetworkError(400, "SecurityGroupInvalidPortRange", text)
    # Neutron keeps the whole range as none.
    return (None, None) if (first, last) == (1, MOST_PORTS) else (first, last)


def _icmp(kind: int | None, code: int | None) -> tuple[int | None, int | None]:
    for value, field, what in ((kind, "port_range_min", "type"), (code, "port_range_max", "code")):
        if value is not None and value > MOST_ICMP:
            text = f"Invalid value for ICMP {what} ({field}) {value}. It must be 0 to 255."
            raise NetworkError(400, "SecurityGroupInvalidIcmpValue", text)
    if kind is None:
        text = f"ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is missing."
        raise NetworkError(400, "SecurityGroupMissingIcmpType", text)
    return kind, code


def _port(given: Any) -> int | None:
    if given is None:
        return None
    try:
        port = int(given)
    except (ValueError, TypeError):
        raise _invalid_port(given) from None
    if not 0 <= port <= MOST_PORTS:
        raise _invalid_port(port)
    return port


def _invalid_port(given: Any) -> NetworkError:
    return NetworkError(400, "SecurityGroupInvalidPortValue", f"Invalid value for port {given}")


def _check_remote(asked: dict[str, Any]) -> None:
    if asked["remote_ip_prefix"] and asked["remote_group_id"]:
        text = "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided."
        raise NetworkError(400, "SecurityGroupMultipleRemoteEntites", text)


def _prefix(given: Any, ethertype: str) -> str | None:
    """With the bits of a host, if it came with them."""
    if not given:
        return None
    try:
        found = ipaddress.ip_network(given, strict=False)
    except (ValueError, TypeError):
        raise NetworkError(400, "InvalidCIDR", f"Invalid CIDR {given} given as IP prefix.") from None
    text = str(given) if "/" in str(given) else str(found)
    if f"IPv{found.version}" != ethertype:
        why = f"Conflicting value ethertype {ethertype} for CIDR {given}"
        raise NetworkError(400, "SecurityGroupRuleParameterConflict", why)
    return text


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether they let the same in: from everywhere is as from nowhere in particular."""
    return (
        all(one[name] == other[name] for name in _SAME)
        and _number(one["protocol"]) == _number(other["protocol"])
        and _anywhere(one) == _anywhere(other)
    )


def _anywhere(rule: dict[str, Any]) -> str | None:
    prefix: str | None = rule["remote_ip_prefix"]
    return None if prefix == _ANY[rule["ethertype"]] else prefix


RULES = Rules()
