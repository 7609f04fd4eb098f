"""What the driver writes into descriptions, so that what a lost answer left behind is known: `spider-token=…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OWN = "spider-"  # the beginning of words and metadata that the driver keeps for itself
TOKEN, VPC = f"{OWN}token", f"{OWN}vpc"


def by_token(token: str) -> str:
    """The description of what an operation has made. Neutron looks for whole descriptions."""
    return f"{TOKEN}={token}"


def of_vpc(network: str) -> str:
    """The description of a VPC's router."""
    return f"{VPC}={network}"


def of_group(token: str, network: str) -> str:
    """A security group's description: neutron's groups belong to no network."""
    return f"{by_token(token)} {of_vpc(network)}"


def read(resource: Mapping[str, Any]) -> dict[str, str]:
    """The words of a description; {} where Spider has written nothing."""
    words = (word.partition("=") for word in str(resource.get("description") or "").split())
    return {key: value for key, _, value in words if key.startswith(OWN)}


def ours(resource: Mapping[str, Any]) -> bool:
    return bool(read(resource))
