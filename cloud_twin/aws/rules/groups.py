"""Security groups: names, and who uses one."""

from __future__ import annotations

import re

from .. import holders
from ..call import Call, rule
from ..errors import Refusal, dependency

LONGEST = 255
_ALLOWED = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*")


@rule("CreateSecurityGroup")
def name_is_allowed(call: Call) -> None:
    """API reference, CreateSecurityGroup, GroupName and GroupDescription.

    NOTE: "codes" has InvalidGroup.Reserved, which was EC2-Classic's; in a VPC the service answers otherwise
    (hashicorp/terraform#17343).
    """
    name = call.given["GroupName"]
    if not name or name.startswith("sg-"):
        why = "Group names may not be in the format sg-*." if name else "Group name is empty."
        raise _bad_text(name, "GroupName", why)
    if name == "default":
        raise Refusal("InvalidParameterValue", "Cannot use reserved security group name: default")
    for parameter, text in (("GroupName", name), ("GroupDescription", call.given["Description"])):
        if not text.isascii():
            raise _bad_text(text, parameter, "Character sets beyond ASCII are not supported.")
        if len(text) > LONGEST or not _ALLOWED.fullmatch(text):
            what = "description" if parameter == "GroupDescription" else "name"
            raise Refusal(
                "InvalidParameterValue",
                f"Invalid security group {what}. Valid {what}s are strings less than 256 characters from the "
                "following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
            )


def _bad_text(text: str, parameter: str, why: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Value ({text}) for parameter {parameter} is invalid. {why}")


@rule("DeleteSecurityGroup")
def group_is_named(call: Call) -> None:
    if not call.given.get("GroupId") and not call.given.get("GroupName"):
        raise Refusal("MissingParameter", "The request must contain the parameter GroupName or GroupId")


@rule("DeleteSecurityGroup")
def group_is_free(call: Call) -> None:
    group = call.cloud.get_security_group_by_name_or_id(call.given.get("GroupId") or call.given["GroupName"])
    if group is None:
        return
    if group.name == "default":
        raise Refusal("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    if holders.interfaces_of_group(call.cloud, group.id) or holders.groups_that_name(call.cloud, group.id):
        raise dependency(f"resource {group.id} has a dependent object")
