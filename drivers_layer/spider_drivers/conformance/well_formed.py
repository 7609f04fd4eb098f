"""Answers are of the shape that the contract says: the right types, addresses that parse, ids that are there."""

from __future__ import annotations

import ipaddress
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..contract import KeyPair, RegionZone, SecurityGroup, Spec, Vm, Vpc


def assert_well_formed(shape: Any) -> None:
    """Raises AssertionError naming the field."""
    _assert_typed(shape, type(shape), type(shape).__name__)
    identity = shape.name if isinstance(shape, (Spec, RegionZone)) else shape.iid.id
    assert identity, f"{shape} has no id"
    assert identity == identity.strip(), f"the id {identity!r} has blanks around it"
    if isinstance(shape, Vpc):
        _assert_vpc(shape)
    elif isinstance(shape, SecurityGroup):
        _assert_rules(shape)
    elif isinstance(shape, Vm):
        _assert_vm(shape)
    elif isinstance(shape, Spec):
        assert shape.vcpus > 0
        assert shape.memory_mib > 0
    elif isinstance(shape, RegionZone):
        _assert_zones(shape)
    elif isinstance(shape, KeyPair):
        assert "PRIVATE" not in shape.public_key


def _assert_vpc(vpc: Vpc) -> None:
    if vpc.cidr:
        _assert_parses(ipaddress.ip_network, vpc.cidr)
    for subnet in vpc.subnets:
        assert subnet.iid.id, f"{subnet} has no id"
        _assert_parses(ipaddress.ip_network, subnet.cidr)
    ids = [subnet.iid.id for subnet in vpc.subnets]
    assert len(ids) == len(set(ids)), f"a subnet stands twice in {ids}"


def _assert_zones(region: RegionZone) -> None:
    names = [zone.name for zone in region.zones]
    assert all(name and name == name.strip() for name in names), f"a zone of {region.name} has no name"
    assert len(names) == len(set(names)), f"a zone stands twice in {names}"


def _assert_rules(group: SecurityGroup) -> None:
    for rule in group.rules:
        _assert_parses(ipaddress.ip_network, rule.cidr)
        assert -1 <= rule.from_port <= rule.to_port <= 65535, f"{rule} has no range of ports"
        if rule.protocol in ("ICMP", "ALL"):
            assert (rule.from_port, rule.to_port) == (-1, -1), f"{rule} has ports"


def _assert_vm(vm: Vm) -> None:
    for address in (vm.public_ip, vm.private_ip):
        if address:
            _assert_parses(ipaddress.ip_address, address)
    assert vm.started is None or vm.started.tzinfo, "the start time has no zone"
    assert vm.ssh_port is None or 0 < vm.ssh_port < 65536
    for named in (vm.image, vm.vpc, vm.subnet):
        assert named.id or not named.name, f"{named} has a name and no id"


def _assert_parses(parse: Callable[[str], Any], text: str) -> None:
    try:
        parse(text)
    except ValueError as wrong:
        raise AssertionError(str(wrong)) from wrong


def _assert_typed(value: Any, hint: Any, where: str) -> None:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return
    if origin in (Union, types.UnionType):
        kinds = tuple(get_origin(argument) or argument for argument in arguments)
        assert isinstance(value, kinds), f"{where} is {value!r}, not {hint}"
    elif origin is tuple:
        assert isinstance(value, tuple), f"{where} is {value!r}, not a tuple"
        for element in value:
            _assert_typed(element, arguments[0], f"{where}[]")
    elif origin is dict:
        assert isinstance(value, Mapping), f"{where} is {value!r}, not a dict"
        assert all(isinstance(word, str) for pair in value.items() for word in pair), f"{where} holds more than text"
    else:
        # bool is an int to Python, and no figure of ours.
        wrong = not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool)
        assert not wrong, f"{where} is {value!r}, not {hint}"
    if is_dataclass(value):
        hints = get_type_hints(type(value))
        for each in fields(value):
            _assert_typed(getattr(value, each.name), hints[each.name], f"{where}.{each.name}")
