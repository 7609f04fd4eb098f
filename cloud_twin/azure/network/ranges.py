"""Address ranges: of networks and subnets."""

from __future__ import annotations

import ipaddress

from ..errors import ArmError

Range = ipaddress.IPv4Network | ipaddress.IPv6Network


def read(text: str, path: str, owner: str) -> Range:
    """Raises ArmError."""
    code, where = ("InvalidCIDRNotation", f"resource {owner}")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or "/" not in text:
        raise ArmError(
            400,
            code,
            f"The address prefix {text} in {where} has an invalid CIDR notation. For the given prefix length, the "
            f"address prefix should be in CIDR form. Path {path}.",
            details=[],
        )
    if str(network) != text:
        raise ArmError(
            400,
            code,
            f"The address prefix {text} in {where} has an invalid CIDR notation. For the given prefix length, the "
            f"address prefix should be {network}.",
            details=[],
        )
    return network


def inside(inner: Range, outers: list[Range]) -> bool:
    return any(inner.version == one.version and inner.subnet_of(one) for one in outers)  # type: ignore[arg-type]  # of one version


def first_overlap(ranges: list[Range]) -> tuple[Range, Range] | None:
    for number, one in enumerate(ranges):
        for other in ranges[:number]:
            if one.version == other.version and one.overlaps(other):
                return one, other
    return None
