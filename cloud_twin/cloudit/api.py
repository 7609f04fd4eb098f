"""The methods that the twin serves of Cloudit's API, version 5. Nothing else is served.

Cloudit's methods have no names: they are called by their HTTP method and path. `path`: below
/cloudit/v5.0/{engine}/v1.0/{tenant}. The engines are ace (servers), dna (networks) and iam (security groups).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..centre import Effect, Power
from ..facade import Call
from . import addresses, catalogue, groups, launch, servers, subnets

if TYPE_CHECKING:
    from .facade import CloudIt

BASE = "/cloudit/v5.0"


class Method(NamedTuple):
    """`takes_body`: whether a request must have one."""

    method: str
    engine: str
    path: str
    act: Callable[[CloudIt, Call], Any]
    takes_body: bool = False

    @property
    def name(self) -> str:
        """`POST /ace/servers/{id}/start`: all variables are called {id}."""
        return f"{self.method} /{self.engine}/{re.sub('<[a-zA-Z]+>', '{id}', self.path)}"

    @property
    def whole_path(self) -> str:
        return f"{BASE}/{self.engine}/v1.0/<tenant>/{self.path}"


_SERVER, _GROUP = "servers/<id>", "securitygroups/<id>"
_SHUTDOWN = servers.change_power("shutdown", Effect.STOP, Power.ON)
_START = servers.change_power("start", Effect.START, Power.OFF)
_REBOOT = servers.change_power("reboot", Effect.RESTART, Power.ON)

METHODS = (
    # Servers
    Method("GET", "ace", "servers", servers.list_),
    Method("POST", "ace", "servers", launch.create, takes_body=True),
    Method("GET", "ace", _SERVER, servers.get),
    Method("DELETE", "ace", _SERVER, servers.delete),
    Method("POST", "ace", f"{_SERVER}/shutdown", _SHUTDOWN),
    Method("POST", "ace", f"{_SERVER}/start", _START),
    Method("POST", "ace", f"{_SERVER}/reboot", _REBOOT),
    Method("GET", "ace", f"{_SERVER}/nics", servers.list_nics),
    Method("GET", "ace", f"{_SERVER}/nics/<mac>", servers.get_nic),
    Method("PUT", "ace", f"{_SERVER}/nic/<mac>/securitygroup", servers.change_groups, takes_body=True),
    # What they are made of
    Method("GET", "ace", "specs", catalogue.list_specs),
    Method("GET", "ace", "templates", catalogue.list_templates),
    Method("GET", "ace", "templates/<id>", catalogue.get_template),
    Method("GET", "ace", "clusters", catalogue.list_clusters),
    # Networks
    Method("GET", "dna", "subnets", subnets.list_),
    Method("POST", "dna", "subnets", subnets.create, takes_body=True),
    Method("DELETE", "dna", "subnets/<addr>", subnets.delete),
    Method("GET", "dna", "<id>/detail", subnets.detail),
    Method("GET", "dna", "ips", addresses.list_free),
    Method("GET", "dna", "adaptive-ips", addresses.list_),
    Method("POST", "dna", "adaptive-ips", addresses.create, takes_body=True),
    Method("GET", "dna", "adaptive-ips/<id>/detail", addresses.detail),
    Method("DELETE", "dna", "adaptive-ips/<ip>", addresses.delete),
    # Security groups
    Method("GET", "iam", "securitygroups", groups.list_),
    Method("POST", "iam", "securitygroups", groups.create, takes_body=True),
    Method("GET", "iam", _GROUP, groups.list_rules),
    Method("DELETE", "iam", _GROUP, groups.delete),
    Method("GET", "iam", f"{_GROUP}/detail", groups.detail),
    Method("POST", "iam", f"{_GROUP}/inbound", groups.add_rule("inbound"), takes_body=True),
    Method("POST", "iam", f"{_GROUP}/outbound", groups.add_rule("outbound"), takes_body=True),
    Method("DELETE", "iam", f"{_GROUP}/<ruleId>", groups.delete_rule),
)
