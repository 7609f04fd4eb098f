"""Instances that are there, and instance types."""

from __future__ import annotations

from moto.ec2.models.instance_types import INSTANCE_TYPES

from ..call import Call, rule
from ..errors import Refusal

# API reference, ModifyInstanceAttribute: "To modify some attributes, the instance must be stopped."
_OF_STOPPED = ("InstanceType", "Kernel", "Ramdisk", "UserData", "EbsOptimized", "EnaSupport", "SriovNetSupport")


@rule("DescribeInstanceTypes")
def types_are_known(call: Call) -> None:
    unknown = [name for name in call.given.get("InstanceTypes", []) if name not in INSTANCE_TYPES]
    if unknown:
        raise Refusal(
            "InvalidInstanceType", f"The following supplied instance types do not exist: [{', '.join(unknown)}]"
        )


@rule("ModifyInstanceAttribute")
def instance_is_stopped(call: Call) -> None:
    instance = call.cloud.get_instance(call.given["InstanceId"])
    asked = [
        name for name in _OF_STOPPED if name in call.given or call.given.get("Attribute", "").lower() == name.lower()
    ]
    if asked and instance.state != "stopped":
        raise Refusal("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
