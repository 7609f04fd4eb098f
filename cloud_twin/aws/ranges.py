"""CIDR ranges as EC2 reads them."""

from __future__ import annotations

from ipaddress import IPv4Network

from .errors import bad_value


def canonical(cidr: str) -> str:
    """Host bits are cleared: 100.68.0.18/18 becomes 100.68.0.0/18 (API reference, CreateVpc and CreateSubnet).

    Raises Refusal.
    """
    try:
        if "/" in cidr:
            return str(IPv4Network(cidr, strict=False))
    except ValueError:
        pass
    raise bad_value(cidr, "CidrBlock", "This is not a valid CIDR block.")
