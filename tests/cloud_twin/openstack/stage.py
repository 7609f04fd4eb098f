"""The stage on which requests are refused, made through whatever asks an OpenStack."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .asked import Asked, filled, named

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPg1dK8o0cZ3U7xQX1K5zR3bq8y8u6F1Hq9J9m0oXWbA me@x"
# Of nova's microversions one with all that a create may say.
VERSION = "2.93"

# The status and the body of an answer.
Ask = Callable[[Asked], tuple[int, str]]
Stage = dict[str, str]
_TEXT = re.compile(r"<h1>.*</h1>\s*(.*?)<br /><br />", re.S)
# They come in the order of their ids.
_PORTS = re.compile(r"(ports is: )([^.]*)")
_REQUEST = re.compile(r"req-[0-9a-f-]{36}")


def said(ask: Ask, asked: Asked, stage: Stage) -> list[Any]:
    """The status, the name of the fault and its words, with the stage's ids by their names."""
    status, body = ask(
        Asked(asked.service, asked.method, filled(asked.path, stage), filled(asked.body, stage), asked.version)
    )
    kind, text = _fault(body)
    # Glance prints its whole schema below.
    text = text.partition("\n\nFailed validating")[0]
    text = _PORTS.sub(lambda found: found[1] + ",".join(sorted(found[2].split(","))), named(text, stage))
    return [status, kind, _REQUEST.sub("<request>", text)]


def _fault(body: str) -> tuple[str, str]:
    try:
        data = json.loads(body)
    except ValueError:
        found = _TEXT.search(body)
        return "page", found[1] if found else body
    (name, inner), *_ = data.items()
    if not isinstance(inner, dict):
        return "", str(inner)
    return str(inner.get("type", name)), str(inner.get("message", inner))


class Builder:
    """Raises ValueError where something is not granted."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def build(self, user: str, project: str) -> Stage:
        """All but the server; `user` and `project`: ids that answers may hold."""
        outside = self._get("network", "/networks?router:external=true")["networks"][0]["id"]
        stage = {"user": user, "project": project, "outside": outside}
        for name in ("network", "other_network"):
            stage[name] = self._made("/networks", {"network": {"name": f"refusals-{name}"}})
        for name, network in (("subnet", "network"), ("other_subnet", "other_network")):
            body = {"network_id": stage[network], "ip_version": 4, "cidr": "10.8.0.0/24"}
            stage[name] = self._made("/subnets", {"subnet": body})
        stage["group"] = self._made("/security-groups", {"security_group": {"name": "refusals"}})
        rule = {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "direction": "ingress"}
        stage["rule"] = self._made(
            "/security-group-rules", {"security_group_rule": {"security_group_id": stage["group"], **rule}}
        )
        self._connect(stage)
        groups = self._get("network", f"/security-groups?project_id={project}")["security_groups"]
        mine = {one["name"]: one for one in groups}
        stage["default"] = mine["default"]["id"]
        rules = next(one for one in groups if one["id"] == stage["group"])["security_group_rules"]
        stage["egress"] = next(one["id"] for one in rules if (one["direction"], one["ethertype"]) == ("egress", "IPv4"))
        return stage | self._server_parts()

    def launch(self, stage: Stage) -> str:
        body = {"name": "refusals", "flavorRef": stage["flavor"], "imageRef": stage["image"], "networks": "none"}
        made = self._call(Asked("compute", "POST", "/servers", {"server": body}, VERSION))
        return str(made["server"]["id"])

    def _connect(self, stage: Stage) -> None:
        """Ports, routers, a floating IP."""
        gateway = {"external_gateway_info": {"network_id": stage["outside"]}}
        stage["router"] = self._made("/routers", {"router": {"name": "refusals", **gateway}})
        stage["other_router"] = self._made("/routers", {"router": {"name": "refusals-other"}})
        path = f"/routers/{stage['router']}/add_router_interface"
        added = self._call(Asked("network", "PUT", path, {"subnet_id": stage["subnet"]}))
        stage["interface"] = added["port_id"]
        fixed = {"fixed_ips": [{"subnet_id": stage["subnet"], "ip_address": "10.8.0.77"}]}
        port = {"network_id": stage["network"], "security_groups": [stage["group"]], **fixed}
        stage["port"] = self._made("/ports", {"port": port})
        stage["other_port"] = self._made("/ports", {"port": {"network_id": stage["other_network"]}})
        floating = {"floating_network_id": stage["outside"], "port_id": stage["port"]}
        stage["floating"] = self._made("/floatingips", {"floatingip": floating})

    def _server_parts(self) -> Stage:
        flavors = self._get("compute", "/flavors")["flavors"]
        images = self._get("image", "/images?name=debian-12")["images"]
        keypair = {"name": "refusals-key", "public_key": KEY}
        self._call(Asked("compute", "POST", "/os-keypairs", {"keypair": keypair}))
        return {
            "flavor": next(one["id"] for one in flavors if one["name"] == "m1.nano"),
            "image": images[0]["id"],
            "keypair": "refusals-key",
            "public_key": KEY,
        }

    def _made(self, path: str, body: dict[str, Any]) -> str:
        (shown,) = self._call(Asked("network", "POST", path, body)).values()
        return str(shown["id"])

    def _get(self, service: str, path: str) -> dict[str, Any]:
        return self._call(Asked(service, "GET", path))

    def _call(self, asked: Asked) -> dict[str, Any]:
        status, body = self._ask(asked)
        if status >= 400:
            raise ValueError(f"{asked.name}: {status} {body}")
        return dict(json.loads(body))
