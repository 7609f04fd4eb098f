"""CB-Spider's spelling, and nowhere else: pydantic models that check requests and write answers.

Field names are the wire's own names. Source: CB-Spider's type dictionary of today, and Cappuccino's where a field
was dropped or renamed since (answers carry both).
"""

from .answers import (
    ConnectionConfigInfo,
    CredentialInfo,
    DriverInfo,
    Name,
    OperationInfo,
    Output,
    RegionInfo,
    Result,
    Status,
    write,
)
from .base import IID, Answer, Request, parse, spelled
from .requests import (
    ConnectionConfigIn,
    Control,
    CredentialIn,
    DriverIn,
    ImageCreate,
    KeyPairCreate,
    OnConnection,
    RegionIn,
    SecurityGroupCreate,
    SshRun,
    VmStart,
    VpcCreate,
)
from .resources import (
    ImageInfo,
    KeyPairInfo,
    OriginalSpec,
    SecurityInfo,
    SpecInfo,
    SubnetInfo,
    VmInfo,
    VmStatusInfo,
    VpcInfo,
)

__all__ = [
    "IID",
    "Answer",
    "ConnectionConfigIn",
    "ConnectionConfigInfo",
    "Control",
    "CredentialIn",
    "CredentialInfo",
    "DriverIn",
    "DriverInfo",
    "ImageCreate",
    "ImageInfo",
    "KeyPairCreate",
    "KeyPairInfo",
    "Name",
    "OnConnection",
    "OperationInfo",
    "OriginalSpec",
    "Output",
    "RegionIn",
    "RegionInfo",
    "Request",
    "Result",
    "SecurityGroupCreate",
    "SecurityInfo",
    "SpecInfo",
    "SshRun",
    "Status",
    "SubnetInfo",
    "VmInfo",
    "VmStart",
    "VmStatusInfo",
    "VpcCreate",
    "VpcInfo",
    "parse",
    "spelled",
    "write",
]
