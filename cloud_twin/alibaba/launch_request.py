"""RunInstances: what it may ask for, and what it is refused for."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..centre import Thing
from . import key_pairs, names, security_groups, tags, vpcs, vswitches
from .catalogue.images import IMAGES, Image
from .catalogue.instance_types import INSTANCE_TYPES, InstanceType
from .errors import AlibabaError, invalid, invalid_type, malformed, missing, unserved
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

MOST_AT_ONCE = 100
MOST_GROUPS = 5
MOST_BANDWIDTH = 100
MOST_USER_DATA = 32 * 1024
MOST_DISK_GB = 2048
DEFAULT_DISK_GB = 40
DISK_CATEGORIES = ("cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud", "cloud_auto", "cloud_essd_entry")
_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[-.]?[A-Za-z0-9]){1,63}")
_PASSWORD = re.compile(r"[A-Za-z0-9()`~!@#$%^&*\-_+=|{}\[\]:;'<>,.?/]{8,30}")
_KINDS_OF_LETTERS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class Launch:
    """`user_data`: as it was given, in base 64."""

    image: Image
    type: InstanceType
    vswitch: Thing
    vpc: Thing
    groups: tuple[str, ...]
    amount: int
    bandwidth_out: int
    bandwidth_in: int
    disk_gb: int
    disk_category: str
    tags: dict[str, str]


def read(cloud: Alibaba, given: Given) -> Launch:
    """Raises AlibabaError."""
    image = _image(given)
    kind = _type(given, image)
    switch = _vswitch(cloud, given)
    _check_zone(cloud, kind, switch)
    vpc = cloud.centre.get(switch.body["VpcId"])
    _check_texts(given)
    _check_log_in(cloud, given, image)
    _check_charge(given)
    amount, out = given.number("Amount", 1), given.number("InternetMaxBandwidthOut")
    if not 1 <= amount <= MOST_AT_ONCE:
        raise invalid_type("Amount")
    if not 0 <= out <= MOST_BANDWIDTH:
        raise AlibabaError(400, "InvalidParameter.Bandwidth", "The specified parameter Bandwidth is not valid.")
    launch = Launch(
        image=image,
        type=kind,
        vswitch=switch,
        vpc=vpc,
        groups=_groups(cloud, given, vpc),
        amount=amount,
        bandwidth_out=out,
        bandwidth_in=given.number("InternetMaxBandwidthIn", max(out, 10) if out else 0),
        disk_gb=_disk_gb(given, image),
        disk_category=given.text("SystemDisk.Category") or "cloud_efficiency",
        tags=tags.read(given),
    )
    vswitches.refuse_pending(switch, "The current status of virtual switch does not support this operation.")
    vpcs.refuse_pending(vpc, 403)
    return launch


def sold_out() -> AlibabaError:
    text = "The resource is out of stock in the specified zone. "
    more = "Please try other types, or choose other regions and zones."
    return AlibabaError(403, "OperationDenied.NoStock", text + more)


def _image(given: Given) -> Image:
    family = given.text("ImageFamily")
    if family and not given.text("ImageId"):
        found = next((one for one in IMAGES.values() if one.family == family), None)
    elif not given.text("ImageId"):
        raise missing("ImageId")
    else:
        found = IMAGES.get(given.text("ImageId"))
    if found is None:
        raise AlibabaError(404, "InvalidImageId.NotFound", "The specified ImageId does not exist.")
    return found


def _type(given: Given, image: Image) -> InstanceType:
    if not given.text("InstanceType"):
        raise missing("InstanceType")
    found = INSTANCE_TYPES.get(given.text("InstanceType"))
    if found is None:
        text = "The specified InstanceType does not exist or beyond the permitted range."
        raise AlibabaError(400, "InvalidInstanceType.ValueNotSupported", text)
    if found.arm != image.arm:
        text = "The specified image don't support the InstanceType instance."
        raise AlibabaError(403, "ImageNotSupportInstanceType", text)
    return found


def _vswitch(cloud: Alibaba, given: Given) -> Thing:
    if not given.text("VSwitchId"):
        raise missing("VSwitchId")
    switch = vswitches.named(cloud, given)
    if given.text("ZoneId") not in ("", switch.body["ZoneId"]):
        raise AlibabaError(400, "InvalidParameter.Mismatch", "Specified virtual switch is not in the specified zone.")
    return switch


def _check_zone(cloud: Alibaba, kind: InstanceType, switch: Thing) -> None:
    if not kind.is_in(switch.body["ZoneId"]):
        text = "The specified zone does not support this instancetype."
        raise AlibabaError(403, "InvalidInstanceType.ZoneNotSupported", text)
    if kind.name in cloud.settings.exhausted:
        raise sold_out()


def _groups(cloud: Alibaba, given: Given, vpc: Thing) -> tuple[str, ...]:
    single, several = given.text("SecurityGroupId"), given.texts("SecurityGroupIds")
    if single and several:
        text = "The specified parameter SecurityGroupId and SecurityGroupIds conflict."
        raise AlibabaError(400, "InvalidParameter.Conflict", text)
    wanted = tuple(dict.fromkeys([single] if single or not several else several))
    if len(wanted) > MOST_GROUPS:
        text = "Exceeding the allowed amount of security groups that an instance can be in."
        raise AlibabaError(400, "InstanceSecurityGroupLimitExceeded", text)
    for group_id in wanted:
        group = security_groups.find(cloud, group_id, given.region)
        if group.body["VpcId"] != vpc.key:
            text = "Specified security group and virtual switch are not in the same VPC."
            raise AlibabaError(400, "InvalidParameter.Mismatch", text)
    return wanted


def _check_texts(given: Given) -> None:
    if given.text("InstanceName") and not names.is_strict_name(given.text("InstanceName")):
        raise malformed("InstanceName")
    if not names.is_description(given.text("Description")):
        raise malformed("Description")
    if given.text("HostName") and not is_host_name(given.text("HostName")):
        raise malformed("HostName")


def is_host_name(text: str) -> bool:
    return bool(_HOST_NAME.fullmatch(text)) and len(text) <= 64


def check_password(text: str) -> None:
    kinds = sum(bool(re.search(one, text)) for one in _KINDS_OF_LETTERS)
    if text and (not _PASSWORD.fullmatch(text) or kinds < 3):
        raise malformed("Password")


def check_user_data(given: str) -> None:
    try:
        decoded = base64.b64decode(given, validate=True)
    except ValueError:
        text = "The specified UserData is not valid."
        raise AlibabaError(403, "InvalidUserData.Base64FormatInvalid", text) from None
    if len(decoded) > MOST_USER_DATA:
        raise AlibabaError(400, "InvalidUserData.SizeExceeded", 'The specified parameter "UserData" exceeds the size.')


def _check_log_in(cloud: Alibaba, given: Given, image: Image) -> None:
    check_password(given.text("Password"))
    check_user_data(given.text("UserData"))
    pair = given.text("KeyPairName")
    if not pair:
        return
    if key_pairs.find(cloud, pair, given.region) is None:
        text = 'The specified parameter "KeyPairName" does not exist in our records.'
        raise AlibabaError(404, "InvalidKeyPairName.NotFound", text)
    if image.windows:
        text = "The instance creating is window, cannot use ssh key pair to login."
        raise AlibabaError(403, "DependencyViolation.WindowsInstance", text)


def _check_charge(given: Given) -> None:
    if given.text("InstanceChargeType") not in ("", "PostPaid"):
        if given.text("InstanceChargeType") == "PrePaid":
            raise unserved("the InstanceChargeType PrePaid")
        text = "The InstanceChargeType does not exist in our records"
        raise AlibabaError(404, "InvalidInstanceChargeType.NotFound", text)
    if given.text("InternetChargeType") not in ("", "PayByTraffic", "PayByBandwidth"):
        raise invalid("InternetChargeType", "InvalidInternetChargeType.ValueNotSupported")
    if given.text("IoOptimized") not in ("", "optimized"):
        raise AlibabaError(400, "InvalidIoOptimizedValue.ValueNotSupported", "IoOptimized value not supported.")


def _disk_gb(given: Given, image: Image) -> int:
    category = given.text("SystemDisk.Category")
    if category not in ("", *DISK_CATEGORIES):
        text = "The specified parameter SystemDisk.Category is not valid."
        raise AlibabaError(400, "InvalidSystemDiskCategory.ValueNotSupported", text)
    text = given.text("SystemDisk.Size")
    if not text:
        return max(DEFAULT_DISK_GB, image.size_gb)
    if not re.fullmatch(r"\d{1,9}", text):
        raise AlibabaError(404, "InvalidSystemDiskSize", "The specified parameter SystemDisk.Size is invalid.")
    if int(text) < image.size_gb:
        why = "The specified parameter SystemDisk.Size is less than the image size."
        raise AlibabaError(404, "InvalidSystemDiskSize.LessThanImageSize", why)
    if int(text) > MOST_DISK_GB:
        why = "The specified SystemDisk.Size parameter exceeds the maximum size."
        raise AlibabaError(404, "InvalidSystemDiskSize.MoreThanMaxSize", why)
    return int(text)
