"""Requests that OpenStack refuses, asked on a stage of a few resources. What a real Zed said to each is in said.json,
written by `python -m tests.real.openstack.refusals`; the ids of the stage stand there by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOBODY = "11111111-1111-1111-1111-111111111111"
LONG = "x" * 256
Body = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """`path`: below the version, {…} stand for ids of the stage, in the body too. `version`: nova's microversion."""

    service: str
    method: str
    path: str
    body: Any = None
    version: str = ""

    @property
    def name(self) -> str:
        shown = "" if self.body is None else f" {self.body}"
        return f"{self.method} {self.service}{self.path}{shown[:200]} {self.version}".strip()


def filled(value: Any, stage: Mapping[str, str]) -> Any:
    """With the stage's ids in the place of their names."""
    if isinstance(value, dict):
        return {name: filled(one, stage) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, stage) for one in value]
    if isinstance(value, str):
        for name, thing_id in stage.items():
            value = value.replace(f"{{{name}}}", thing_id)
    return value


def named(text: str, stage: Mapping[str, str]) -> str:
    """With their names in the place of the stage's ids."""
    for name, thing_id in stage.items():
        text = text.replace(thing_id, f"{{{name}}}")
    return text


def all_asked() -> list[Asked]:
    return [
        *_networks(),
        *_subnets(),
        *_ports(),
        *_routers(),
        *_floating(),
        *_groups(),
        *_rules(),
        *_nova(),
        *_glance(),
    ]


def _made(kind: str, defaults: Body, changes: list[Body]) -> Iterator[Asked]:
    """POSTs of a kind, each with one change of what would be granted; a member that is None in `changes` is absent."""
    for change in changes:
        body = {name: value for name, value in {**defaults, **change}.items() if value is not ...}
        yield Asked("network", "POST", f"/{kind}s".replace("_", "-"), {kind: body})


def _networks() -> Iterator[Asked]:
    yield Asked("network", "POST", "/networks", {})
    yield Asked("network", "POST", "/networks", {"network": []})
    yield Asked("network", "POST", "/networks", {"networks": []})
    yield from _made(
        "network",
        {},
        [
            {"x": 1},
            {"name": 3},
            {"name": LONG},
            {"description": None},
            {"admin_state_up": "maybe"},
            {"shared": True},
            {"router:external": True},
            {"is_default": True},
            {"provider:network_type": "vlan"},
            {"status": "x"},
            {"id": "x"},
            {"tags": ["a"]},
            {"subnets": []},
            {"dns_domain": "x"},
            {"tenant_id": "x"},
            {"mtu": "x"},
            {"mtu": 9000},
            {"availability_zone_hints": ["z"]},
            {"port_security_enabled": "x"},
        ],
    )
    for method, path, body in (
        ("GET", "/networks/x", None),
        ("DELETE", "/networks/x", None),
        ("DELETE", "/networks/{network}", None),
        ("DELETE", "/networks/{outside}", None),
        ("PUT", "/networks/x", {"network": {"name": "a"}}),
        ("PUT", "/networks/{outside}", {"network": {"name": "a"}}),
        ("PUT", "/networks/{network}", {"network": {"status": "a"}}),
        ("PATCH", "/networks", None),
        ("POST", "/networks/{network}", {}),
        ("GET", "/networks/{network}/x", None),
        ("GET", "/nothing", None),
        ("GET", "/networks?limit=x", None),
        ("GET", "/networks?limit=-1", None),
        ("GET", "/networks?limit=1&marker=x", None),
        ("GET", "/networks?sort_key=x&sort_dir=asc", None),
        ("GET", "/networks?sort_key=name", None),
        ("GET", "/networks?sort_key=name&sort_dir=x", None),
        ("GET", "/networks?admin_state_up=x", None),
        ("PUT", "/networks/{network}/tags", {"x": 1}),
        ("PUT", f"/networks/{NOBODY}/tags", {"tags": []}),
        ("GET", "/networks/{network}/tags/none", None),
        ("PUT", "/security-groups/{group}/tags", {"tags": ["a", "a"]}),
        ("GET", "/quotas", None),
        ("GET", "/quotas/another", None),
    ):
        yield Asked("network", method, path, body)


def _subnets() -> Iterator[Asked]:
    yield from _made(
        "subnet",
        {"network_id": "{other_network}", "ip_version": 4, "cidr": "10.9.0.0/24"},
        [
            {"network_id": ...},
            {"network_id": "x"},
            {"network_id": NOBODY},
            {"network_id": "{outside}"},
            {"cidr": ...},
            {"cidr": "x"},
            {"cidr": "10.8.0.0/25"},
            {"cidr": "10.9.0.0"},
            {"cidr": "10.9.0.0/33"},
            {"cidr": "10.9.0.0/31"},
            {"cidr": "fd00::/64"},
            {"cidr": "224.0.0.0/24"},
            {"cidr": "127.0.0.0/24"},
            {"cidr": "0.0.0.0/0"},
            {"ip_version": ...},
            {"ip_version": 5},
            {"ip_version": 6},
            {"gateway_ip": "x"},
            {"gateway_ip": "10.9.0.0"},
            {"gateway_ip": "10.9.0.255"},
            {"allocation_pools": "x"},
            {"allocation_pools": [{"start": "x"}]},
            {"allocation_pools": [{"start": "10.9.0.9", "end": "10.9.0.5"}]},
            {"allocation_pools": [{"start": "10.7.0.9", "end": "10.9.0.5"}]},
            {"allocation_pools": [{"start": "10.9.0.1", "end": "10.9.0.5"}], "gateway_ip": "10.9.0.1"},
            {
                "allocation_pools": [
                    {"start": "10.9.0.10", "end": "10.9.0.50"},
                    {"start": "10.9.0.20", "end": "10.9.0.60"},
                ]
            },
            {"dns_nameservers": ["x"]},
            {"dns_nameservers": ["8.8.8.8", "8.8.8.8"]},
            {"dns_nameservers": [f"8.8.8.{number}" for number in range(6)]},
            {"host_routes": [{"destination": "x", "nexthop": "y"}]},
            {"enable_dhcp": "x"},
            {"prefixlen": 24},
            {"subnetpool_id": "x"},
            {"ipv6_ra_mode": "slaac"},
        ],
    )
    for method, path, body in (
        ("GET", "/subnets/x", None),
        ("DELETE", "/subnets/x", None),
        ("DELETE", "/subnets/{subnet}", None),
        ("PUT", "/subnets/{subnet}", {"subnet": {"gateway_ip": "10.8.0.9"}}),
        ("PUT", "/subnets/{subnet}", {"subnet": {"cidr": "10.8.0.0/25"}}),
    ):
        yield Asked("network", method, path, body)


def _ports() -> Iterator[Asked]:
    yield from _made(
        "port",
        {"network_id": "{network}"},
        [
            {"network_id": ...},
            {"network_id": NOBODY},
            {"network_id": "{outside}"},
            {"fixed_ips": "x"},
            {"fixed_ips": [{}]},
            {"fixed_ips": [{"ip_address": "x"}]},
            {"fixed_ips": [{"ip_address": "10.7.0.1"}]},
            {"fixed_ips": [{"ip_address": "10.8.0.77"}]},
            {"fixed_ips": [{"ip_address": "10.8.0.0", "subnet_id": "{subnet}"}]},
            {"fixed_ips": [{"subnet_id": NOBODY}]},
            {"fixed_ips": [{"subnet_id": "{other_subnet}"}]},
            {"security_groups": "x"},
            {"security_groups": ["x"]},
            {"security_groups": [NOBODY]},
            {"security_groups": [NOBODY], "port_security_enabled": False},
            {"mac_address": "x"},
            {"binding:host_id": "h"},
            {"binding:profile": {"a": 1}},
            {"binding:vnic_type": "x"},
            {"admin_state_up": "x"},
            {"allowed_address_pairs": [{"ip_address": "x"}]},
            {"x": 1},
            {"status": "x"},
            {"tenant_id": "x"},
        ],
    )
    for method, path, body in (
        ("GET", "/ports/x", None),
        ("DELETE", "/ports/x", None),
        ("DELETE", "/ports/{interface}", None),
        ("PUT", "/ports/{port}", {"port": {"network_id": "{other_network}"}}),
        ("GET", "/ports?fixed_ips=bad", None),
    ):
        yield Asked("network", method, path, body)


def _routers() -> Iterator[Asked]:
    yield from _made(
        "router",
        {},
        [
            {"external_gateway_info": {"network_id": "{network}"}},
            {"external_gateway_info": {"network_id": NOBODY}},
            {"external_gateway_info": "x"},
            {"external_gateway_info": {"network_id": "{outside}", "enable_snat": False}},
            {
                "external_gateway_info": {
                    "network_id": "{outside}",
                    "external_fixed_ips": [{"ip_address": "198.18.9.9"}],
                }
            },
            {"ha": True},
            {"distributed": True},
            {"routes": []},
        ],
    )
    add, remove = "/routers/{router}/add_router_interface", "/routers/{router}/remove_router_interface"
    for path, body in (
        (add, {}),
        (add, {"subnet_id": NOBODY}),
        (add, {"subnet_id": "x"}),
        (add, {"port_id": NOBODY}),
        (add, {"subnet_id": "{subnet}", "port_id": NOBODY}),
        (add, {"subnet_id": "{subnet}"}),
        (add, {"subnet_id": "{other_subnet}"}),
        ("/routers/{other_router}/add_router_interface", {"subnet_id": "{subnet}"}),
        (f"/routers/{NOBODY}/add_router_interface", {"subnet_id": "{subnet}"}),
        (remove, {}),
        (remove, {"subnet_id": "{other_subnet}"}),
        (remove, {"port_id": NOBODY}),
        (remove, {"subnet_id": "{subnet}"}),
        ("/routers/{router}", {"router": {"external_gateway_info": None}}),
    ):
        yield Asked("network", "PUT", path, body)
    for method in ("GET", "DELETE"):
        yield Asked("network", method, "/routers/x")
    yield Asked("network", "DELETE", "/routers/{router}")


def _floating() -> Iterator[Asked]:
    yield from _made(
        "floatingip",
        {"floating_network_id": "{outside}"},
        [
            {"floating_network_id": ...},
            {"floating_network_id": "{network}"},
            {"floating_network_id": NOBODY},
            {"port_id": NOBODY},
            {"port_id": "{other_port}"},
            {"port_id": "{port}", "fixed_ip_address": "10.8.0.78"},
            {"fixed_ip_address": "10.8.0.77"},
            {"floating_ip_address": "198.18.5.5"},
            {"x": 1},
            {"status": "x"},
        ],
    )
    yield Asked("network", "GET", "/floatingips/x")
    yield Asked("network", "DELETE", "/floatingips/x")
    change = {"floatingip": {"floating_network_id": "{network}"}}
    yield Asked("network", "PUT", "/floatingips/{floating}", change)


def _groups() -> Iterator[Asked]:
    changes: list[Body] = [{"name": "default"}, {"name": "DEFAULT"}, {"name": LONG}, {"name": 3}, {"x": 1}]
    yield from _made("security_group", {"name": "a"}, [*changes, {"description": None}])
    for method, path, body in (
        ("GET", "/security-groups/x", None),
        ("DELETE", "/security-groups/x", None),
        ("DELETE", "/security-groups/{group}", None),
        ("DELETE", "/security-groups/{default}", None),
        ("PUT", "/security-groups/{default}", {"security_group": {"name": "b"}}),
        ("PUT", "/security-groups/{group}", {"security_group": {"name": "default"}}),
    ):
        yield Asked("network", method, path, body)


def _rules() -> Iterator[Asked]:
    ports = [(5, None), (None, 5), (9, 5), (0, 5), (1, 70000), ("x", 5)]
    tcp = [{"protocol": "tcp", "port_range_min": first, "port_range_max": last} for first, last in ports]
    yield from _made(
        "security_group_rule",
        {"security_group_id": "{group}", "direction": "ingress"},
        [
            {"security_group_id": ...},
            {"security_group_id": "x"},
            {"direction": ...},
            {"direction": "x"},
            {"ethertype": "x"},
            {"protocol": "x"},
            {"protocol": "999"},
            {"protocol": ""},
            *tcp,
            {"port_range_min": 1, "port_range_max": 5},
            {"protocol": "50", "port_range_min": 1, "port_range_max": 1},
            {"protocol": "icmp", "port_range_max": 0},
            {"protocol": "icmp", "port_range_min": 300},
            {"protocol": "icmpv6"},
            {"remote_ip_prefix": "x"},
            {"remote_ip_prefix": "fd00::/8"},
            {"remote_group_id": NOBODY},
            {"remote_group_id": "{group}", "remote_ip_prefix": "0.0.0.0/0"},
            {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22},
            {"protocol": "6", "port_range_min": "22", "port_range_max": "22", "remote_ip_prefix": "0.0.0.0/0"},
            {"direction": "egress"},
            {"x": 1},
        ],
    )
    one = {"security_group_id": "{group}", "direction": "ingress", "protocol": "udp"}
    for several in ([one, one], [one, {**one, "security_group_id": "{default}"}]):
        yield Asked("network", "POST", "/security-group-rules", {"security_group_rules": several})
    for method in ("GET", "DELETE"):
        yield Asked("network", method, "/security-group-rules/x")


def _nova() -> Iterator[Asked]:
    yield Asked("compute", "POST", "/servers", {})
    yield Asked("compute", "POST", "/servers", {"server": {}})
    granted = {"name": "x", "flavorRef": "{flavor}", "imageRef": "{image}", "networks": "none"}
    for change in _servers():
        server = {name: value for name, value in {**granted, **change}.items() if value is not ...}
        yield Asked("compute", "POST", "/servers", {"server": server}, "2.93")
    yield Asked("compute", "POST", "/servers", {"server": {**granted, "networks": "auto"}}, "2.36")
    yield Asked("compute", "POST", "/servers", {"server": {**granted, "tags": ["a"]}}, "2.51")
    yield Asked("compute", "POST", "/servers", {"server": {"name": "x", "flavorRef": "x", "description": "d"}})
    for version in ("2.0", "2.94", "3.0", "x", "2.93.1"):
        yield Asked("compute", "GET", "/servers", None, version)
    for method, path, body in (
        ("GET", "/nothing", None),
        ("PUT", "/servers", None),
        ("GET", "/servers/x", None),
        ("DELETE", "/servers/x", None),
        ("PUT", "/servers/x", {"server": {"name": "y"}}),
        ("POST", "/servers/x/action", {"os-stop": None}),
        ("POST", "/servers/x/action", {"nothing": None}),
        ("POST", "/servers/x/action", {}),
        ("POST", "/servers/x/action", {"a": 1, "b": 2}),
        ("POST", "/servers/{server}/action", {"reboot": {}}),
        ("POST", "/servers/{server}/action", {"reboot": {"type": "x"}}),
        ("POST", "/servers/{server}/action", {"os-start": None}),
        ("POST", "/servers/{server}/action", {"resume": None}),
        ("POST", "/servers/{server}/action", {"unpause": None}),
        ("POST", "/servers/{server}/action", {"createImage": {}}),
        ("POST", "/servers/{server}/action", {"resize": {"flavorRef": "{flavor}"}}),
        ("POST", "/servers/{server}/action", {"resize": {"flavorRef": "x"}}),
        ("POST", "/servers/{server}/action", {"confirmResize": None}),
        ("GET", "/servers/{server}/tags", None),
        ("GET", "/servers/{server}/metadata/none", None),
        ("PUT", "/servers/{server}/metadata/a", {"meta": {"b": "c"}}),
        ("POST", "/servers/{server}/metadata", {"metadata": {"a%": "b"}}),
        ("GET", "/servers/{server}/ips/none", None),
        ("GET", "/servers?limit=x", None),
        ("GET", "/servers?limit=-1", None),
        ("GET", "/servers?marker=x", None),
        ("GET", "/servers?all_tenants=1", None),
        ("GET", "/servers/detail?all_tenants=1", None),
        ("GET", "/servers?sort_key=x", None),
        ("GET", "/servers?sort_dir=x", None),
        ("GET", "/servers?changes-since=x", None),
        ("GET", "/flavors/x", None),
        ("GET", "/flavors?limit=x", None),
        ("GET", "/flavors?marker=x", None),
        ("GET", "/flavors?minRam=x", None),
        ("GET", "/flavors?sort_key=x", None),
        ("GET", "/flavors/{flavor}/os-extra_specs/x", None),
        ("GET", "/os-quota-sets/another", None),
        ("GET", "/os-keypairs/x", None),
        ("DELETE", "/os-keypairs/x", None),
        ("GET", "/extensions/x", None),
    ):
        yield Asked("compute", method, path, body)
    yield Asked("compute", "GET", "/servers?unknown=1", None, "2.75")
    yield Asked("compute", "GET", "/servers/{server}/tags/none", None, "2.93")
    yield Asked("compute", "PUT", "/servers/{server}/tags", {"tags": ["a/b"]}, "2.93")
    yield from _keypairs()


def _servers() -> list[Body]:
    return [
        {"name": ...},
        {"name": ""},
        {"name": 3},
        {"name": LONG},
        {"name": " x"},
        {"flavorRef": ...},
        {"flavorRef": ""},
        {"flavorRef": "none"},
        {"imageRef": ...},
        {"imageRef": ""},
        {"imageRef": "none"},
        {"imageRef": NOBODY},
        {"networks": ...},
        {"networks": "bad"},
        {"networks": [{}]},
        {"networks": [{"uuid": "x"}]},
        {"networks": [{"uuid": NOBODY}]},
        {"networks": [{"port": NOBODY}]},
        {"networks": "auto"},
        {"key_name": "none"},
        {"key_name": 1},
        {"security_groups": [{"name": "none"}], "networks": [{"uuid": "{network}"}]},
        {"user_data": "e"},
        {"availability_zone": "none"},
        {"availability_zone": ""},
        {"metadata": {"a": 1}},
        {"metadata": {"": "x"}},
        {"metadata": {"a%": "x"}},
        {"metadata": {"a": LONG}},
        {"min_count": 0},
        {"min_count": "x"},
        {"min_count": 3, "max_count": 2},
        {"tags": ["a/b"]},
        {"adminPass": 1},
        {"config_drive": "x"},
        {"accessIPv4": "x"},
        {"hostname": "x"},
        {"personality": []},
        {"unknown": 1},
    ]


def _keypairs() -> Iterator[Asked]:
    for version in ("2.1", "2.10", "2.92"):
        for keypair in (
            {"name": "bad name!", "public_key": "ssh-rsa x"},
            {"name": "", "public_key": "x"},
            {"name": LONG, "public_key": "x"},
            {"public_key": "x"},
            {"name": "g", "public_key": "ssh-rsa AAAA"},
            {"name": "g", "type": "x"},
            {"name": "g", "x": 1},
            {"name": "{keypair}", "public_key": "{public_key}"},
        ):
            yield Asked("compute", "POST", "/os-keypairs", {"keypair": keypair}, version)
    yield Asked("compute", "POST", "/os-keypairs", {"keypair": {"name": "g"}}, "2.92")
    yield Asked("compute", "GET", "/os-keypairs?marker=x", None, "2.35")
    yield Asked("compute", "GET", "/os-keypairs?user_id=x", None, "2.10")


def _glance() -> Iterator[Asked]:
    for method, path, body in (
        ("GET", "/images/x", None),
        ("DELETE", "/images/x", None),
        ("DELETE", "/images/{image}", None),
        ("GET", "/images/{image}/members", None),
        ("GET", "/images/{image}/x", None),
        ("PUT", "/images", None),
        ("GET", "/images?limit=x", None),
        ("GET", "/images?limit=-1", None),
        ("GET", "/images?marker=x", None),
        ("GET", "/images?visibility=x", None),
        ("GET", "/images?sort_key=x", None),
        ("GET", "/images?sort_dir=x", None),
        ("POST", "/images", {"visibility": "x"}),
        ("POST", "/images", {"visibility": "public"}),
        ("POST", "/images", {"status": "active"}),
        ("POST", "/images", {"name": 3}),
        ("POST", "/images", {"id": "x"}),
    ):
        yield Asked("image", method, path, body)
