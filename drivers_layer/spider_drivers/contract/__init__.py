"""The contract between Spider and its cloud drivers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .attempt import INTENDED, Attempt, Wait
from .calls import CallRecord, CallRecorder, CallScope, scope
from .capability import CA, ENDPOINT, Capability, Key, KindCapability
from .clock import Clock, SystemClock, VirtualClock
from .converge import Part
from .errors import (
    AlreadyExists,
    Cancelled,
    CloudError,
    Conflict,
    InUse,
    Invalid,
    KeyReused,
    LimitExceeded,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    OutOfService,
    Refused,
    SpiderError,
    Throttled,
    TimedOut,
    Unavailable,
    Unreachable,
    Unsupported,
    WrongState,
)
from .interface import (
    AnyCall,
    CloudConnection,
    CloudDriver,
    ConnectionInfo,
    Handler,
    ImageHandler,
    KeyPairHandler,
    Reader,
    RegionHandler,
    SecurityGroupHandler,
    SpecHandler,
    TagHandler,
    VmHandler,
    VpcHandler,
)
from .lazy import lazily
from .marked import Marked
from .redacting import redact
from .shapes import NOWHERE, Iid, Ref, VmStatus

if TYPE_CHECKING:
    from .shapes.image import Architecture, Image, ImageRequest, ImageStatus, ImageType, Platform
    from .shapes.key_pair import KeyPair, KeyPairRequest
    from .shapes.region_zone import RegionZone, Zone, ZoneStatus
    from .shapes.security_group import (
        EVERYTHING_OUT,
        Direction,
        Protocol,
        Rule,
        RulesRequest,
        SecurityGroup,
        SecurityGroupRequest,
    )
    from .shapes.spec import Gpu, Spec
    from .shapes.vm import Vm, VmRequest
    from .shapes.vpc import Subnet, SubnetRequest, Vpc, VpcRequest

__all__ = [
    "CA",
    "ENDPOINT",
    "EVERYTHING_OUT",
    "INTENDED",
    "NOWHERE",
    "AlreadyExists",
    "AnyCall",
    "Architecture",
    "Attempt",
    "CallRecord",
    "CallRecorder",
    "CallScope",
    "Cancelled",
    "Capability",
    "Clock",
    "CloudConnection",
    "CloudDriver",
    "CloudError",
    "Conflict",
    "ConnectionInfo",
    "Direction",
    "Gpu",
    "Handler",
    "Iid",
    "Image",
    "ImageHandler",
    "ImageRequest",
    "ImageStatus",
    "ImageType",
    "InUse",
    "Invalid",
    "Key",
    "KeyPair",
    "KeyPairHandler",
    "KeyPairRequest",
    "KeyReused",
    "KindCapability",
    "LimitExceeded",
    "Marked",
    "MissingReference",
    "NoAnswer",
    "NoCapacity",
    "NotFound",
    "OutOfService",
    "Part",
    "Platform",
    "Protocol",
    "Reader",
    "Ref",
    "Refused",
    "RegionHandler",
    "RegionZone",
    "Rule",
    "RulesRequest",
    "SecurityGroup",
    "SecurityGroupHandler",
    "SecurityGroupRequest",
    "Spec",
    "SpecHandler",
    "SpiderError",
    "Subnet",
    "SubnetRequest",
    "SystemClock",
    "TagHandler",
    "Throttled",
    "TimedOut",
    "Unavailable",
    "Unreachable",
    "Unsupported",
    "VirtualClock",
    "Vm",
    "VmHandler",
    "VmRequest",
    "VmStatus",
    "Vpc",
    "VpcHandler",
    "VpcRequest",
    "Wait",
    "WrongState",
    "Zone",
    "ZoneStatus",
    "lazily",
    "redact",
    "scope",
]

# Of these, a request needs those of the kinds that it is about: they are loaded when first asked for (PEP 562).
_SHAPES = {
    "image": ("Architecture", "Image", "ImageRequest", "ImageStatus", "ImageType", "Platform"),
    "key_pair": ("KeyPair", "KeyPairRequest"),
    "region_zone": ("RegionZone", "Zone", "ZoneStatus"),
    "security_group": (
        "EVERYTHING_OUT",
        "Direction",
        "Protocol",
        "Rule",
        "RulesRequest",
        "SecurityGroup",
        "SecurityGroupRequest",
    ),
    "spec": ("Gpu", "Spec"),
    "vm": ("Vm", "VmRequest"),
    "vpc": ("Subnet", "SubnetRequest", "Vpc", "VpcRequest"),
}
_HOMES = {name: module for module, names in _SHAPES.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.shapes.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
