"""A twin of Azure in this process, spoken to over TLS: by plain HTTP calls, and by Microsoft's SDK."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from cloud_twin.azure import Azure
from cloud_twin.clock import TwinClock
from cloud_twin.serve import serving
from cloud_twin.tls import Authority, client_context, server_context
from cloud_twin.twin import Twin

GROUP = "group-1"
PLACE = "koreacentral"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS somebody"
VERSIONS = {"Microsoft.Network": "2025-03-01", "Microsoft.Compute": "2026-03-01"}
IMAGE = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}


@dataclass
class Bench:
    """`http` bears a token. The clock stands still unless a test moves it."""

    twin: Twin
    url: str
    ca: Path
    http: httpx.Client

    @property
    def azure(self) -> Azure:
        found = self.twin.clouds["azure"]
        assert isinstance(found, Azure)
        return found

    # Plain calls

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """`path` below the subscription, or of a whole id; the api-version is added unless the path has one."""
        whole = path if path.startswith("/subscriptions") else f"/subscriptions/{self.azure.account.subscription}{path}"
        if "api-version=" not in whole:
            whole += f"{'&' if '?' in whole else '?'}api-version={version(whole)}"
        return self.http.request(method, whole, json=body, **more)

    def get(self, path: str) -> Any:
        return self._good(self.call("GET", path))

    def put(self, path: str, body: Any, **more: Any) -> Any:
        """And waits until it is over."""
        answer = self.call("PUT", path, body, **more)
        self.settle()
        return self._good(answer)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.call("POST", path, body)

    def delete(self, path: str) -> httpx.Response:
        return self.call("DELETE", path)

    def settle(self) -> None:
        self.twin.clock.advance(self.azure.settings.transition_seconds)

    def _good(self, answer: httpx.Response) -> Any:
        assert answer.status_code < 300, answer.text
        return answer.json()

    # A stage

    def group(self, name: str = GROUP) -> str:
        self.put(f"/resourceGroups/{name}", {"location": PLACE})
        return f"/resourceGroups/{name}"

    def network(self, name: str = "net-1", **subnets: str) -> str:
        """Its path. `subnets`: ranges by name."""
        inline = [{"name": one, "properties": {"addressPrefix": prefix}} for one, prefix in subnets.items()]
        properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": inline}
        return self.made("Microsoft.Network/virtualNetworks", name, properties)

    def rules(self, name: str = "nsg-1", *rules: dict[str, Any]) -> str:
        return self.made("Microsoft.Network/networkSecurityGroups", name, {"securityRules": list(rules)})

    def address(self, name: str = "ip-1", **properties: Any) -> str:
        properties = {"publicIPAllocationMethod": "Static", **properties}
        return self.made("Microsoft.Network/publicIPAddresses", name, properties, sku={"name": "Standard"})

    def interface(self, name: str = "nic-1", address: str | None = None, subnet: str | None = None) -> str:
        inner: dict[str, Any] = {"subnet": {"id": self.id(subnet or self.network(a="10.0.1.0/24") + "/subnets/a")}}
        if address:
            inner["publicIPAddress"] = {"id": self.id(address)}
        return self.made(
            "Microsoft.Network/networkInterfaces", name, {"ipConfigurations": [{"name": "one", "properties": inner}]}
        )

    def machine(self, name: str = "vm-1", **properties: Any) -> str:
        """A whole VM, its interface too."""
        interface = self.interface(f"{name}-nic")
        return self.made(
            "Microsoft.Compute/virtualMachines", name, {**machine_properties(self.id(interface)), **properties}
        )

    def made(self, kind: str, name: str, properties: Any, **more: Any) -> str:
        path = f"/resourceGroups/{GROUP}/providers/{kind}/{name}"
        self.put(path, {"location": PLACE, "properties": properties, **more})
        return path

    def id(self, path: str) -> str:
        return f"/subscriptions/{self.azure.account.subscription}{path}"

    # The SDK

    @cached_property
    def compute(self) -> ComputeManagementClient:
        return self._client(ComputeManagementClient)

    @cached_property
    def networks(self) -> NetworkManagementClient:
        return self._client(NetworkManagementClient)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        return self._client(ResourceManagementClient)

    @cached_property
    def subscriptions(self) -> SubscriptionClient:
        return SubscriptionClient(self.credential(), **self._common())

    def credential(self, **changed: Any) -> ClientSecretCredential:
        account = self.azure.account
        given = {"tenant_id": account.tenant, "client_id": account.client, "client_secret": account.secret, **changed}
        return ClientSecretCredential(
            **given, authority=self.url, disable_instance_discovery=True, connection_verify=str(self.ca)
        )

    def _client(self, kind: Any) -> Any:
        return kind(self.credential(), self.azure.account.subscription, polling_interval=0, **self._common())

    def _common(self) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "credential_scopes": [f"{self.url}/.default"],
            "connection_verify": str(self.ca),
            "retry_total": 0,
        }


def version(path: str) -> str:
    low = path.lower()
    if "/microsoft.compute/disks" in low:
        return "2025-01-02"
    if "/microsoft.compute/skus" in low:
        return "2021-07-01"
    for namespace, version in VERSIONS.items():
        if namespace.lower() in low:
            return version
    return "2025-04-01" if "resourcegroups" in low or "/providers" in low or "resources" in low else "2022-12-01"


def machine_properties(interface: str) -> dict[str, Any]:
    return {
        "hardwareProfile": {"vmSize": "Standard_B1s"},
        "storageProfile": {"imageReference": dict(IMAGE), "osDisk": {"createOption": "FromImage"}},
        "osProfile": {
            "adminUsername": "cb-user",
            "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [{"keyData": KEY}]}},
        },
        "networkProfile": {"networkInterfaces": [{"id": interface}]},
    }


def token(url: str, azure: Azure, context: Any) -> str:
    answer = httpx.post(
        f"{url}/{azure.account.tenant}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": azure.account.client,
            "client_secret": azure.account.secret,
            "scope": "https://management.azure.com/.default",
        },
        verify=context,
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["access_token"])


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    twin = Twin("azure", clock=TwinClock(speed=0))
    azure = twin.clouds["azure"]
    assert isinstance(azure, Azure)
    authority = Authority()
    context = client_context(authority.certificate)
    with tempfile.TemporaryDirectory() as folder, serving(twin, tls=server_context(authority.server())) as url:
        ca = Path(folder) / "ca.pem"
        ca.write_text(authority.certificate)
        headers = {"Authorization": f"Bearer {token(url, azure, context)}"}
        with httpx.Client(base_url=url, verify=context, trust_env=False, timeout=30, headers=headers) as http:
            yield Bench(twin, url, ca, http)
