"""Each verb runs with exactly the Azure actions that it declares, and fails with any one of them left out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from spider_drivers.azure import AzureDriver, resources
from spider_drivers.contract import (
    Direction,
    ImageRequest,
    KeyPairRequest,
    NotFound,
    Protocol,
    Ref,
    Refused,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SubnetRequest,
    VmRequest,
    VpcRequest,
)

from tests.drivers.azure_support import UBUNTU, Azure, AzureTwin, azure_twin
from tests.drivers.support import PUBLIC_KEY, done, ref

SSH = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
WEB = Rule(Direction.INBOUND, Protocol.TCP, 80, 80)

# Needed only for an image of one's own; for the disk that Azure makes by the way, for which the twin asks nothing; for
# what Azure has left of a VM.
NOT_EACH_TIME = {
    "vm create": {"Microsoft.Compute/images/read", "Microsoft.Compute/disks/write"},
    "vm delete": {
        "Microsoft.Network/networkInterfaces/delete",
        "Microsoft.Network/publicIPAddresses/delete",
        "Microsoft.Compute/disks/delete",
    },
}
DECLARED = {
    f"{kind} {verb}": permissions
    for kind, capability in AzureDriver().capability().kinds.items()
    for verb, permissions in capability.permissions.items()
} | {"all reconcile": AzureDriver().capability().marked or ()}


@dataclass
class World:
    """What verbs act on: made once, and restored before each of them."""

    twin: AzureTwin
    snapshot: Any
    vpc: Any
    empty: Any
    groups: tuple[Any, Any]
    unused: Any
    key: Any
    vm: Any
    foreign: Any

    def act(self, name: str, permissions: set[str]) -> None:
        """By a connection that knows nothing yet, whose creates go to a resource group that is not there."""
        self.twin.azure.restore(self.snapshot)
        self.twin.azure.settings.permissions = sorted(permissions)
        group = "fresh" if name.endswith("create") else ""
        azure = self.twin.connect(ResourceGroup=group)
        try:
            STEPS[name](azure, self)
        finally:
            self.twin.azure.settings.permissions = None
            azure.connection.close()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with azure_twin() as twin:
        azure = twin.connect()
        vpc, empty = _vpc(azure, "net"), _vpc(azure, "empty")
        groups = _group(azure, "one", vpc), _group(azure, "two", vpc)
        unused, key = _group(azure, "unused", vpc), _key(azure)
        vm, foreign = _vm(azure, "vm", vpc, groups, key), _vm(azure, "foreign", vpc, groups[:1], key)
        scope = resources.machines(azure.arm).named("foreign")["id"].strip("/")
        replaced = {"operation": "Replace", "properties": {"tags": {}}}
        azure.arm.begin("resources.tags.begin_update_at_scope", scope, replaced)
        yield World(twin, twin.azure.snapshot(), vpc, empty, groups, unused, key, vm, foreign)


def _vpc(azure: Azure, name: str) -> Any:
    request = VpcRequest(name, "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24", tags={"stage": "test"}),))
    return done(lambda attempt: azure.connection.vpc.create(request, attempt))


def _group(azure: Azure, name: str, vpc: Any) -> Any:
    request = SecurityGroupRequest(name, ref(vpc), (SSH,))
    return done(lambda attempt: azure.connection.security_group.create(request, attempt))


def _key(azure: Azure) -> Any:
    return done(lambda attempt: azure.connection.key_pair.create(KeyPairRequest("key", PUBLIC_KEY), attempt))


def _vm(azure: Azure, name: str, vpc: Any, groups: tuple[Any, ...], key: Any) -> Any:
    request = VmRequest(
        *(name, Ref(UBUNTU, UBUNTU), "Standard_B1s", ref(vpc), ref(vpc.subnets[0]), tuple(map(ref, groups)), ref(key))
    )
    return done(lambda attempt: azure.connection.vm.create(request, attempt))


def _images(azure: Azure, world: World) -> None:
    azure.connection.image.get(Ref(UBUNTU, UBUNTU))
    with contextlib.suppress(NotFound):
        azure.connection.image.get(Ref("mine", "mine"))


def _created_image(azure: Azure, world: World) -> None:
    done(lambda attempt: azure.connection.image.create(ImageRequest(UBUNTU), attempt))
    with contextlib.suppress(NotFound):
        done(lambda attempt: azure.connection.image.create(ImageRequest("mine"), attempt))


def _rules(verb: str, *rules: Rule) -> Callable[[Azure, World], None]:
    def act(azure: Azure, world: World) -> None:
        handler, group = azure.connection.security_group, ref(world.groups[0])
        done(lambda attempt: getattr(handler, verb)(group, RulesRequest(rules), attempt))

    return act


def _control(verb: str) -> Callable[[Azure, World], None]:
    def act(azure: Azure, world: World) -> None:
        done(lambda attempt: getattr(azure.connection.vm, verb)(ref(world.vm), attempt))

    return act


def _resume(azure: Azure, world: World) -> None:
    allowed = world.twin.azure.settings.permissions
    world.twin.azure.settings.permissions = None
    done(lambda attempt: azure.connection.vm.suspend(ref(world.vm), attempt))
    world.twin.azure.settings.permissions = allowed
    done(lambda attempt: azure.connection.vm.resume(ref(world.vm), attempt))


def _delete(kind: str, of: Callable[[World], Any]) -> Callable[[Azure, World], None]:
    return lambda azure, world: done(lambda attempt: getattr(azure.connection, kind).delete(ref(of(world)), attempt))


def _tag(kind: str, of: Callable[[World], Any]) -> Callable[[Azure, World], None]:
    def act(azure: Azure, world: World) -> None:
        done(lambda attempt: azure.connection.tag.add(kind, ref(of(world)), "stage", "live", attempt))
        done(lambda attempt: azure.connection.tag.remove(kind, ref(of(world)), "stage", attempt))

    return act


def _add_subnet(azure: Azure, world: World) -> None:
    request = SubnetRequest("b", "10.0.2.0/24", tags={"stage": "live"})
    done(lambda attempt: azure.connection.vpc.add_subnet(ref(world.empty), request, attempt))


def _remove_subnet(azure: Azure, world: World) -> None:
    subnet = ref(world.empty.subnets[0])
    done(lambda attempt: azure.connection.vpc.remove_subnet(ref(world.empty), subnet, attempt))


STEPS: dict[str, Callable[[Azure, World], Any]] = {
    "image create": _created_image,
    "image list": lambda azure, _: azure.connection.image.list(),
    "image get": _images,
    "spec list": lambda azure, _: azure.connection.spec.list(),
    "spec get": lambda azure, _: azure.connection.spec.get(Ref("", "Standard_B1s")),
    "vpc create": lambda azure, _: _vpc(azure, "new"),
    "vpc list": lambda azure, _: azure.connection.vpc.list(),
    "vpc get": lambda azure, world: azure.connection.vpc.get(ref(world.vpc)),
    "vpc delete": _delete("vpc", lambda world: world.empty),
    "vpc add_subnet": _add_subnet,
    "vpc remove_subnet": _remove_subnet,
    "vpc tag": _tag("vpc", lambda world: world.vpc),
    "security_group create": lambda azure, world: _group(azure, "new", world.vpc),
    "security_group list": lambda azure, _: azure.connection.security_group.list(),
    "security_group get": lambda azure, world: azure.connection.security_group.get(ref(world.unused)),
    "security_group delete": _delete("security_group", lambda world: world.unused),
    "security_group add_rules": _rules("add_rules", WEB),
    "security_group remove_rules": _rules("remove_rules", SSH),
    "security_group tag": _tag("security_group", lambda world: world.unused),
    "key_pair create": lambda azure, _: _key(azure),
    "key_pair list": lambda azure, _: azure.connection.key_pair.list(),
    "key_pair get": lambda azure, world: azure.connection.key_pair.get(ref(world.key)),
    "key_pair delete": _delete("key_pair", lambda world: world.key),
    "key_pair tag": _tag("key_pair", lambda world: world.key),
    "vm create": lambda azure, world: _vm(azure, "new", world.vpc, world.groups, world.key),
    "vm list": lambda azure, _: azure.connection.vm.list(),
    "vm get": lambda azure, world: azure.connection.vm.get(ref(world.foreign)),
    "vm delete": _delete("vm", lambda world: world.vm),
    "vm suspend": _control("suspend"),
    "vm resume": _resume,
    "vm reboot": _control("reboot"),
    "vm tag": _tag("vm", lambda world: world.vm),
    "all reconcile": lambda azure, _: azure.connection.marked(),
    "region_zone list": lambda azure, _: azure.connection.region_zone.list(),
    "region_zone get": lambda azure, _: azure.connection.region_zone.get(Ref("", "koreacentral")),
}


def test_every_verb_that_is_declared_is_tried() -> None:
    assert STEPS.keys() == DECLARED.keys()


@pytest.mark.parametrize("name", DECLARED)
def test_a_verb_runs_with_what_it_declares(world: World, name: str) -> None:
    world.act(name, {*DECLARED[name]})


@pytest.mark.parametrize("name", DECLARED)
def test_a_verb_fails_with_one_left_out(world: World, name: str) -> None:
    for left_out in sorted({*DECLARED[name]} - NOT_EACH_TIME.get(name, set())):
        with pytest.raises(Refused) as refused:
            world.act(name, {*DECLARED[name]} - {left_out})
        assert f"'{left_out}'" in refused.value.text, left_out
