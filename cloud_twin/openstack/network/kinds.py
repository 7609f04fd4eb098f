"""The kinds of resources, their attributes, and how neutron reads a body that makes or changes one.

Attributes and the order of checks are neutron_lib's (api/definitions, api/attributes.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import NetworkError
from . import values
from .values import Reader

REQUIRED = object()
# Left out, and the plugin decides.
UNSET = object()


@dataclass(frozen=True)
class Attribute:
    """`guarded`: only an administrator may set it; `unserved`: the twin refuses it, unless it is the default."""

    default: Any = UNSET
    read: Reader = values.anything
    post: bool = True
    put: bool = True
    guarded: bool = False
    unserved: bool = False
    filter: bool = True


@dataclass(frozen=True)
class Kind:
    """`absent`: the exception and the words for one that is not there, with {id}."""

    name: str
    plural: str
    attributes: Mapping[str, Attribute]
    absent: tuple[str, str]

    @property
    def path(self) -> str:
        return self.plural.replace("_", "-")

    def not_found(self, given: str) -> NetworkError:
        return NetworkError(404, self.absent[0], self.absent[1].format(id=given))


_OWN = Attribute(post=False, put=False)
_HIDDEN_PROVIDER = Attribute(guarded=True)
_STANDARD: Mapping[str, Attribute] = {
    "id": _OWN,
    "description": Attribute("", values.string),
    "tags": _OWN,
    "created_at": _OWN,
    "updated_at": _OWN,
    "revision_number": _OWN,
}
_NAME = Attribute("", values.string)
_UP = Attribute(True, values.boolean)

NETWORK = Kind(
    "network",
    "networks",
    {
        "name": _NAME,
        "admin_state_up": _UP,
        "mtu": Attribute(0, values.integer),
        "port_security_enabled": Attribute(True, values.boolean),
        "availability_zone_hints": Attribute([], values.strings, put=False, filter=False),
        "shared": Attribute(False, values.boolean, guarded=True),
        "router:external": Attribute(False, values.boolean, guarded=True),
        "is_default": Attribute(False, values.boolean, guarded=True),
        "provider:network_type": _HIDDEN_PROVIDER,
        "provider:physical_network": _HIDDEN_PROVIDER,
        "provider:segmentation_id": _HIDDEN_PROVIDER,
        "segments": _HIDDEN_PROVIDER,
        "status": _OWN,
        "subnets": Attribute(post=False, put=False, filter=False),
        "availability_zones": Attribute(post=False, put=False, filter=False),
        "ipv4_address_scope": _OWN,
        "ipv6_address_scope": _OWN,
        **_STANDARD,
    },
    ("NetworkNotFound", "Network {id} could not be found."),
)

_V6_MODES = values.one_of("dhcpv6-stateful", "dhcpv6-stateless", "slaac")
SUBNET = Kind(
    "subnet",
    "subnets",
    {
        "name": _NAME,
        "network_id": Attribute(REQUIRED, values.uuid_text, put=False),
        "ip_version": Attribute(
            REQUIRED, lambda value: values.one_of(4, 6)(int(value) if str(value).isdigit() else value), put=False
        ),
        "cidr": Attribute(UNSET, values.or_none(values.network), put=False),
        "gateway_ip": Attribute(UNSET, values.or_none(values.ip)),
        "allocation_pools": Attribute(UNSET, values.pools, filter=False),
        "dns_nameservers": Attribute([], values.nameservers, filter=False),
        "host_routes": Attribute([], values.routes, filter=False),
        "enable_dhcp": Attribute(True, values.boolean),
        "ipv6_ra_mode": Attribute(UNSET, _V6_MODES, put=False),
        "ipv6_address_mode": Attribute(UNSET, _V6_MODES, put=False),
        "prefixlen": Attribute(UNSET, values.integer, put=False),
        "subnetpool_id": Attribute(None, values.or_none(values.uuid_text), put=False),
        "use_default_subnetpool": Attribute(False, put=False, unserved=True),
        "service_types": Attribute([], values.anything, unserved=True, filter=False),
        **_STANDARD,
    },
    ("SubnetNotFound", "Subnet {id} could not be found."),
)

PORT = Kind(
    "port",
    "ports",
    {
        "name": _NAME,
        "network_id": Attribute(REQUIRED, values.uuid_text, put=False),
        "admin_state_up": _UP,
        "mac_address": Attribute(UNSET, values.mac),
        "fixed_ips": Attribute(UNSET, values.fixed_ips),
        "security_groups": Attribute(UNSET, values.or_none(values.uuids)),
        "device_id": Attribute("", values.string),
        "device_owner": Attribute("", values.string),
        "port_security_enabled": Attribute(UNSET, values.boolean),
        "allowed_address_pairs": Attribute([], values.address_pairs, filter=False),
        "extra_dhcp_opts": Attribute([], values.anything, unserved=True, filter=False),
        "binding:vnic_type": Attribute(
            "normal",
            values.one_of(
                "normal",
                "direct",
                "macvtap",
                "baremetal",
                "direct-physical",
                "virtio-forwarder",
                "smart-nic",
                "accelerator-direct",
                "accelerator-direct-physical",
                "remote-managed",
                "vdpa",
            ),
        ),
        "binding:host_id": _HIDDEN_PROVIDER,
        "binding:profile": _HIDDEN_PROVIDER,
        "binding:vif_type": _OWN,
        "status": _OWN,
        **_STANDARD,
        "tags": Attribute([], values.anything, put=False),
    },
    ("PortNotFound", "Port {id} could not be found."),
)

ROUTER = Kind(
    "router",
    "routers",
    {
        "name": _NAME,
        "admin_state_up": _UP,
        "external_gateway_info": Attribute(None, values.dictionary, filter=False),
        "availability_zone_hints": Attribute([], values.strings, put=False, filter=False),
        "flavor_id": Attribute(UNSET, put=False, unserved=True),
        "ha": Attribute(UNSET, guarded=True),
        "distributed": Attribute(UNSET, guarded=True),
        "routes": Attribute(UNSET, values.routes, post=False, unserved=True, filter=False),
        "status": _OWN,
        "availability_zones": Attribute(post=False, put=False, filter=False),
        **_STANDARD,
    },
    ("RouterNotFound", "Router {id} could not be found"),
)

FLOATING_IP = Kind(
    "floatingip",
    "floatingips",
    {
        "floating_network_id": Attribute(REQUIRED, values.uuid_text, put=False),
        "floating_ip_address": Attribute(None, values.or_none(values.ip), put=False, guarded=True),
        "subnet_id": Attribute(None, values.or_none(values.uuid_text), put=False, filter=False),
        "port_id": Attribute(None, values.or_none(values.uuid_text)),
        "fixed_ip_address": Attribute(None, values.or_none(values.ip)),
        "router_id": _OWN,
        "status": _OWN,
        "port_details": Attribute(post=False, put=False, filter=False),
        **_STANDARD,
    },
    ("FloatingIPNotFound", "Floating IP {id} could not be found"),
)

GROUP = Kind(
    "security_group",
    "security_groups",
    {
        "name": _NAME,
        "stateful": Attribute(True, values.boolean),
        "security_group_rules": Attribute(post=False, put=False, filter=False),
        "shared": _OWN,
        **_STANDARD,
    },
    ("SecurityGroupNotFound", "Security group {id} does not exist"),
)

RULE = Kind(
    "security_group_rule",
    "security_group_rules",
    {
        "security_group_id": Attribute(REQUIRED, values.anything, put=False),
        "direction": Attribute(REQUIRED, values.one_of("ingress", "egress"), put=False),
        "ethertype": Attribute("IPv4", values.anything, put=False),
        "protocol": Attribute(None, values.anything, put=False),
        "port_range_min": Attribute(None, values.anything, put=False),
        "port_range_max": Attribute(None, values.anything, put=False),
        "remote_ip_prefix": Attribute(None, values.anything, put=False),
        "remote_group_id": Attribute(None, values.anything, put=False),
        "remote_address_group_id": Attribute(None, values.anything, put=False, unserved=True),
        "normalized_cidr": _OWN,
        "belongs_to_default_sg": _OWN,
        **{name: one for name, one in _STANDARD.items() if name != "tags"},
    },
    ("SecurityGroupRuleNotFound", "Security group rule {id} does not exist"),
)
