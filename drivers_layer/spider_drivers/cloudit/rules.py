"""Security rules: the contract's `Rule` and Cloudit's."""

from __future__ import annotations

from collections.abc import Iterable

from ..contract import EVERYTHING_OUT, Direction, Invalid, Protocol, Rule, Unsupported
from . import marks
from .calls import Thing

_PROTOCOLS = {Protocol.TCP: "tcp", Protocol.UDP: "udp", Protocol.ALL: "all"}
_KNOWN = {there: here for here, there in _PROTOCOLS.items()} | {"icmp": Protocol.ICMP}
_WITHOUT_PORTS = (Protocol.ALL, Protocol.ICMP)
# What CB-Spider sends for a rule without ports.
_ANY_PORT = "1-65535"


def wanted(asked: Iterable[Rule]) -> list[Rule]:
    """In one spelling each, none twice. Raises Invalid, Unsupported."""
    rules = list(dict.fromkeys(rule.normal() for rule in asked))
    for rule in rules:
        if rule.protocol not in _PROTOCOLS:
            text = "Cloudit's rules are for TCP, UDP or ALL, as far as its clients know"
            raise Unsupported(f"a rule for {rule.protocol}: {text}", field="rules")
        if ":" in rule.cidr:
            raise Invalid(f"a rule for {rule.cidr}: Cloudit's are for IPv4", field="rules")
    return rules


def of_a_group(asked: Iterable[Rule]) -> list[Rule]:
    """A group without outbound rules lets everything out, as with the other clouds; so a group is never without a rule,
    and its rules can bear Spider's mark. Raises Invalid, Unsupported."""
    rules = wanted(asked)
    if not any(rule.direction is Direction.OUTBOUND for rule in rules):
        rules.append(EVERYTHING_OUT)
    return rules


def body(rule: Rule, token: str, number: int) -> Thing:
    return {
        "name": marks.rule_name(token, number),
        "type": rule.direction.value,
        "port": _ports(rule),
        "target": rule.cidr,
        "protocol": _PROTOCOLS[rule.protocol],
    }


def shown(found: Iterable[Thing]) -> tuple[Rule, ...]:
    """Without those of kinds that the contract does not know."""
    told = (rule for one in found if (rule := as_rule(one)))
    return tuple(dict.fromkeys(told))


def as_rule(found: Thing) -> Rule | None:
    """None for one of another kind."""
    protocol = _KNOWN.get(str(found.get("protocol", "")).lower())
    direction = str(found.get("type", "")).lower()
    if protocol is None or direction not in (*Direction,):
        return None
    first, last = (-1, -1) if protocol in _WITHOUT_PORTS else _range(str(found.get("port", "")))
    return Rule(Direction(direction), protocol, first, last, str(found.get("target") or "0.0.0.0/0")).normal()


def _ports(rule: Rule) -> str:
    if rule.protocol in _WITHOUT_PORTS:
        return _ANY_PORT
    one = rule.from_port == rule.to_port
    return str(rule.from_port) if one else f"{rule.from_port}-{rule.to_port}"


def _range(port: str) -> tuple[int, int]:
    """`*` is every port to CB-Spider."""
    first, _, last = port.partition("-")
    return (0, 65535) if first in ("", "*") else (int(first), int(last or first))
