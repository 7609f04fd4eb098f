"""CB-Tumblebug's calls, in its own words, on the strict AWS twin and on the mock."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .clouds import CLOUDS, mock
from .forked import spider
from .tumblebug import LOGIN, Refused, Tumblebug, escaped, misfits
from .tumblebug_calls import KINDS, VM_NAME, Call, World, calls, settings

FREE = ("vm", "keypair")  # deleted though others use them
CONTROLS = {"suspend": "Suspended", "resume": "Running", "reboot": "Running"}


@contextlib.contextmanager
def started(provider: str, home: Path) -> Iterator[World]:
    """A server with Tumblebug's login, and the cloud. Nothing is registered yet."""
    with CLOUDS[provider]() as cloud, spider(home, username=LOGIN[0], password=LOGIN[1]) as client:
        yield World(Tumblebug(client.url, cloud.connection), cloud)


def failures(world: World, made: Iterator[Call]) -> list[str]:
    """Of the calls, one after the other, up to the first that is refused."""
    found: list[str] = []
    for call in made:
        try:
            answer = world.tumblebug.call(call.method, call.path, call.body(world) if call.body else None)
        except Refused as refused:
            return [*found, f"{call.name} is refused: {refused}"]
        missing = misfits(call.shape, answer)
        found += [f"{call.name}: {text}" for text in missing]
        if not missing and not call.holds(world, answer):
            found.append(f"{call.name} answers {answer}")
        if call.tells and not missing:
            world.ids[call.tells] = _id_in(answer, call.tells)
    return found


def _id_in(answer: Any, kind: str) -> str:
    """The answer's own, or that of the subnet of this name."""
    known = [answer["IId"], *(one["IId"] for one in answer.get("SubnetInfoList", []))]
    found: str = next((one["SystemId"] for one in known if one["NameId"] == kind), answer["IId"]["SystemId"])
    return found


@pytest.mark.parametrize("provider", CLOUDS)
def test_every_call_is_answered_with_the_fields_that_it_reads(provider: str, tmp_path: Path) -> None:
    with started(provider, tmp_path) as world:
        assert failures(world, calls(world.cloud)) == []


@pytest.mark.parametrize("provider", CLOUDS)
def test_a_vm_is_controlled_by_get_and_every_deletion_is_believed(provider: str, tmp_path: Path) -> None:
    with started(provider, tmp_path) as world:
        assert failures(world, calls(world.cloud)) == []
        for action, status in CONTROLS.items():
            controlled(world, action, status)
        # Of what Spider keeps the adopted VM tells nothing.
        for kind in set(KINDS) - set(FREE) - world.cloud.kept:
            refused = world.tumblebug.refusal("DELETE", f"/{kind}/{world.names[kind]}", world.tumblebug.on())
            assert refused.is_taken, refused
            assert not refused.is_gone, refused
        for kind in reversed(KINDS):
            deleted(world, kind, escaped(world.names[kind]))


def controlled(world: World, action: str, status: str) -> None:
    on = world.tumblebug.on()
    world.tumblebug.call("GET", f"/controlvm/{VM_NAME}?action={action}", on)
    for _ in range(600):
        if world.tumblebug.call("GET", f"/vmstatus/{VM_NAME}", on)["Status"] == status:
            return
    raise AssertionError(f"{action} never ends in {status}")


def deleted(world: World, kind: str, segment: str) -> None:
    """By force, which also ends well where there is no need of it."""
    tumblebug, path = world.tumblebug, f"/{kind}/{segment}"
    assert tumblebug.lists(kind, world.ids[kind]) == ["MappedList"]
    answer = tumblebug.call("DELETE", f"{path}?force=true", tumblebug.on())
    assert kind == "vm" or answer["Result"].lower() == "true"
    assert tumblebug.believes_deleted(kind, world.ids[kind])
    for method in ("GET", "DELETE"):
        again = tumblebug.refusal(method, path, tumblebug.on())
        assert again.is_gone, again
        assert again.is_forgotten, again
    assert tumblebug.refusal("GET", f"{path}?ConnectionName={tumblebug.connection}").is_gone
    assert tumblebug.refusal("DELETE", f"/reg{kind}/{segment}", tumblebug.on()).is_forgotten


def test_a_resource_that_spider_forgot_is_registered_anew_and_deleted(tmp_path: Path) -> None:
    """What Tumblebug does about a record that Spider has lost while the cloud still has the resource."""
    with started("AWS", tmp_path) as world:
        assert failures(world, calls(world.cloud)) == []
        key = world.names["keypair"]
        tumblebug, path = world.tumblebug, f"/keypair/{escaped(key)}"
        tumblebug.call("DELETE", f"/reg{path[1:]}", tumblebug.on())
        assert tumblebug.refusal("DELETE", path, tumblebug.on()).is_forgotten
        assert not tumblebug.believes_deleted("keypair", world.ids["keypair"])
        assert tumblebug.lists("keypair", world.ids["keypair"]) == ["OnlyCSPList"]
        tumblebug.call("POST", "/regkeypair", tumblebug.on({"Name": key, "CSPId": world.ids["keypair"]}))
        assert tumblebug.call("DELETE", path, tumblebug.on())["Result"].lower() == "true"
        assert tumblebug.believes_deleted("keypair", world.ids["keypair"])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tumblebug]:
    """A server with the mock registered, and nothing in it."""
    home = tmp_path_factory.mktemp("home")
    with mock() as cloud, spider(home, username=LOGIN[0], password=LOGIN[1]) as client:
        tumblebug = Tumblebug(client.url, cloud.connection)
        assert failures(World(tumblebug, cloud), settings(cloud)) == []
        yield tumblebug


@pytest.mark.parametrize("path", [f"/{prefix}{kind}/tb-none" for prefix in ("", "reg") for kind in KINDS])
@pytest.mark.parametrize("query", ["", "?force=true"])
def test_what_never_was_is_forgotten_as_well_as_gone(plain: Tumblebug, path: str, query: str) -> None:
    refused = plain.refusal("DELETE", path + query, plain.on())
    assert refused.is_forgotten, refused
    assert not refused.is_taken, refused


@pytest.mark.parametrize(
    "name", ["Canonical:UbuntuServer:18.04-LTS:latest", "a b/c", "https://cloud/images/x?y=1&z#1", "á+b%"]
)
@pytest.mark.parametrize("kind", ["vmimage", "keypair"])
def test_a_name_arrives_as_it_was_before_go_escaped_it(plain: Tumblebug, kind: str, name: str) -> None:
    refused = plain.refusal("GET", f"/{kind}/{escaped(name)}", plain.on())
    assert name in str(refused)
    assert refused.is_gone


DISK = {"Name": "d", "CSPid": "", "DiskType": "default", "DiskSize": "default"}
NLB = {"Name": "n", "CSPId": "", "VPCName": "v", "Type": "PUBLIC", "Scope": "REGION"}
HEALTH = {"protocol": "tcp", "port": "80", "interval": "-1", "timeout": "-1", "threshold": "-1"}
ZONES_OF = [{"Key": "InstanceType", "Value": "ecs.t5-lc1m2.small"}]
LACKING: list[tuple[str, str, Any]] = [
    ("POST", "/disk", DISK),
    ("GET", "/disk/d", None),
    ("GET", "/alldisk", None),
    ("PUT", "/disk/d/attach", {"VMName": "m"}),
    ("DELETE", "/disk/d?force=true", None),
    ("POST", "/regdisk", DISK | {"CSPid": "vol-1"}),
    ("DELETE", "/regdisk/d", None),
    ("POST", "/myimage", {"Name": "i", "SourceVM": "m"}),
    ("GET", "/myimage/i", None),
    ("GET", "/allmyimage", None),
    ("DELETE", "/myimage/i?force=true", None),
    ("DELETE", "/regmyimage/i", None),
    ("POST", "/nlb", NLB | {"HealthChecker": HEALTH}),
    ("GET", "/nlb/n", None),
    ("GET", "/nlb/n/health", None),
    ("GET", "/allnlb", None),
    ("DELETE", "/nlb/n/vms", {"VMs": ["m"]}),
    ("DELETE", "/nlb/n?force=true", None),
    ("DELETE", "/regnlb/n", None),
    ("POST", "/cluster", {"Name": "c", "Version": "1.31", "VPCName": "v", "NodeGroupList": []}),
    ("GET", "/cluster/c?KubeconfigType=native", None),
    ("GET", "/cluster/c/token", None),
    ("DELETE", "/cluster/c/nodegroup/g", None),
    ("DELETE", "/cluster/c?force=true", None),
    ("POST", "/rdbms", {"Name": "r"}),
    ("GET", "/allrdbms", None),
    ("DELETE", "/rdbms/r", None),
    ("GET", "/alls3", None),
    ("DELETE", "/s3/b?ConnectionName=mock-config", None),
    ("GET", "/priceinfo/vm/default?ConnectionName=mock-config&simple=true", None),
    ("GET", "/node/m", None),
    ("POST", "/anycall", {"FID": "GetInstanceTypeAvailableAllZones", "IKeyValueList": ZONES_OF}),
]


@pytest.mark.parametrize(("method", "path", "info"), LACKING, ids=[f"{method} {path}" for method, path, _ in LACKING])
def test_what_spider_lacks_looks_neither_gone_nor_taken(plain: Tumblebug, method: str, path: str, info: Any) -> None:
    """A disk that lives on would leave Tumblebug's books, were "not found" in the body or in the status's phrase."""
    refused = plain.refusal(method, path, plain.on(info))
    assert not refused.is_gone, refused
    assert not refused.is_taken, refused


def test_a_call_of_another_account_is_unauthorized_and_no_more(plain: Tumblebug) -> None:
    stranger = Tumblebug(plain.url, plain.connection)
    stranger._http.auth = ("default", "wrong")
    refused = stranger.refusal("GET", "/allkeypair", stranger.on())
    assert refused.status == 401
    assert not refused.is_gone
