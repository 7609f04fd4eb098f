"""Whatever is sent, the twin has an answer of Azure's kind to it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from .bench import GROUP, KEY, PLACE, Bench, machine_properties, version
from .test_deployments import nic, template, vm, vnet

START = f"/resourceGroups/{GROUP}/providers"
NONSENSE: list[Any] = [None, "", "x", 0, -1, 2**40, 1.5, True, [], ["x"], [None], {}, {"id": "x"}, {"id": None}, "[x]"]
TIMES = 60


def bodies(bench: Bench) -> dict[str, Any]:
    """What is right, by path."""
    subnet = {"id": bench.id(f"{START}/Microsoft.Network/virtualNetworks/net-1/subnets/a")}
    inner = {"subnet": subnet, "privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.1.9"}
    rule = {
        "protocol": "Tcp",
        "access": "Allow",
        "direction": "Inbound",
        "priority": 100,
        "sourcePortRange": "*",
        "sourceAddressPrefixes": ["10.0.0.0/8"],
        "destinationPortRanges": ["22", "80-90"],
        "destinationAddressPrefix": "*",
    }
    machine = machine_properties(bench.id(f"{START}/Microsoft.Network/networkInterfaces/vm-nic"))
    machine["storageProfile"]["dataDisks"] = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 4}]
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    parameters = {"password": {"value": "Canary-Passw0rd"}}
    deployment = {"template": template(vm(), nic(), vnet()), "parameters": parameters, "mode": "Incremental"}
    return {
        "Microsoft.Network/virtualNetworks/n": {
            "addressSpace": space,
            "subnets": [{"name": "a", "properties": {"addressPrefix": "10.1.0.0/24"}}],
        },
        "Microsoft.Network/virtualNetworks/net-1/subnets/b": {"addressPrefix": "10.0.2.0/24"},
        "Microsoft.Network/networkSecurityGroups/n": {"securityRules": [{"name": "r", "properties": rule}]},
        "Microsoft.Network/networkSecurityGroups/nsg-1/securityRules/r": rule,
        "Microsoft.Network/publicIPAddresses/n": {
            "dnsSettings": {"domainNameLabel": "label"},
            "idleTimeoutInMinutes": 4,
        },
        "Microsoft.Network/networkInterfaces/n": {"ipConfigurations": [{"name": "one", "properties": inner}]},
        "Microsoft.Compute/virtualMachines/n": machine,
        "Microsoft.Compute/disks/n": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
        "Microsoft.Compute/images/n": {
            "storageProfile": {"osDisk": {"osType": "Linux", "osState": "Generalized", "managedDisk": subnet}}
        },
        "Microsoft.Compute/sshPublicKeys/n": {"publicKey": KEY},
        "Microsoft.Resources/deployments/n": deployment,
    }


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, one in pairs:
        yield (*path, name)
        yield from places(one, (*path, name))


def spoiled(body: Any, chance: random.Random) -> Any:
    found = copy.deepcopy(body)
    *path, last = chance.choice(list(places(found)))
    inner = found
    for step in path:
        inner = inner[step]
    inner[last] = copy.deepcopy(chance.choice(NONSENSE))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_nonsense_is_refused_and_breaks_nothing(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    bench.azure.settings.transition_seconds = 0
    bench.group()
    bench.network(a="10.0.1.0/24")
    bench.rules()
    bench.interface("vm-nic", subnet=f"{START}/Microsoft.Network/virtualNetworks/net-1/subnets/a")
    http = Client(bench.azure)  # without a network, for the sake of time
    for path, properties in bodies(bench).items():
        whole = {"location": PLACE, "properties": properties, "tags": {"a": "b"}}
        call: dict[str, Any] = {
            "path": f"{bench.id(START)}/{path}",
            "query_string": {"api-version": version(f"/{path}")},
            "headers": {"Authorization": bench.http.headers["Authorization"]},
        }
        for _ in range(TIMES):
            sent = spoiled(whole, chance)
            answer = http.put(**call, json=sent)
            assert answer.status_code != 500, (answer.text, path, sent)
            assert http.get(**call).status_code in (200, 404)
            http.delete(**call)
    assert bench.delete(f"/resourceGroups/{GROUP}").status_code == 202
    assert bench.azure.contents() == []
