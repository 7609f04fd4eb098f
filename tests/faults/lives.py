"""What befalls resources from their creation to their end: every change that a cloud knows, in order."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from spider_drivers.contract import Capability

from tests.system.spider import Client

from .place import Connection

Request = tuple[str, str, Any]
RULE: Final = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
LATER_RULES: Final = [
    {"FromPort": port, "ToPort": port, "IPProtocol": "tcp", "Direction": "inbound", "CIDR": "10.0.0.0/8"}
    for port in ("443", "8443")
]
KINDS: Final = {"vpc": "vpc", "securitygroup": "security_group", "keypair": "key_pair", "vm": "vm"}
NEEDS: Final = {
    "subnet": ("vpc",),
    "securitygroup": ("vpc",),
    "vm": ("vpc", "securitygroup", "keypair"),
    "power": ("vpc", "securitygroup", "keypair", "vm"),
}
WORDS: Final = {"securitygroup": "sg"}  # what tags call a kind, where that is not its path


@dataclass(frozen=True)
class Change:
    """
    request    method, path and body
    shown      what Spider shows of it afterwards, as read from the cloud; the same on every connection
    needed     whether all later changes rely on it
    before     the title of the one that does
    refused    whether the cloud has no quota left when most of it is made
    sent       "once", whatever happens; "again if unheard": where nothing at the cloud tells that it was; "": as may be
    """

    title: str
    request: Callable[[Connection], Request]
    shown: Callable[[Client, Connection], Any]
    needed: bool = False
    before: str = ""
    refused: bool = False
    sent: str = ""


@dataclass(frozen=True)
class Life:
    """`needs`: paths of what is made before, in order. `deaths`: how often Spider dies in the same change."""

    needs: tuple[str, ...]
    changes: tuple[Change, ...]
    deaths: int = 1


def all_lives(capability: Capability, tagged: Container[str]) -> dict[str, Life]:
    """`tagged`: kinds that are. What Spider keeps by itself costs no call, and has no life."""
    verbs = {name: set(kind.permissions) for name, kind in capability.kinds.items()}
    tags = {path: _tags(path) if kind in tagged else () for path, kind in {**KINDS, "subnet": "subnet"}.items()}
    subnets = (ADD_SUBNET, REMOVE_SUBNET, refused(ADD_SUBNET)) if "add_subnet" in verbs["vpc"] else ()
    rules = (_rules("add", "POST"), _rules("remove", "DELETE")) if "add_rules" in verbs["security_group"] else ()
    changes = {
        "vpc": (create("vpc"), *tags["vpc"], delete("vpc"), refused(create("vpc"))),
        "subnet": (*subnets, *tags["subnet"]),
        "securitygroup": (create("securitygroup"), *rules, *tags["securitygroup"], delete("securitygroup")),
        "keypair": (create("keypair"), *tags["keypair"], delete("keypair")),
        "vm": (create("vm"), *tags["vm"], delete("vm"), refused(create("vm"))),
        "power": (control("suspend"), control("resume"), control("reboot")),
    }
    return {
        name: Life(NEEDS.get(name, ()), of)
        for name, of in changes.items()
        if of and KINDS.get(name) not in capability.kept
    }


def create(path: str) -> Change:
    return Change(
        f"create a {path}",
        lambda on: ("POST", f"/{path}", _body(path, on)),
        lambda client, on: _seen(client, on, path),
        needed=True,
    )


def delete(path: str) -> Change:
    return Change(
        f"delete a {path}",
        lambda on: ("DELETE", f"/{path}/{on.name(path)}", on.on),
        lambda client, on: _seen(client, on, path),
        needed=True,
    )


def refused(change: Change) -> Change:
    return replace(change, title=f"{change.title}, of which a part is refused", refused=True, needed=False)


ADD_SUBNET: Final = Change(
    "add a subnet",
    lambda on: (
        "POST",
        f"/vpc/{on.name('vpc')}/subnet",
        on.asking(Name=on.name("c"), IPv4_CIDR=next(islice(on.cloud.subnets(), 2, None))),
    ),
    lambda client, on: _seen(client, on, "vpc"),
    needed=True,
)
REMOVE_SUBNET: Final = Change(
    "remove a subnet",
    lambda on: ("DELETE", f"/vpc/{on.name('vpc')}/subnet/{on.name('c')}", on.on),
    lambda client, on: _seen(client, on, "vpc"),
    needed=True,
)


def _rules(what: str, method: str) -> Change:
    return Change(
        f"{what} rules",
        lambda on: (
            method,
            f"/securitygroup/{on.name('securitygroup')}/rules",
            on.asking(RuleInfoList=LATER_RULES),
        ),
        lambda client, on: _seen(client, on, "securitygroup"),
        before="remove rules",
    )


def _tags(path: str) -> tuple[Change, Change]:
    def of(on: Connection) -> dict[str, str]:
        name = on.name("a" if path == "subnet" else path)
        return {"ResourceType": WORDS.get(path, path), "ResourceName": name}

    def shown(client: Client, on: Connection) -> Any:
        listed = client.call("GET", "/tag", on.asking(**of(on)))
        return [one for one in _pairs(listed) if one[0] == on.cloud.tag]

    add = Change(
        f"tag a {path}",
        lambda on: ("POST", "/tag", on.asking(**of(on), Tag={"Key": on.cloud.tag, "Value": "blue"})),
        shown,
        before=f"untag a {path}",
    )
    remove = Change(f"untag a {path}", lambda on: ("DELETE", f"/tag/{on.cloud.tag}", on.asking(**of(on))), shown)
    return add, remove


def _pairs(listed: Any) -> Iterator[tuple[str, str]]:
    (tags,) = [value for value in listed.values() if isinstance(value, list)]
    return ((one["Key"], one["Value"]) for one in tags)


def control(action: str) -> Change:
    settled = "Suspended" if action == "suspend" else "Running"
    return Change(
        action,
        lambda on: ("PUT", f"/controlvm/{on.name('vm')}?action={action}", on.on),
        lambda client, on: client.until(f"/vmstatus/{on.name('vm')}", on.on, "Status", settled),
        needed=action != "reboot",
        sent="again if unheard" if action == "reboot" else "once",
    )


def _body(path: str, on: Connection) -> Any:
    names = [on.name(letter) for letter in "ab"]
    subnets = [{"Name": name, "IPv4_CIDR": cidr} for name, cidr in zip(names, on.cloud.subnets(), strict=False)]
    info: dict[str, dict[str, Any]] = {
        "vpc": {"IPv4_CIDR": on.cloud.cidr, "SubnetInfoList": subnets},
        "securitygroup": {"VPCName": on.name("vpc"), "SecurityRules": [RULE]},
        "keypair": {},
        "vm": {
            "ImageName": on.cloud.image,
            "VMSpecName": on.cloud.spec,
            "VPCName": on.name("vpc"),
            "SubnetName": names[0],
            "SecurityGroupNames": [on.name("securitygroup")],
            "KeyPairName": on.name("keypair"),
        },
    }
    return on.asking(Name=on.name(path), **info[path])


def _seen(client: Client, on: Connection, path: str) -> Any:
    """None of what is not there."""
    answer = client.send("GET", f"/{path}/{on.name(path)}", on.on)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    found = answer.json()
    match path:
        case "vpc":
            return sorted(on.bare(one["IId"]) for one in found["SubnetInfoList"])
        case "securitygroup":
            return sorted("/".join(map(str, one.values())) for one in found["SecurityRules"])
        case "vm":
            named = [found[field] for field in ("VpcIID", "SubnetIID", "KeyPairIId")]
            return [on.bare(iid) for iid in [*named, *found["SecurityGroupIIds"]]]
    return on.bare(found["IId"])


VM_TWICE: Final = Life(NEEDS["vm"], (create("vm"), delete("vm")), deaths=2)
