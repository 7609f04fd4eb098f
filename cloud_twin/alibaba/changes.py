"""Changes of an instance: its attributes, and the groups that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Machine, Power, State
from . import names, security_groups
from .errors import AlibabaError, malformed, missing
from .instances import named
from .launch_request import MOST_GROUPS, check_password, check_user_data, is_host_name
from .parameters import Given
from .power import wrong_status

if TYPE_CHECKING:
    from .facade import Alibaba


def modify(cloud: Alibaba, given: Given) -> dict[str, Any]:
    machine = named(cloud, given.text("InstanceId"), given.region)
    _check(given)
    refuse_between(machine)
    if given.has("UserData") and machine.power is not Power.OFF:
        raise wrong_status()
    if groups := given.texts("SecurityGroupIds"):
        _put_into(cloud, machine, list(dict.fromkeys(groups)), given.region)
    for name in ("InstanceName", "Description", "HostName", "UserData"):
        if given.has(name):
            machine.body[name] = given.text(name)
    if given.has("DeletionProtection"):
        machine.body["DeletionProtection"] = given.flag("DeletionProtection")
    return {}


def join_group(cloud: Alibaba, given: Given) -> dict[str, Any]:
    machine = _member(cloud, given)
    group = security_groups.named(cloud, given)
    refuse_between(machine)
    if group.key in machine.body["groups"]:
        text = "The specified instance already exists in the specified security group."
        raise AlibabaError(403, "InvalidInstanceId.AlreadyExists", text)
    _put_into(cloud, machine, [*machine.body["groups"], group.key], given.region)
    return {}


def leave_group(cloud: Alibaba, given: Given) -> dict[str, Any]:
    machine = _member(cloud, given)
    group = security_groups.named(cloud, given)
    refuse_between(machine)
    if group.key not in machine.body["groups"]:
        raise AlibabaError(403, "InstanceNotInSecurityGroup", "The instance not in the group.")
    if machine.body["groups"] == [group.key]:
        text = "The specified security group is the last security group for the instance."
        raise AlibabaError(403, "InstanceLastSecurityGroup", text)
    machine.body["groups"].remove(group.key)
    machine.uses.discard(group.key)
    return {}


def refuse_between(machine: Machine) -> None:
    """Raises AlibabaError unless it is running or stopped."""
    if machine.state is not State.READY or machine.power not in (Power.ON, Power.OFF):
        raise wrong_status()


def _member(cloud: Alibaba, given: Given) -> Machine:
    if not given.text("InstanceId"):
        raise missing("InstanceId")
    return named(cloud, given.text("InstanceId"), given.region)


def _check(given: Given) -> None:
    if given.has("InstanceName") and not names.is_strict_name(given.text("InstanceName")):
        raise malformed("InstanceName")
    if not names.is_description(given.text("Description")):
        raise malformed("Description")
    if given.has("HostName") and not is_host_name(given.text("HostName")):
        raise malformed("HostName")
    check_password(given.text("Password"))
    check_user_data(given.text("UserData"))


def _put_into(cloud: Alibaba, machine: Machine, groups: list[str], region: str) -> None:
    """These groups, and no others. Raises AlibabaError."""
    if len(groups) > MOST_GROUPS:
        text = "Exceeding the allowed amount of security groups that an instance can be in."
        raise AlibabaError(400, "InstanceSecurityGroupLimitExceeded", text)
    for group_id in groups:
        if security_groups.find(cloud, group_id, region).body["VpcId"] != machine.body["VpcId"]:
            text = "Specified instance and security group are not in the same VPC."
            raise AlibabaError(400, "InvalidInstanceId.Mismatch", text)
    machine.uses.difference_update(machine.body["groups"])
    machine.uses.update(groups)
    machine.body["groups"] = groups
