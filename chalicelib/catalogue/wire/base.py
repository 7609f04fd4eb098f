"""How CB-Spider's JSON is read and written: any key casing in, exact casing out, numbers as strings."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from spider_drivers.contract import Iid, Invalid

from ..records import Stub

NAME_LIMIT = 300  # characters
KEY_LIMIT = 480  # bytes of a name in a key, where # and % take three; two of them fit DynamoDB's 1024
HIDDEN = "Hidden for security."
NOT_AVAILABLE = "-1"

# What the contract's fields are called on the wire, for errors that the engine or a driver raises.
SPELLING = {
    "name": "Name",
    "connection": "ConnectionName",
    "provider": "ProviderName",
    "driver": "DriverName",
    "credential": "CredentialName",
    "region": "RegionName",
    "values": "KeyValueInfoList",
    "image": "ImageName",
    "spec": "VMSpecName",
    "vpc": "VPCName",
    "subnet": "SubnetName",
    "security_groups": "SecurityGroupNames",
    "key_pair": "KeyPairName",
    "cidr": "IPv4_CIDR",
    "subnets": "SubnetInfoList",
    "rules": "SecurityRules",
    "root_disk_type": "RootDiskType",
    "root_disk_gib": "RootDiskSize",
    "password": "VMUserPasswd",
    "zone": "Zone",
}


def spelled(field: str | None) -> str | None:
    """The wire's name of a contract field; a wire path stays as it is."""
    return None if field is None else SPELLING.get(field, field)


@cache
def _keys(model: type[BaseModel]) -> dict[str, str]:
    return {name.lower(): name for name in model.model_fields}


class Request(BaseModel):
    """Keys in any casing at every level (as Go reads them), null as absent, unknown keys ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _fold_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        keys = _keys(cls)
        return {keys.get(str(key).lower(), key): value for key, value in data.items() if value is not None}

    @property
    def connection(self) -> str:
        """Name of the connection that it is about, if of one."""
        return ""

    @property
    def transform(self) -> str:
        """How the cloud's name is made: ON, OFF, or "" as Spider is set."""
        return ""

    def read(self) -> Any:
        """The request in the contract's shape."""
        raise TypeError(f"{type(self).__name__} has no shape of its own")


class Answer(BaseModel):
    """Fields are spelled and ordered as on the wire. Those named in `omit_empty` are left out when empty."""

    model_config = ConfigDict(defer_build=True)

    omit_empty: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, shape: Any) -> Self:
        raise TypeError(f"{cls.__name__} writes no {type(shape).__name__}")

    def dump(self) -> Any:
        """JSON-like data in wire order."""
        return {
            name: _plain(value) for name, value in self if not (name in self.omit_empty and value in (None, "", [], {}))
        }


class Text(Answer):
    """An answer that is no JSON document."""

    media_type: ClassVar[str]

    text: str

    def dump(self) -> str:
        return self.text


def _plain(value: Any) -> Any:
    if isinstance(value, Answer):
        return value.dump()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def parse(model: type[Request], data: Any) -> Request:
    """Validates; the first complaint becomes an Invalid that names the field by its path on the wire."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = _path(first["loc"])
        cause = first.get("ctx", {}).get("error")
        if path == "ConnectionName" and (first["type"] == "missing" or str(cause) == "is empty!"):
            raise Invalid("connectionName is empty!", field=path) from None
        text = str(cause) if cause else first["msg"]
        raise Invalid(f"{path or 'the request body'}: {text}", field=path or None) from None


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


def _name(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty!")
    if len(value) > NAME_LIMIT:
        raise ValueError(f"is longer than {NAME_LIMIT} characters")
    if len(value.encode(errors="replace")) + 2 * (value.count("#") + value.count("%")) > KEY_LIMIT:
        raise ValueError(f"is longer than {KEY_LIMIT} bytes")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise ValueError("contains control characters")
    return value


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError(f"'{value}' is not an IPv4 CIDR such as 10.0.0.0/16") from None
    if "/" not in value or value.partition("/")[0] != str(network.network_address):
        raise ValueError(f"'{value}' is not an IPv4 CIDR; did you mean {network}?")
    return str(network)


def _port(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = int(value.strip())
        except ValueError:
            raise ValueError(f"'{value}' is not a port") from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is not a port")
    if not -1 <= value <= 65535:
        raise ValueError(f"{value} is not a port: 0 to 65535, or -1 where the protocol has none")
    return value


def _upper(value: str) -> str:
    return value.strip().upper()


def _instant(value: Any) -> datetime | None:
    """ISO 8601; without a zone it is UTC. In a query `+` stands for a space, so a zone's plus may come as one."""
    if value == "":
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(T.*) (\d\d:?\d\d)$", r"\1+\2", value.strip()))
        known = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (AttributeError, ValueError, OverflowError):
        raise ValueError(f"'{value}' is no time of ISO 8601 such as 2026-11-25T13:00:00Z") from None
    if not 1970 <= known.year < 9000:
        raise ValueError(f"'{value}' is in a year that no call can be from")
    return known


CheckedName = Annotated[str, AfterValidator(_name)]
ConnectionName = Annotated[str, AfterValidator(_name)]
NameOrNone = Annotated[str, AfterValidator(lambda value: _name(value) if value.strip() else "")]
Provider = Annotated[str, AfterValidator(_name), AfterValidator(_upper)]
Cidr = Annotated[str, AfterValidator(_cidr)]
CidrOrNone = Annotated[str, AfterValidator(lambda value: _cidr(value) if value else "")]
Port = Annotated[int, BeforeValidator(_port)]
Instant = Annotated[datetime | None, BeforeValidator(_instant)]


class OnConnection(Request):
    ConnectionName: ConnectionName

    @property
    def connection(self) -> str:
        return self.ConnectionName

    def read(self) -> Any:
        """Nothing but the connection, unless a subclass asks for more."""
        return None


class KeyValue(Request):
    Key: CheckedName
    Value: str = ""


class KeyValueOut(Answer):
    Key: str
    Value: str


class IID(Answer):
    NameId: str
    SystemId: str

    @classmethod
    def of(cls, shape: Iid) -> Self:
        return cls(NameId=shape.name, SystemId=shape.id)


class StubInfo(Answer):
    """What Spider knows of a resource that the cloud does not show."""

    IId: IID

    @classmethod
    def of(cls, shape: Stub) -> Self:
        return cls(IId=IID.of(shape.iid))


def write(model: type[Answer], shape: Any) -> Any:
    """`shape` as JSON-like data; a stub is written as one whatever was asked for."""
    return (StubInfo.of(shape) if isinstance(shape, Stub) else model.of(shape)).dump()


def pairs(values: dict[str, str]) -> list[KeyValueOut]:
    return [KeyValueOut(Key=key, Value=value) for key, value in values.items()]


def number(value: float | None) -> str:
    """Numbers are strings on the wire; what is not known is "-1"."""
    return NOT_AVAILABLE if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def moment(value: datetime | None) -> str:
    """RFC 3339 in UTC; Go's zero time where unknown, since Go clients parse it."""
    if value is None:
        return "0001-01-01T00:00:00Z"
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


TagList = Annotated[list[KeyValue], Field(default_factory=list)]
