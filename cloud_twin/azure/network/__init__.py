"""Microsoft.Network: networks, their subnets, security groups, addresses, interfaces."""

from __future__ import annotations

from .interfaces import NetworkInterfaces
from .public_addresses import PublicIPAddresses
from .security_groups import NetworkSecurityGroups
from .security_rules import SecurityRules
from .subnets import Subnets
from .virtual_networks import VirtualNetworks

__all__ = [
    "NetworkInterfaces",
    "NetworkSecurityGroups",
    "PublicIPAddresses",
    "SecurityRules",
    "Subnets",
    "VirtualNetworks",
]
