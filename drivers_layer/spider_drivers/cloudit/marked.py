"""What Spider has marked. A mark is a token's digest, for names are short: it is what is told, of servers too.

The VPC is told for each mark that one of its subnets has, a security group for each that one of its rules has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ..contract import Marked, NotFound, VmStatus
from . import marks, vpc
from .calls import Cloudit
from .server import status_of
from .subnets import Subnets, as_subnet


def listed(cloudit: Cloudit) -> Iterator[Marked]:
    """As many calls as there are security groups, and three."""
    own = [(one, marks.shown(str(one.get("name")))) for one in Subnets(cloudit).own()]
    for one, mark in own:
        yield Marked("subnet", one["id"], as_subnet(one).iid.name, mark, owner=vpc.ID)
    for mark in sorted({mark for _, mark in own}):
        yield Marked("vpc", vpc.ID, "", mark)
    for group in cloudit.all("iam/securitygroups"):
        with contextlib.suppress(NotFound):  # gone meanwhile
            shown = {marks.shown(str(rule.get("name"))) for rule in cloudit.all("iam/securitygroups/{}", group["id"])}
            for mark in sorted(shown - {""}):
                yield Marked("security_group", group["id"], group["name"], mark)
    for server in cloudit.all("ace/servers"):
        token = marks.described(server).get(marks.TOKEN, "")
        if token and status_of(server) is not VmStatus.TERMINATED:
            yield Marked("vm", server["id"], server["name"], marks.of(token))
