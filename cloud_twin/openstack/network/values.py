"""What attributes may hold: each reader answers the value as neutron keeps it, or raises Wrong or NetworkError.

The words are those of neutron_lib's validators and converters, as Zed's neutron answers them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ..errors import NetworkError

Reader: TypeAlias = Callable[[Any], Any]

LONGEST = 255
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.I)
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", re.I)


class Wrong(Exception):
    """A validator's no: "Invalid input for {attribute}. Reason: {this}." """


def invalid_input(message: str) -> NetworkError:
    return NetworkError(400, "InvalidInput", f"Invalid input for operation: {message}.")


def bad_request(resource: str, message: str) -> NetworkError:
    return NetworkError(400, "BadRequest", f"Bad {resource} request: {message}.")


def anything(value: Any) -> Any:
    return value


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(f"'{value}' is not a valid string")
    if len(value) > LONGEST:
        raise Wrong(f"'{value}' exceeds maximum length of {LONGEST}")
    return value


def boolean(value: Any) -> bool:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    low = value.lower() if isinstance(value, str) else ""
    if low not in ("true", "1", "false", "0"):
        raise invalid_input(f"'{value}' cannot be converted to boolean")
    return low in ("true", "1")


def integer(value: Any) -> int:
    try:
        return int(value)
    except (ValueError, TypeError):
        raise invalid_input(f"'{value}' is not an integer") from None


def uuid_text(value: Any) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Wrong(f"'{value}' is not a valid UUID")
    return value


def mac(value: Any) -> str:
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise Wrong(f"'{value}' is not a valid MAC address")
    return value.lower()


def ip(value: Any) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise Wrong(f"'{value}' is not a valid IP address") from None


def network(value: Any) -> str:
    """A range, without the bits of a host."""
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except (ValueError, TypeError):
        raise invalid_input(f"{value} is not in a CIDR format") from None


def or_none(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def one_of(*values: Any) -> Reader:
    def read(value: Any) -> Any:
        if value not in values:
            raise Wrong(f"{value} is not in valid_values")
        return value

    return read


def uuids(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Wrong(f"'{value}' is not a list")
    for one in value:
        uuid_text(one)
    if twice := _twice(value):
        raise Wrong(f"Duplicate items in the list: '{twice}'")
    return value


def fixed_ips(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise Wrong(f"Invalid data format for fixed IP: '{value}'")
    for one in value:
        if not isinstance(one, dict):
            raise Wrong(f"Invalid data format for fixed IP: '{one}'")
        if "ip_address" in one:
            ip(one["ip_address"])
        if "subnet_id" in one:
            uuid_text(one["subnet_id"])
    if twice := _twice([one["ip_address"] for one in value if "ip_address" in one]):
        raise Wrong(f"Duplicate IP address '{twice}'")
    return value


def pools(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise Wrong(f"Invalid data format for IP pool: '{value}'")
    for one in value:
        expected, provided = {"end", "start"}, set(one) if isinstance(one, dict) else set()
        if provided != expected:
            keys = f"Expected keys: {_set(expected)} Provided keys: {_set(provided)}"
            raise Wrong(f"Validation of dictionary's keys failed. {keys}")
        ip(one["start"])
        ip(one["end"])
    return [{"start": one["start"], "end": one["end"]} for one in value]


def nameservers(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"Invalid data format for nameserver: '{value}'")
    for one in value:
        try:
            ip(one)
        except Wrong as error:
            raise Wrong(f"'{one}' is not a valid nameserver. {error}") from None
    if twice := _twice(value):
        raise Wrong(f"Duplicate nameserver '{twice}'")
    return value


def routes(value: Any) -> list[dict[str, str]]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"Invalid data format for hostroute: '{value}'")
    for one in value:
        try:
            ipaddress.ip_network(one["destination"])
        except (ValueError, TypeError, KeyError):
            found = one.get("destination") if isinstance(one, dict) else one
            raise Wrong(f"'{found}' is not a valid CIDR") from None
        ip(one.get("nexthop"))
    return value


def strings(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Wrong(f"'{value}' is not a list")
    return value


def address_pairs(value: Any) -> list[dict[str, str]]:
    """The words are those of neutron_lib's allowedaddresspairs, which stand alone."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise NetworkError(400, "HTTPBadRequest", "Allowed address pairs must be a list.")
    for pair in value:
        if not isinstance(pair, dict) or "ip_address" not in pair:
            text = "AllowedAddressPair must contain ip_address"
            raise NetworkError(400, "AllowedAddressPairsMissingIP", text)
        try:
            ipaddress.ip_network(pair["ip_address"], strict=False)
            mac(pair.get("mac_address", "00:00:00:00:00:00"))
        except (ValueError, TypeError):
            text = f"'{pair['ip_address']}' is not a valid IP address"
            raise NetworkError(400, "HTTPBadRequest", text) from None
        except Wrong as error:
            raise NetworkError(400, "HTTPBadRequest", str(error)) from None
    return value


def dictionary(value: Any) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, dict):
        raise Wrong(f"'{value}' is not a dictionary")
    return value or None


def _twice(values: Sequence[Any]) -> Any:
    return next((one for number, one in enumerate(values) if one in values[:number]), None)


def _set(names: set[str]) -> str:
    return "{" + ", ".join(f"'{one}'" for one in sorted(names)) + "}"
