"""The calls that CB-Tumblebug makes, in an order in which they hold together, and the fields that it reads of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .clouds import Cloud
from .tumblebug import Tumblebug, escaped
from .tumblebug_shapes import (
    ALL,
    ALL_VPCS,
    ANY_CALL,
    CONNECTION,
    CREDENTIAL,
    DRIVER,
    GROUP,
    IID,
    IMAGE,
    KEY_PAIR,
    MESSAGE,
    NAME,
    REGION,
    RESULT,
    RULE,
    SPEC,
    STATUS,
    TAG,
    TAGS,
    VM,
    VPC,
)

# Tumblebug's structures are those of answers, so its requests carry these, empty.
NO_IID: Final = {"NameId": "", "SystemId": ""}
PASSWORD: Final = "u8Wz!q2Rm5Tx7k"  # what it makes up anew for each VM, Linux or not
PEM: Final = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n"

VPC_NAME, SUBNET_NAME, MORE_NAME = "tbvnet0001", "tbsubnet0001", "tbsubnet0002"
GROUP_NAME, VM_NAME = "tbsg0001", "tbvm0001"
ANY_CALLS: Final = {"AWS": "getRegionInfo", "MOCK": "countAll"}
KINDS: Final = ("vpc", "securitygroup", "keypair", "vm")


@dataclass
class World:
    """What the calls before have told: SystemIds by kind."""

    tumblebug: Tumblebug
    cloud: Cloud
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.cloud.region.get("Zone", "")

    def cidr(self, number: int) -> str:
        return list(self.cloud.subnets())[number]

    @property
    def names(self) -> dict[str, str]:
        return names(self.cloud)


def names(cloud: Cloud) -> dict[str, str]:
    """By kind. The key pair's is to be escaped, where the cloud grants such a name."""
    key = "tb key:1/a" if cloud.any_names else "tbkey0001"
    return {"vpc": VPC_NAME, "securitygroup": GROUP_NAME, "keypair": key, "vm": VM_NAME}


@dataclass(frozen=True)
class Call:
    """body: of the world as it is by then; None = an empty one. shape: the fields that Tumblebug reads of the answer.

    holds: a sentence about the answer that is true; tells: the kind whose SystemId the answer gives.
    """

    method: str
    path: str
    shape: Any
    body: Callable[[World], Any] | None = None
    holds: Callable[[World, Any], bool] = lambda world, answer: True
    tells: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def sends(data: Any) -> Callable[[World], Any]:
    return lambda _: data


def equals(wanted: dict[str, Any]) -> Callable[[World, Any], bool]:
    """The answer has these values; pairs in any order, since Tumblebug looks them up by key."""
    return lambda _, answer: all(_in_order(answer[key]) == _in_order(value) for key, value in wanted.items())


def _in_order(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, list) else value


def on(world: World) -> dict[str, Any]:
    return world.tumblebug.on()


def with_(**info: Any) -> Callable[[World], Any]:
    """A body with this ReqInfo; a function in it is told the world."""

    def body(world: World) -> Any:
        return world.tumblebug.on({key: one(world) if callable(one) else one for key, one in info.items()})

    return body


def id_of(kind: str) -> Callable[[World], str]:
    return lambda world: world.ids[kind]


def is_true(_: World, answer: Any) -> bool:
    return str(answer["Result"]).lower() == "true"


def named(name: str) -> Callable[[World, Any], bool]:
    return lambda _, answer: answer["IId"]["NameId"] == name and answer["IId"]["SystemId"] != ""


def has_subnet(name: str) -> Callable[[World, Any], bool]:
    return lambda _, vpc: [one["IId"]["SystemId"] != "" for one in vpc["SubnetInfoList"] if _is(one, name)] == [True]


def mapped(name: str) -> Callable[[World, Any], bool]:
    return lambda _, answer: [one["NameId"] for one in answer["AllList"]["MappedList"]].count(name) == 1


def _is(one: Any, name: str) -> bool:
    return bool(one["IId"]["NameId"] == name)


def settings(cloud: Cloud) -> Iterator[Call]:
    """How Tumblebug registers a cloud: a region without a zone, and one for each zone."""
    provider, word, place = cloud.provider, cloud.provider.lower(), cloud.region["Region"]
    yield Call("GET", "/readyz", MESSAGE)
    driver = {"DriverName": f"{word}-driver-v1.0.so", "ProviderName": provider}
    driver["DriverLibFileName"] = driver["DriverName"]
    yield Call("POST", "/driver", DRIVER, sends(driver), equals(driver))
    first = region(cloud, f"{word}-{place}", "")
    last = region(cloud, f"{word}-{place}-zone", cloud.region.get("Zone", ""))
    for sent in (first, last):
        yield Call("POST", "/region", REGION, sends(sent), equals({key: sent[key] for key in REGION}))
    yield Call("GET", "/region", {"region": [REGION]})
    yield Call("GET", f"/region/{first['RegionName']}", REGION, None, equals({key: first[key] for key in REGION}))
    more = {} if "PrivateKey" in cloud.credential else {"private_key": PEM}  # which no other cloud has a use for
    keys = [{"Key": key, "Value": value} for key, value in {**cloud.credential, **more}.items()]
    secret = {"CredentialName": word, "ProviderName": provider, "KeyValueInfoList": keys}
    yield Call("POST", "/credential", CREDENTIAL, sends(secret), equals({"CredentialName": word}))
    names = {"DriverName": driver["DriverName"], "CredentialName": word, "RegionName": last["RegionName"]}
    connection = {"ConfigName": cloud.connection, "ProviderName": provider, **names}
    yield Call("POST", "/connectionconfig", CONNECTION, sends(connection), equals(connection))
    for kind in ("keypair", "vpc", "securitygroup", "vm"):
        yield Call("GET", f"/all{kind}", ALL, on)


def region(cloud: Cloud, name: str, zone: str) -> dict[str, Any]:
    pairs = [{"Key": key, "Value": value} for key, value in {**cloud.region, "Zone": zone}.items()]
    base = {"RegionName": name, "ProviderName": cloud.provider}
    return {**base, "KeyValueInfoList": pairs, "AvailableZoneList": None}


def offered(cloud: Cloud) -> Iterator[Call]:
    """An image's name is escaped, a spec's is not."""
    yield Call("GET", "/vmimage", {"image": [IMAGE]}, on)
    path = f"/vmimage/{escaped(cloud.image)}"
    yield Call("GET", path, IMAGE, on, lambda _, got: got["IId"]["NameId"] == cloud.image)
    yield Call("GET", "/vmspec", {"vmspec": [SPEC]}, on)
    yield Call("GET", f"/vmspec/{cloud.spec}", SPEC, on, lambda _, got: got["MemSizeMiB"].isdigit())


def network(cloud: Cloud) -> Iterator[Call]:
    first = {"Name": SUBNET_NAME, "IPv4_CIDR": "", "Zone": ""}
    yield Call(
        "POST",
        "/vpc",
        VPC,
        with_(
            Name=VPC_NAME,
            IPv4_CIDR=lambda world: world.cloud.cidr,
            SubnetInfoList=lambda world: [first | {"IPv4_CIDR": world.cidr(0), "Zone": world.zone}],
            CSPId="",
        ),
        has_subnet(SUBNET_NAME),
        tells="vpc",
    )
    by_query = f"/vpc/{VPC_NAME}?ConnectionName={cloud.connection}"
    yield Call("GET", by_query, VPC, None, _has_cidr)
    more = with_(Name=MORE_NAME, IPv4_CIDR=lambda world: world.cidr(1), Zone=id_zone, KeyValueList=None)
    yield Call("POST", f"/vpc/{VPC_NAME}/subnet", VPC, more, has_subnet(MORE_NAME), tells=MORE_NAME)
    info = f"/allvpcinfo?ConnectionName={cloud.connection}"
    yield Call("GET", info, ALL_VPCS, None, lambda _, got: len(got["AllListInfo"]["MappedInfoList"]) == 1)
    forget = with_(VPCName=VPC_NAME)
    yield Call("DELETE", f"/regsubnet/{MORE_NAME}", RESULT, forget, is_true)
    again = with_(Name=MORE_NAME, CSPId=id_of(MORE_NAME), VPCName=VPC_NAME, Zone=id_zone)
    yield Call("POST", "/regsubnet", VPC, again, has_subnet(MORE_NAME))
    yield Call("DELETE", f"/vpc/{VPC_NAME}/subnet/{MORE_NAME}", RESULT, on, is_true)
    third = with_(Name="tbsubnet0003", IPv4_CIDR=lambda world: world.cidr(2), Zone=id_zone)
    yield Call("POST", f"/vpc/{VPC_NAME}/subnet", VPC, third, has_subnet("tbsubnet0003"))
    yield Call("DELETE", f"/vpc/{VPC_NAME}/subnet/tbsubnet0003?force=true", RESULT, on, is_true)


def _has_cidr(world: World, vpc: Any) -> bool:
    return bool(vpc["IPv4_CIDR"] == (world.cloud.cidr if world.cloud.vpc_cidr else ""))


def id_zone(world: World) -> str:
    return world.zone


def access(cloud: Cloud) -> Iterator[Call]:
    ssh = dict(zip(RULE, ("inbound", "TCP", "22", "22", "0.0.0.0/0"), strict=True))
    web = dict(zip(RULE, ("inbound", "tcp", "80", "443", "10.0.0.0/8"), strict=True))
    lower = {key.lower(): value for key, value in web.items()}
    empty = {"CSPId": "", "IId": NO_IID, "VpcIID": NO_IID, "Direction": "", "KeyValueList": None}
    group = with_(Name=GROUP_NAME, VPCName=VPC_NAME, SecurityRules=[ssh], **empty)
    yield Call("POST", "/securitygroup", GROUP, group, named(GROUP_NAME), tells="securitygroup")
    path = f"/securitygroup/{GROUP_NAME}/rules"
    yield Call("POST", path, GROUP, with_(RuleInfoList=[lower]), _has_rules(ssh, web))
    yield Call("DELETE", path, RESULT, with_(RuleInfoList=[lower]), is_true)
    if "securitygroup" not in cloud.kept:
        owner = with_(CSPId=id_of("securitygroup"))
        yield Call("POST", "/getsecuritygroupowner", IID, owner, lambda world, got: got["SystemId"] == world.ids["vpc"])
    blank = {"CSPId": "", "IId": NO_IID, "Fingerprint": "", "PublicKey": "", "PrivateKey": "", "VMUserID": ""}
    key = names(cloud)["keypair"]
    pair = with_(Name=key, **blank, KeyValueList=None)
    yield Call("POST", "/keypair", KEY_PAIR, pair, lambda _, got: "PRIVATE KEY" in got["PrivateKey"], tells="keypair")
    yield Call("GET", f"/keypair/{escaped(key)}", KEY_PAIR, on, named(key))


def _has_rules(*rules: dict[str, str]) -> Callable[[World, Any], bool]:
    """Of those inbound, exactly these: direction in lower case, protocol in upper case."""
    written = [{**rule, "IPProtocol": rule["IPProtocol"].upper()} for rule in rules]
    return lambda _, got: _in_order(_inbound(got)) == _in_order(written)


def _inbound(group: Any) -> list[dict[str, str]]:
    """Without the order of their keys."""
    inbound = [rule for rule in group["SecurityRules"] if rule["Direction"] == "inbound"]
    return [{key: rule[key] for key in RULE} for rule in inbound]


def machine(cloud: Cloud) -> Iterator[Call]:
    start = with_(
        Name=VM_NAME,
        ImageName=cloud.image,
        ImageType="PublicImage",
        VPCName=VPC_NAME,
        SubnetName=SUBNET_NAME,
        SecurityGroupNames=[GROUP_NAME],
        KeyPairName=names(cloud)["keypair"],
        VMSpecName=cloud.spec,
        CSPid="",
        DataDiskNames=None,
        VMUserId="cb-user",
        VMUserPasswd=PASSWORD,
        RootDiskType="",
        RootDiskSize="",
    )
    yield Call("POST", "/vm", VM, start, _is_whole, tells="vm")
    yield Call("GET", f"/vm/{VM_NAME}", VM, on, _is_whole)
    yield Call("GET", f"/vmstatus/{VM_NAME}", STATUS, on, lambda _, got: got["Status"] == "Running")
    of_vm, tag = {"ResourceType": "vm", "ResourceName": VM_NAME}, {"Key": cloud.tag, "Value": "tb-1"}
    if cloud.tag:
        yield Call("POST", "/tag", TAG, with_(**of_vm, Tag=tag))
        yield Call("GET", "/tag", TAGS, with_(**of_vm), lambda _, got: tag in got["tag"])
        yield Call("DELETE", f"/tag/{cloud.tag}", RESULT, with_(**of_vm), is_true)
    yield Call("GET", f"/cspresourcename/{VM_NAME}", NAME, _of_type_vm, lambda _, got: got["Name"] != "")
    if cloud.provider in ANY_CALLS:
        info = {"FID": ANY_CALLS[cloud.provider], "IKeyValueList": []}
        yield Call("POST", "/anycall", ANY_CALL, with_(**info), lambda _, got: got["OKeyValueList"] != [])


def _of_type_vm(world: World) -> dict[str, Any]:
    return {**on(world), "ResourceType": "vm"}


def _is_whole(world: World, vm: Any) -> bool:
    host, _, port = vm["SSHAccessPoint"].rpartition(":")
    used = {"vpc": vm["VpcIID"], "keypair": vm["KeyPairIId"], "securitygroup": vm["SecurityGroupIIds"][0]}
    same = all(one["SystemId"] == world.ids[kind] for kind, one in used.items())
    same = same and vm["VMUserId"] == "cb-user" and vm["Region"]["Region"] == world.cloud.region["Region"]
    return same and named(VM_NAME)(world, vm) and host == vm["PublicIP"] != "" and port.isdigit()


def adoption(cloud: Cloud) -> Iterator[Call]:
    """All that the cloud itself has is forgotten, then registered by the cloud's ids; not a VPC whose groups Spider
    keeps."""
    left_out = cloud.kept | ({"vpc"} if "securitygroup" in cloud.kept else set())
    held = {kind: name for kind, name in names(cloud).items() if kind not in left_out}
    for kind, name in reversed(held.items()):
        yield Call("DELETE", f"/reg{kind}/{escaped(name)}", RESULT, on, is_true)
    # Of VMs it is the structure of POST /vm, with the cloud's id under its lower d.
    more: dict[str, dict[str, Any]] = {
        "vpc": {"CSPId": id_of("vpc")},
        "securitygroup": {"CSPId": id_of("securitygroup"), "VPCName": VPC_NAME, "SecurityRules": None, "Direction": ""},
        "keypair": {"CSPId": id_of("keypair"), "PublicKey": "", "PrivateKey": "", "Fingerprint": ""},
        "vm": {"CSPid": id_of("vm"), "ImageName": "", "VPCName": "", "SubnetName": "", "SecurityGroupNames": None},
    }
    shapes = {"vpc": VPC, "securitygroup": GROUP, "keypair": KEY_PAIR, "vm": VM}
    for kind, name in held.items():
        yield Call("POST", f"/reg{kind}", shapes[kind], with_(Name=name, **more[kind]), named(name))
    for kind, name in names(cloud).items():
        yield Call("GET", f"/all{kind}", ALL, on, mapped(name))


def calls(cloud: Cloud) -> Iterator[Call]:
    for part in (settings, offered, network, access, machine, adoption):
        yield from part(cloud)
