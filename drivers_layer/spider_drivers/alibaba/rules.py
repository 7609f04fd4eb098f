"""Security rules: the contract's `Rule` and the permissions of a security group.

A basic group lets everything out that no permission drops, and does not list that. A group that is to let out what its
rules say and nothing more therefore has two permissions of Spider's own, behind all others, that drop the rest.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..contract import EVERYTHING_OUT, Direction, Protocol, Rule
from .calls import Thing

FIRST_PRIORITY, LAST_PRIORITY = 1, 100

_PROTOCOLS = {Protocol.TCP: "TCP", Protocol.UDP: "UDP", Protocol.ICMP: "ICMP", Protocol.ALL: "ALL"}
_KNOWN = {there: here for here, there in _PROTOCOLS.items()} | {"ICMPV6": Protocol.ICMP}
_SIDES = {Direction.INBOUND: ("ingress", "Source"), Direction.OUTBOUND: ("egress", "Dest")}
_DIRECTIONS = {word: direction for direction, (word, _) in _SIDES.items()}
_NO_PORTS = "-1/-1"
_EVERY_PORT = (0, 65535), (1, 65535)  # the contract's, and ECS's, which knows no port 0
_ANYWHERE = ("0.0.0.0/0", "::/0")

# What else than a range of addresses a permission may be about.
_OTHERS = ("GroupId", "PrefixListId")


def normal(rule: Rule) -> Rule:
    """As `Rule.normal`; to ECS every port is 1 to 65535. Raises Invalid."""
    rule = rule.normal()
    if (rule.from_port, rule.to_port) == _EVERY_PORT[1]:
        return Rule(rule.direction, rule.protocol, *_EVERY_PORT[0], rule.cidr)
    return rule


def permission(rule: Rule, policy: str = "Accept", priority: int = FIRST_PRIORITY) -> Thing:
    """An element of Permissions. `rule` is normal."""
    ipv6 = ":" in rule.cidr
    protocol = "ICMPv6" if ipv6 and rule.protocol is Protocol.ICMP else _PROTOCOLS[rule.protocol]
    return {
        "IpProtocol": protocol,
        "PortRange": _port_range(rule),
        _address(rule.direction, ipv6): rule.cidr,
        "Policy": policy,
        "Priority": priority,
        "NicType": "intranet",
    }


def nothing_else_out() -> list[Thing]:
    """The permissions that drop what no rule lets out."""
    everything = [Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1, cidr) for cidr in _ANYWHERE]
    return [permission(rule, "Drop", LAST_PRIORITY) for rule in everything]


def revoked(found: Iterable[Thing], wanted: Iterable[Rule], direction: Direction) -> list[Thing]:
    """Elements of Permissions that match those found which say one of the rules wanted."""
    members = ("IpProtocol", "PortRange", "Policy", "Priority", "NicType", *_addresses(direction))
    told = [one for one in found if _told(one) in {*wanted}]
    return [{member: one[member] for member in members if one.get(member)} for one in told]


def shown(found: Iterable[Thing], group_type: str) -> tuple[Rule, ...]:
    """The rules of the contract's kind: what lets addresses in or out. All else is in `others`."""
    found = list(found)
    told = [rule for rule in map(_told, found) if rule]
    if group_type == "normal" and not any(map(_drops_the_rest, found)):
        told.append(EVERYTHING_OUT)
    return tuple(dict.fromkeys(told))


def others(found: Iterable[Thing]) -> list[Thing]:
    """What `shown` cannot express, as ECS tells it, without Spider's own."""
    return [one for one in found if not _told(one) and not _is_own(one)]


def _told(one: Thing) -> Rule | None:
    """None for a permission that the contract has no words for."""
    direction = _DIRECTIONS[one["Direction"]]
    side = _SIDES[direction][1]
    protocol = _KNOWN.get(str(one.get("IpProtocol", "")).upper())
    cidr = one.get(_address(direction, False)) or one.get(_address(direction, True))
    by_others = any(one.get(f"{side}{member}") for member in _OTHERS) or one.get("PortRangeListId")
    if protocol is None or one.get("Policy", "").lower() != "accept" or by_others or not cidr:
        return None
    if one.get("SourcePortRange", "") not in ("", _NO_PORTS, "1/65535") or _narrowed(one, direction):
        return None
    return Rule(direction, protocol, *_ports(protocol, one.get("PortRange", _NO_PORTS)), cidr).normal()


def _drops_the_rest(one: Thing, cidrs: tuple[str, ...] = _ANYWHERE[:1]) -> bool:
    everything = str(one.get("IpProtocol", "")).upper() == "ALL"
    anywhere = (one.get("DestCidrIp") or one.get("Ipv6DestCidrIp")) in cidrs
    return one["Direction"] == "egress" and one.get("Policy", "").lower() == "drop" and everything and anywhere


def _is_own(one: Thing) -> bool:
    return _drops_the_rest(one, _ANYWHERE) and int(one.get("Priority", 0)) == LAST_PRIORITY


def _narrowed(one: Thing, direction: Direction) -> bool:
    """Whether it is about some of the group's own addresses only."""
    near = "Dest" if direction is Direction.INBOUND else "Source"
    own = one.get(f"{near}CidrIp") or one.get(f"Ipv6{near}CidrIp") or ""
    return own not in ("", *_ANYWHERE)


def _port_range(rule: Rule) -> str:
    if (rule.from_port, rule.to_port) == _EVERY_PORT[0]:
        return "1/65535"
    return f"{rule.from_port}/{rule.to_port}"


def _ports(protocol: Protocol, text: str) -> tuple[int, int]:
    if protocol in (Protocol.ALL, Protocol.ICMP) or text == _NO_PORTS:
        return (-1, -1)
    first, _, last = text.partition("/")
    ports = int(first), int(last or first)
    return _EVERY_PORT[0] if ports == _EVERY_PORT[1] else ports


def _address(direction: Direction, ipv6: bool) -> str:
    return f"{'Ipv6' if ipv6 else ''}{_SIDES[direction][1]}CidrIp"


def _addresses(direction: Direction) -> tuple[str, str]:
    return _address(direction, False), _address(direction, True)
