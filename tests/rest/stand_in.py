"""A small stand-in for the engine, and a way to start either server with it.

`python -m tests.rest.stand_in serve --port 0` is `python -m chalicelib.rest.serve`, and
`python -m tests.rest.stand_in local --port 8000` is `chalice local`.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from spider_drivers.contract import Iid, KeyPair, SecurityGroup, Vm, VmStatus, Vpc, errors, registry

from chalicelib.catalogue import configured, outcomes, records
from chalicelib.catalogue.asked import Ability, ConnectionStatuses
from chalicelib.engine.call import Call
from chalicelib.engine.settings import Settings
from chalicelib.rest import opening


class StandIn:
    """Echoes calls, raises the error that a name asks for (`error-NotFound`), holds calls on `held-…`."""

    def __init__(self, settings: Settings | None = None, **_: Any) -> None:
        self.settings = settings or Settings()
        self.calls: list[Call] = []
        self.held = 0
        self.released = threading.Event()

    def start(self) -> None:
        pass

    def close(self) -> None:
        self.released.set()

    def perform(self, call: Call) -> Any:
        self.calls.append(call)
        name = call.name or getattr(call.body, "name", "")
        if name.startswith("error-"):
            raise errors.__dict__[name.removeprefix("error-")](f"this is {name}")
        if name.startswith("crash"):
            raise ZeroDivisionError("password=hunter2")
        if name.startswith("held"):
            self.held += 1
            self.released.wait(60)
        result = [_result(call, name)] if call.action.envelope else _result(call, name)
        return records.Accepted("op-1", result) if call.respond_async else result


def _result(call: Call, name: str) -> Any:
    iid = Iid(name, f"id-of-{name}")
    match call.action.name:
        case "list_cloudos":
            return "MOCK"
        case "get_endpointinfo":
            return call.address
        case "get_readyz" | "get_health" | "get_healthcheck" | "get_ping" | "get_version" | "get_ver":
            return call.action.name
        case "get_driver_capability":
            return Ability(registry.driver("MOCK").capability(), ())
        case "get_original_spec" | "list_original_spec":
            return {"name": name, "connection": call.connection, "request": call.request_id}
        case "list_vm_status":
            return iid, VmStatus.RUNNING
        case "list_all_vm_status":
            return ConnectionStatuses("c", "MOCK", ((iid, VmStatus.RUNNING),))
        case "get_vm_status" | "control_vm":
            return VmStatus.RUNNING
        case "run_ssh":
            return f'it said "{call.body.command}"'
        case "create_vpc" | "get_vpc" | "list_vpc":
            return Vpc(iid, "10.0.0.0/16")
        case "create_vm" | "get_vm" | "list_vm":
            return Vm(iid, VmStatus.CREATING)
        case "create_key_pair":
            return outcomes.IssuedKeyPair(KeyPair(iid, "aa:bb", "ssh-rsa AAAA"), "a private key")
        case "get_security_group" | "create_security_group" | "list_security_group":
            return SecurityGroup(iid)
    if call.action.verb == "delete":
        return records.Deleted(done=not call.respond_async)
    if call.action.verb == "create":
        return call.body
    settings = {
        "driver": configured.Driver(name, "MOCK", "mock.so"),
        "credential": configured.Credential(name, "MOCK", {"MockName": "secret"}),
        "region": configured.Region(name, "MOCK", {"Region": "r"}),
    }
    return settings.get(call.kind.name) or configured.Connection(name, "MOCK", "a-driver", "a-credential", "a-region")


def main(words: list[str]) -> int:
    opening.__dict__["open_engine"] = StandIn
    if words[0] == "serve":
        from chalicelib.rest import serve

        return serve.main(words[1:])
    from chalice.cli import main as chalice

    sys.argv = ["chalice", *words]
    return chalice()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
