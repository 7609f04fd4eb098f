"""Security groups and their rules."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Thing
from ..facade import Call, json_response
from . import bodies, quotas, tenants
from .errors import absent, exists, in_use, invalid, protected

if TYPE_CHECKING:
    from .facade import CloudIt

TYPES = ("inbound", "outbound")
# "Cloudit only offers tcp, udp", CB-Spider's client says, and sends "all" too.
PROTOCOLS = ("tcp", "udp", "all")
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_SAID = ("type", "port", "target", "protocol")


def list_(cloud: CloudIt, call: Call) -> Any:
    """Without the rules."""
    return [_shown(one, rules=None) for one in tenants.all_of(cloud, call, tenants.GROUPS)]


def list_rules(cloud: CloudIt, call: Call) -> Any:
    return _named(cloud, call).body["rules"]


def detail(cloud: CloudIt, call: Call) -> Any:
    group = _named(cloud, call)
    return _shown(group, rules=group.body["rules"])


def create(cloud: CloudIt, call: Call) -> Response:
    body = bodies.SECURITY_GROUP.read(call.body)
    bodies.check_name(body["name"])
    for number, rule in enumerate(body.get("rules", [])):
        _check_rule(rule)
        _check_new(rule, body["rules"][:number])
    quotas.check(cloud, call, tenants.GROUPS)
    made = add(cloud, tenants.of_call(call), str(uuid.uuid4()), body)
    return json_response(_shown(made, rules=made.body["rules"]), 201)


def add(cloud: CloudIt, tenant: str, cloud_id: str, body: dict[str, Any]) -> Thing:
    kept = {"name": body["name"], "protection": body.get("protection", 0), "rules": []}
    thing: Thing = cloud.centre.new(tenants.GROUPS, tenants.key(tenant, tenants.GROUPS, cloud_id), kept)
    kept["rules"] = [_kept(thing, rule) for rule in body.get("rules", [])]
    return tenants.add_ready(cloud, thing)


def delete(cloud: CloudIt, call: Call) -> Response:
    group = _named(cloud, call)
    if group.body["protection"]:
        raise protected("security group", group.body["name"])
    if users := cloud.centre.users(group.key):
        raise in_use("security group", group.body["name"], users[0].body["name"])
    cloud.centre.remove(group.key)
    return Response(status=204)


def add_rule(direction: str) -> Callable[[CloudIt, Call], Response]:
    """As version 5: with an empty body."""

    def act(cloud: CloudIt, call: Call) -> Response:
        group = _named(cloud, call)
        rule = bodies.RULE.read(call.body)
        _check_rule(rule)
        if rule["type"] != direction:
            raise invalid(f"The rule is {rule['type']}, not {direction}.")
        _check_new(rule, group.body["rules"])
        group.body["rules"].append(_kept(group, rule))
        return Response(status=201)

    return act


def delete_rule(cloud: CloudIt, call: Call) -> Response:
    group, rule_id = _named(cloud, call), call.values["ruleId"]
    rules = [rule for rule in group.body["rules"] if rule["id"] != rule_id]
    if len(rules) == len(group.body["rules"]):
        raise absent("rule", rule_id)
    group.body["rules"] = rules
    return Response(status=202)


def _named(cloud: CloudIt, call: Call) -> Thing:
    return tenants.named(cloud, call, tenants.GROUPS, call.values["id"], "security group")


def _check_rule(rule: dict[str, Any]) -> None:
    """Raises CloudItError."""
    if rule["type"] not in TYPES:
        raise invalid(f"The type '{rule['type']}' is none of {', '.join(TYPES)}.")
    if rule["protocol"] not in PROTOCOLS:
        raise invalid(f"The protocol '{rule['protocol']}' is none of {', '.join(PROTOCOLS)}.")
    ports = _PORTS.fullmatch(rule["port"])
    if not ports or not int(ports[1]) <= int(ports[2] or ports[1]) <= 65535:
        raise invalid(f"The port '{rule['port']}' is neither a port nor a range of ports.")
    try:
        ipaddress.IPv4Network(rule["target"])
    except ValueError as error:
        raise invalid(f"The target '{rule['target']}' is no CIDR: {error}.") from None


def _check_new(rule: dict[str, Any], others: list[dict[str, Any]]) -> None:
    if any(all(other[name] == rule[name] for name in _SAID) for other in others):
        raise exists(f"The rule '{rule['name']}' is there already.")


def _kept(group: Thing, rule: dict[str, Any]) -> dict[str, Any]:
    made = {name: rule[name] for name in ("name", *_SAID)}
    more = {"creator": "spider", "createdAt": tenants.shown_time(group)}
    return {"id": str(uuid.uuid4()), "secgroupId": tenants.id_of(group), **made, **more}


def _shown(group: Thing, rules: list[dict[str, Any]] | None) -> dict[str, Any]:
    return tenants.common(
        group,
        name=group.body["name"],
        state="active",
        protection=group.body["protection"],
        rules=rules,
        rulesCount=len(group.body["rules"]),
        description="",
        asId="",
    )
