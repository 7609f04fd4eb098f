"""An engine with the mock cloud registered, driven by the catalogue's actions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spider_drivers.contract import VirtualClock
from spider_drivers.mock.cloud import MockCloud, cloud, fresh_name

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.wire.base import parse
from chalicelib.engine.call import Call
from chalicelib.engine.service import Engine, open_engine
from chalicelib.engine.settings import Settings

BY_NAME = {action.name: action for action in ACTIONS}
VPC = {"Name": "vpc-01", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": [{"Name": "a", "IPv4_CIDR": "10.0.1.0/24"}]}
GROUP = {"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": []}
KEY = {"Name": "key-01"}
VM = {
    "Name": "vm-01",
    "ImageName": "mock-vmimage-01",
    "VMSpecName": "mock-vmspec-01",
    "VPCName": "vpc-01",
    "SubnetName": "a",
    "SecurityGroupNames": ["sg-01"],
    "KeyPairName": "key-01",
}


class House:
    """`region` sets the mock's knobs; the cloud stays the same when they change."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.settings = Settings(home=home, **settings)
        self.engine: Engine = open_engine(self.settings, self.clock)
        self.mock_name = fresh_name()
        self.do("create_driver", {"DriverName": "d", "ProviderName": "MOCK"})
        secret = [{"Key": "MockName", "Value": self.mock_name}]
        self.do("create_credential", {"CredentialName": "c", "ProviderName": "MOCK", "KeyValueInfoList": secret})
        self.region()
        names = {"DriverName": "d", "CredentialName": "c", "RegionName": "r"}
        self.do("create_connection", {"ConfigName": "mock", "ProviderName": "MOCK", **names})

    @property
    def cloud(self) -> MockCloud:
        return cloud(self.mock_name)

    @property
    def contents(self) -> dict[str, str]:
        return self.cloud.contents(self.clock.now())

    def region(self, **knobs: str) -> None:
        pairs = [{"Key": key, "Value": value} for key, value in knobs.items()]
        self.do("create_region", {"RegionName": "r", "ProviderName": "MOCK", "KeyValueInfoList": pairs})

    def restart(self) -> None:
        """Another process on the same state."""
        self.engine = open_engine(self.settings, self.clock)

    def do(self, name: str, body: Any = None, path_name: str = "", **options: Any) -> Any:
        """Performs an action; `body` as on the wire."""
        action = BY_NAME[name]
        request = parse(action.request_model, body or {}) if action.request_model else None
        call = Call(
            action=action,
            name=path_name,
            connection=getattr(request, "ConnectionName", ""),
            body=request.read() if request else None,
            fingerprint=json.dumps([name, path_name, body], sort_keys=True),
            **options,
        )
        return self.engine.perform(call)

    def make(self, kind: str, info: dict[str, Any], **options: Any) -> Any:
        return self.do(f"create_{kind}", {"ConnectionName": "mock", "ReqInfo": info}, **options)

    def on(self, name: str, path_name: str = "", **options: Any) -> Any:
        """An action on the connection, without a request of its own."""
        return self.do(name, {"ConnectionName": "mock"}, path_name, **options)

    def make_what_a_vm_needs(self) -> None:
        self.make("vpc", VPC)
        self.make("security_group", GROUP)
        self.make("key_pair", KEY)

    def make_all(self) -> Any:
        self.make_what_a_vm_needs()
        return self.make("vm", VM)

    def operation(self, operation_id: str) -> Any:
        return self.do("get_operation", None, operation_id)
