"""A request for every action of the catalogue, each about something of its own that an earlier one has not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.vocabulary import Action

from .spider import Client
from .three_clouds import RULE, Asking

SHARED: Final = "shared"
# Drivers, credentials, regions and connections, by what is asked of them.
REGISTERED: Final = {"get": "kept", "delete": "deleted"}
# What is changed, and so is each action's own, named after it: by the path of its kind.
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "vpc": (
        *("delete_vpc", "delete_csp_vpc", "unregister_vpc", "add_subnet", "remove_subnet", "remove_csp_subnet"),
        *("unregister_subnet", "add_tag", "remove_tag"),
    ),
    "securitygroup": (
        *("delete_security_group", "delete_csp_security_group", "unregister_security_group"),
        *("add_rules", "remove_rules"),
    ),
    "keypair": ("delete_key_pair", "delete_csp_key_pair", "unregister_key_pair"),
    "vm": ("delete_vm", "delete_csp_vm", "unregister_vm", "control_vm", "put_control_vm"),
}
OWNED: Final = {name: path for path, names in OWN.items() for name in names}
PATHS: Final = {"security_group": "securitygroup", "key_pair": "keypair"}


@dataclass(frozen=True)
class Silent:
    """Ports of this machine behind which nobody ever says a word, and a private key."""

    tcp: int
    udp: int
    key: str


class Furnished:
    """A connection with what all actions need, and two more to the same cloud: `other`, which knows nothing of it, and
    `spare`, all of whose resources may be destroyed."""

    def __init__(self, client: Client, asking: Asking, other: Asking, spare: Asking, silent: Silent) -> None:
        self._asking, self._other, self._spare = asking, other, spare
        self._silent = silent
        self._ids: dict[tuple[str, str], str] = {}
        for one in (asking, other, spare):
            one.cloud.register(client)
        self._make(client)
        self._bodies = self._special()
        self._names = self._named()

    def requests(self, operation: str) -> Iterator[tuple[Action, str, Any]]:
        """(action, path, body); `operation`: the id of one that may be cancelled."""
        for action in ACTIONS:
            name = operation if "operation" in action.path else self._name(action)
            member = self._ids["subnet", _own(action.name)] if "/cspsubnet/" in action.path else "a"
            default = None if action.request is None else self._asking.on
            body = self._bodies.get(action.name, default)
            path = action.path.replace("{name}", quote(name, safe="")).replace("{member}", quote(member, safe=""))
            yield action, path, body

    def _name(self, action: Action) -> str:
        if action.name in self._names:
            return self._names[action.name]
        kind = action.kind.name if action.kind else ""
        path = PATHS.get(kind, kind)
        own = _own(action.name) if action.name in OWNED else SHARED
        if action.path.startswith("/csp") and path:
            return self._ids[path, own]
        return self._asking.cloud.connection if action.path.startswith("/count") else own

    def _make(self, client: Client) -> None:
        make = partial(self._post, client)
        make("vpc", SHARED)
        make("keypair", SHARED)
        make("securitygroup", SHARED)
        make("vm", SHARED)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: make(OWNED[name], _own(name)), OWNED))
        client.call("POST", "/keypair", self._spare.key_pair("spare"))
        for one in (self._asking, self._spare):
            client.call("POST", "/vmimage", one.create({"Name": one.cloud.image}))
        for name in REGISTERED.values():
            for path, body in self._settings(name).items():
                client.call("POST", f"/{path}", body)

    def _post(self, client: Client, path: str, name: str) -> None:
        made = client.call("POST", f"/{path}", self._wanted(path, name))
        self._ids[path, name] = made["IId"]["SystemId"]
        if path == "vpc":
            self._ids["subnet", name] = made["SubnetInfoList"][0]["IId"]["SystemId"]

    def _wanted(self, path: str, name: str) -> dict[str, Any]:
        match path:
            case "vpc":
                subnets = ("a", "b") if name in (SHARED, "remove-subnet", "remove-csp-subnet") else ("a",)
                return self._asking.vpc(name, *subnets)
            case "securitygroup":
                return self._asking.group(name, SHARED)
            case "keypair":
                return self._asking.key_pair(name)
        return self._asking.vm(name, SHARED, SHARED, SHARED)

    def _settings(self, name: str) -> dict[str, dict[str, Any]]:
        cloud = self._asking.cloud
        provider = {"ProviderName": cloud.provider}
        return {
            "driver": {**provider, "DriverName": f"{name}-d"},
            "credential": {**provider, "CredentialName": f"{name}-c", "KeyValueInfoList": _pairs(cloud.credential)},
            "region": {**provider, "RegionName": f"{name}-r", "KeyValueInfoList": _pairs(cloud.region)},
            "connectionconfig": {**provider, **self._before_connecting(), "ConfigName": f"{name}-config"},
        }

    def _special(self) -> dict[str, Any]:
        """Bodies that hold more than the connection's name, by actions."""
        asking, new = self._asking, self._settings("new")
        of_vpc = {**asking.on, "ResourceType": "vpc", "ResourceName": SHARED}
        host = {"HostName": "127.0.0.1"}
        return {
            **{f"create_{kind}": body for kind, body in new.items() if kind != "connectionconfig"},
            "create_connection": new["connectionconfig"],
            "create_image": self._other.create({"Name": asking.cloud.image}),
            "delete_image": self._spare.on,
            "create_vpc": asking.vpc("new"),
            "create_security_group": asking.group("new", SHARED),
            "create_key_pair": asking.key_pair("new"),
            "create_vm": asking.vm("new", SHARED, SHARED, SHARED),
            "add_subnet": asking.create({"Name": "b", "IPv4_CIDR": list(asking.cloud.subnets())[1]}),
            "add_rules": asking.create({"RuleInfoList": [{**RULE, "FromPort": "80", "ToPort": "80"}]}),
            "remove_rules": asking.create({"RuleInfoList": [RULE]}),
            "control_vm": {**asking.on, "action": "suspend"},
            "put_control_vm": {**asking.on, "action": "reboot"},
            **dict.fromkeys(("list_tag", "get_tag"), of_vpc),
            "remove_tag": {**of_vpc, "ResourceName": "remove-tag"},
            "add_tag": asking.create({**of_vpc, "ResourceName": "add-tag", "Tag": {"Key": "key", "Value": "value"}}),
            **{f"register_{kind}": self._adoption(kind) for kind in ("vpc", "security_group", "key_pair", "vm")},
            "register_subnet": asking.create({"Name": "c", "CSPId": self._ids["subnet", SHARED], "VPCName": SHARED}),
            "unregister_subnet": {**asking.on, "VPCName": "unregister-subnet"},
            **{f"get_csp_resource_{what}": {**asking.on, "ResourceType": "vpc"} for what in ("name", "info")},
            **{f"{verb}_security_group_owner": self._of_id("securitygroup") for verb in ("get", "post")},
            **{f"{verb}_vm_using_resources": self._of_id("vm") for verb in ("get", "post")},
            **{one.name: self._before_connecting() for one in ACTIONS if one.path.startswith("/preconfig/")},
            "call_any": asking.create(self._any_call()),
            "rank_region": {"api": "DescribeImages"},
            "destroy": self._spare.on,
            "check_tcp": {**host, "Port": self._silent.tcp},
            "check_udp": {**host, "Port": self._silent.udp},
            "run_ssh": {
                "UserName": "cb-user",
                "PrivateKey": self._silent.key,
                "ServerPort": f"127.0.0.1:{self._silent.tcp}",
                "Command": "true",
            },
        }

    def _named(self) -> dict[str, str]:
        """Names in paths that are not those of resources."""
        cloud = self._asking.cloud
        suffixes = {"driver": "d", "credential": "c", "region": "r", "connection": "config"}
        return {
            **{f"{verb}_{kind}": f"{REGISTERED[verb]}-{end}" for verb in REGISTERED for kind, end in suffixes.items()},
            **dict.fromkeys(("get_image", "delete_image"), cloud.image),
            **dict.fromkeys(("get_spec", "get_original_spec"), cloud.spec),
            **dict.fromkeys(("get_region_zone", "get_preconfigured_region_zone"), cloud.region["Region"]),
            **dict.fromkeys(("get_tag", "remove_tag"), "key"),
            "get_cloudos_metainfo": cloud.provider,
            "count_connection": cloud.provider,
            "unregister_subnet": "a",
        }

    def _adoption(self, kind: str) -> dict[str, Any]:
        return self._other.create({"Name": "adopted", "CSPId": self._ids[PATHS.get(kind, kind), SHARED]})

    def _of_id(self, path: str) -> dict[str, Any]:
        return {**self._asking.on, "CSPId": self._ids[path, SHARED]}

    def _before_connecting(self) -> dict[str, str]:
        word = self._asking.cloud.connection.removesuffix("-config")
        return {"DriverName": f"{word}-driver", "CredentialName": f"{word}-credential", "RegionName": f"{word}-region"}

    def _any_call(self) -> dict[str, Any]:
        """Of AWS's; others have none."""
        tag = '{"Key": "key", "Value": "value"}'
        pairs = {"ResourceId": self._ids["vpc", SHARED], "Tag": tag}
        return {"FID": "createTags", "IKeyValueList": _pairs(pairs)}


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _own(action: str) -> str:
    return action.replace("_", "-")
