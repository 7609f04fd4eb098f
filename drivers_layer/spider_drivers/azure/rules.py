"""Security rules: the contract's `Rule` and those of a network security group.

Azure's own default rules let everything within a virtual network in and out, and everything to the Internet out. Every
group of Spider's has two rules of its own behind all others that take this away, so that a group means the same as on
other clouds: what no rule lets through stays out. Health probes of load balancers are still let in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from ..contract import Direction, Invalid, Protocol, Rule
from .calls import Thing

FIRST_PRIORITY, LAST_PRIORITY = 100, 4096

_PROTOCOLS = {Protocol.TCP: "Tcp", Protocol.UDP: "Udp", Protocol.ICMP: "Icmp", Protocol.ALL: "*"}
_KNOWN = {there.casefold(): here for here, there in _PROTOCOLS.items()}
_SIDES = {
    Direction.INBOUND: ("Inbound", "sourceAddressPrefix"),
    Direction.OUTBOUND: ("Outbound", "destinationAddressPrefix"),
}
_ANYWHERE = {"*": "0.0.0.0/0", "internet": "0.0.0.0/0"}

OWN_RULES: tuple[Thing, ...] = (
    {
        "name": "spider-deny-inbound",
        "properties": {
            "description": "Spider's own: nothing comes in from the virtual network that no other rule lets in",
            "direction": "Inbound",
            "access": "Deny",
            "priority": LAST_PRIORITY,
            "protocol": "*",
            "sourceAddressPrefix": "VirtualNetwork",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "*",
        },
    },
    {
        "name": "spider-deny-outbound",
        "properties": {
            "description": "Spider's own: nothing goes out that no other rule lets out",
            "direction": "Outbound",
            "access": "Deny",
            "priority": LAST_PRIORITY,
            "protocol": "*",
            "sourceAddressPrefix": "*",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "*",
        },
    },
)
_OWN_NAMES = frozenset(one["name"] for one in OWN_RULES)


def of(group: Thing) -> list[Thing]:
    return list(group["properties"].get("securityRules") or [])


def shown(group: Thing) -> tuple[Rule, ...]:
    """The rules of the contract's kind: what lets addresses in or out. All else is in `others`."""
    return tuple(dict.fromkeys(rule for one in of(group) for rule in _told(one)))


def others(group: Thing) -> list[Thing]:
    """What `shown` cannot express, as Azure tells it, without Spider's own."""
    return [one for one in of(group) if one["name"] not in _OWN_NAMES and not list(_told(one))]


def new_group(wanted: Iterable[Rule]) -> list[Thing]:
    """securityRules of a group with these rules."""
    return [*_numbered(dict.fromkeys(wanted), ()), *OWN_RULES]


def changed(group: Thing, *, add: Iterable[Rule] = (), remove: Iterable[Rule] = ()) -> list[Thing]:
    """securityRules of the group after a change. What stays keeps its name and priority. A rule of several addresses
    or ports that loses some of them becomes one rule for each that is left."""
    gone, kept, left = {*remove}, [], []
    for one in of(group):
        told = list(_told(one))
        if gone.isdisjoint(told):
            kept.append(one)
        else:
            left += [rule for rule in told if rule not in gone]
    there = {rule for one in kept for rule in _told(one)}
    more = [rule for rule in dict.fromkeys([*left, *add]) if rule not in there]
    return [*map(_plain, kept), *_numbered(more, kept)]


def _numbered(wanted: Iterable[Rule], kept: Iterable[Thing]) -> Iterator[Thing]:
    """With the first priorities of their direction that are free. Raises Invalid when there is none left."""
    taken = {_place(one) for one in kept} | {one["name"].casefold() for one in kept}
    for rule in wanted:
        direction, address = _SIDES[rule.direction]
        free = (
            number
            for number in range(FIRST_PRIORITY, LAST_PRIORITY)
            if taken.isdisjoint({f"{direction} {number}".casefold(), f"{rule.direction}-{number}"})
        )
        priority = next(free, None)
        if priority is None:
            raise Invalid(f"the security group has no priority left for more {rule.direction} rules", field="rules")
        taken.add(f"{direction} {priority}".casefold())
        yield {
            "name": f"{rule.direction}-{priority}",
            "properties": {
                "direction": direction,
                "access": "Allow",
                "priority": priority,
                "protocol": _PROTOCOLS[rule.protocol],
                "sourceAddressPrefix": "*",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": _ports(rule),
                address: rule.cidr,
            },
        }


def _plain(one: Thing) -> Thing:
    """As a PUT takes it, without what Azure alone tells."""
    properties = {key: value for key, value in one["properties"].items() if key != "provisioningState"}
    return {"name": one["name"], "properties": properties}


def _place(one: Thing) -> str:
    """Of a rule in its group, which no other has."""
    return f"{one['properties']['direction']} {one['properties']['priority']}".casefold()


def _ports(rule: Rule) -> str:
    if rule.from_port == -1 or (rule.from_port, rule.to_port) == (0, 65535):
        return "*"
    return str(rule.from_port) if rule.from_port == rule.to_port else f"{rule.from_port}-{rule.to_port}"


def _told(one: Thing) -> Iterator[Rule]:
    """Nothing for a rule that the contract has no words for."""
    properties = one["properties"]
    protocol = _KNOWN.get(str(properties.get("protocol", "")).casefold())
    direction = Direction(str(properties["direction"]).casefold())
    near, far = ("destination", "source") if direction is Direction.INBOUND else ("source", "destination")
    anywhere = _all(properties, near, "AddressPrefix") == ["*"] and _all(properties, "source", "PortRange") == ["*"]
    if protocol is None or properties["access"].casefold() != "allow" or not anywhere:
        return
    cidrs = [_cidr(text) for text in _all(properties, far, "AddressPrefix")]
    ports = [_range(protocol, text) for text in _all(properties, "destination", "PortRange")]
    pairs = [(cidr, span) for cidr in cidrs for span in ports]
    if all(cidr and span for cidr, span in pairs):
        yield from (Rule(direction, protocol, *span, cidr) for cidr, span in pairs if span)


def _all(properties: Thing, side: str, what: str) -> list[str]:
    """One value, or several in the member of the plural's name."""
    several: list[Any] = properties.get(f"{side}{what}es" if what.endswith("x") else f"{side}{what}s") or []
    one = properties.get(f"{side}{what}")
    return [str(text) for text in ([one] if one else several)]


def _cidr(text: str) -> str:
    """ "" for a service tag."""
    try:
        return str(ipaddress.ip_network(_ANYWHERE.get(text.casefold(), text), strict=False))
    except ValueError:
        return ""


def _range(protocol: Protocol, text: str) -> tuple[int, int] | None:
    """None for ports of a protocol that has none to the contract."""
    if protocol in (Protocol.ALL, Protocol.ICMP):
        return (-1, -1) if text == "*" else None
    first, _, last = ("0-65535" if text == "*" else text).partition("-")
    return int(first), int(last or first)
