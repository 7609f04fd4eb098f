"""Images: Alibaba Cloud's public ones. The account has none of its own: nothing here makes images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ids, lists
from .catalogue.images import IMAGES, Image
from .catalogue.instance_types import INSTANCE_TYPES
from .errors import invalid
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

MOST = 100
_OWNERS = ("system", "self", "others", "marketplace")


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    for name, known in (
        ("ImageOwnerAlias", _OWNERS),
        ("OSType", ("linux", "windows")),
        ("Architecture", ("i386", "x86_64", "arm64")),
        ("InstanceType", tuple(INSTANCE_TYPES)),
    ):
        if given.text(name) not in ("", *known):
            raise invalid(name)
    found = [one for one in IMAGES.values() if _fits(one, given)]
    shown, page = lists.by_number(cloud, given, found, MOST)
    return {"Images": {"Image": [_shown(one) for one in shown]}, "RegionId": given.region, **page}


def _fits(image: Image, given: Given) -> bool:
    """ImageId is one or, with commas, several; ImageName may end with an asterisk."""
    wanted = [one for one in given.text("ImageId").split(",") if one]
    name, status = given.text("ImageName"), given.text("Status") or "Available"
    of_type = INSTANCE_TYPES.get(given.text("InstanceType"))
    return (
        (not wanted or image.id in wanted)
        and (not name or image.id == name or (name.endswith("*") and image.id.startswith(name.rstrip("*"))))
        and given.text("ImageFamily") in ("", image.family)
        and given.text("ImageOwnerAlias") in ("", "system")
        and given.text("OSType") in ("", _os_type(image))
        and given.text("Architecture") in ("", _architecture(image))
        and given.flag("IsPublic", True)
        and given.flag("IsSupportCloudinit", True)
        and given.flag("IsSupportIoOptimized", True)
        and "Available" in status.split(",")
        and (of_type is None or of_type.arm == image.arm)
        and not given.objects("Tag")
    )


def _os_type(image: Image) -> str:
    return "windows" if image.windows else "linux"


def _architecture(image: Image) -> str:
    return "arm64" if image.arm else "x86_64"


def _shown(image: Image) -> dict[str, Any]:
    return {
        "ImageId": image.id,
        "ImageName": image.id,
        "ImageFamily": image.family,
        "Description": "",
        "OSName": image.description,
        "OSNameEn": image.description,
        "OSType": _os_type(image),
        "Platform": image.system,
        "Architecture": _architecture(image),
        "BootMode": "UEFI" if image.arm else "BIOS",
        "Size": image.size_gb,
        "Status": "Available",
        "Progress": "100%",
        "Usage": "instance",
        "CreationTime": ids.to_second(image.made),
        "ImageOwnerAlias": "system",
        "ImageVersion": "",
        "ProductCode": "",
        "IsPublic": True,
        "IsCopied": False,
        "IsSelfShared": "",
        "IsSubscribed": False,
        "IsSupportCloudinit": True,
        "IsSupportIoOptimized": True,
        "LoginAsNonRootSupported": not image.windows,
        "DiskDeviceMappings": {"DiskDeviceMapping": []},
        "Features": {"NvmeSupport": "supported"},
        "Tags": {"Tag": []},
    }
