"""CB-Spider's classic full test, over HTTP, on any cloud: the same calls, whatever the cloud is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .clouds import Cloud
from .spider import CallFailed, Client

Step = tuple[str, Callable[[], None]]


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise CallFailed(what)


class LifeCycle:
    """The steps, in order. Each raises CallFailed when it did not hold."""

    def __init__(self, client: Client, cloud: Cloud) -> None:
        self._client = client
        self._cloud = cloud
        self._on = {"ConnectionName": cloud.connection}
        self._vpc, self._subnet, self._group, self._key, self._vm = (
            f"{cloud.prefix}{name}" for name in ("vpc-01", "subnet-01", "sg-01", "keypair-01", "vm-01")
        )

    def steps(self) -> Iterator[Step]:
        yield "register", lambda: self._cloud.register(self._client)
        yield from self._kind("vpc", "vpc", self._vpc, self._create_vpc)
        yield from self._kind("sg", "securitygroup", self._group, self._create_group)
        yield from self._kind("keypair", "keypair", self._key, self._create_key)
        yield "vm start", self._start_vm
        yield "vm list", lambda: self._listed("vm", "vm", self._vm)
        yield "vm get", lambda: self._got("vm", self._vm)
        yield "status list", self._statuses
        yield "status get", lambda: self._until("Running")
        yield "suspend", lambda: self._control("suspend", "Suspended")
        yield "resume", lambda: self._control("resume", "Running")
        yield "reboot", lambda: self._control("reboot", "Running")
        yield "terminate", self._terminate
        for path, name in (("keypair", self._key), ("securitygroup", self._group), ("vpc", self._vpc)):
            yield f"{path.replace('securitygroup', 'sg')} delete", partial(self._delete, path, name)
        yield "all gone", self._nothing_left

    def _kind(self, word: str, path: str, name: str, create: Callable[[], None]) -> Iterator[Step]:
        yield f"{word} create", create
        yield f"{word} list", lambda: self._listed(path, path, name)
        yield f"{word} get", lambda: self._got(path, name)

    def _post(self, path: str, info: dict[str, Any]) -> Any:
        made = self._client.call("POST", f"/{path}", {**self._on, "ReqInfo": info})
        expect(made["IId"]["NameId"] == info["Name"], f"POST /{path} answers the name {made['IId']['NameId']}")
        expect(bool(made["IId"]["SystemId"]), f"POST /{path} answers no SystemId")
        return made

    def _create_vpc(self) -> None:
        subnets = [{"Name": self._subnet, "IPv4_CIDR": next(self._cloud.subnets())}]
        made = self._post("vpc", {"Name": self._vpc, "IPv4_CIDR": self._cloud.cidr, "SubnetInfoList": subnets})
        named = [subnet["IId"]["NameId"] for subnet in made["SubnetInfoList"]]
        expect(named == [self._subnet], f"the subnets are {named}, not {self._subnet}")

    def _create_group(self) -> None:
        rule = {"FromPort": "1", "ToPort": "65535", "IPProtocol": "tcp", "Direction": "inbound"}
        made = self._post("securitygroup", {"Name": self._group, "VPCName": self._vpc, "SecurityRules": [rule]})
        expect(made["VpcIID"]["NameId"] == self._vpc, f"the group is in {made['VpcIID']}, not {self._vpc}")

    def _create_key(self) -> None:
        made = self._post("keypair", {"Name": self._key})
        expect("PRIVATE KEY" in made["PrivateKey"], "POST /keypair answers no private key")

    def _start_vm(self) -> None:
        made = self._post(
            "vm",
            {
                "Name": self._vm,
                "ImageName": self._cloud.image,
                "VMSpecName": self._cloud.spec,
                "VPCName": self._vpc,
                "SubnetName": self._subnet,
                "SecurityGroupNames": [self._group],
                "KeyPairName": self._key,
                "VMUserId": "",
                "VMUserPasswd": "",
            },
        )
        expect(bool(made["PublicIP"]), "the VM has no public IP")
        host, _, port = made["SSHAccessPoint"].rpartition(":")
        expect(host == made["PublicIP"] and port.isdigit(), f"SSHAccessPoint is {made['SSHAccessPoint']}")
        for field, name in (("VpcIID", self._vpc), ("SubnetIID", self._subnet), ("KeyPairIId", self._key)):
            expect(made[field]["NameId"] == name, f"{field} is {made[field]}, not {name}")

    def _listed(self, path: str, envelope: str, name: str) -> None:
        names = [one["IId"]["NameId"] for one in self._client.call("GET", f"/{path}", self._on)[envelope]]
        expect(names.count(name) == 1, f"GET /{path} lists {names}, not {name} once")

    def _got(self, path: str, name: str) -> None:
        got = self._client.call("GET", f"/{path}/{name}", self._on)
        expect(got["IId"]["NameId"] == name, f"GET /{path}/{name} answers {got['IId']}")

    def _statuses(self) -> None:
        listed = self._client.call("GET", "/vmstatus", self._on)["vmstatus"]
        expect([one["VmStatus"] for one in listed] == ["Running"], f"GET /vmstatus lists {listed}")

    def _until(self, word: str) -> None:
        self._client.until(f"/vmstatus/{self._vm}", self._on, "Status", word)

    def _control(self, action: str, then: str) -> None:
        answer = self._client.call("GET", f"/controlvm/{self._vm}?action={action}", self._on)
        expect(answer["Status"].endswith("ing"), f"{action} answers {answer}")
        self._until(then)

    def _terminate(self) -> None:
        answer = self._client.call("DELETE", f"/vm/{self._vm}", self._on)
        expect(answer["Status"] == "Terminated", f"DELETE /vm/{self._vm} answers {answer}")

    def _delete(self, path: str, name: str) -> None:
        answer = self._client.call("DELETE", f"/{path}/{name}", self._on)
        expect(answer == {"Result": "true"}, f"DELETE /{path}/{name} answers {answer}")

    def _nothing_left(self) -> None:
        for path in ("vpc", "securitygroup", "keypair", "vm"):
            left = self._client.call("GET", f"/{path}", self._on)[path]
            expect(left == [], f"GET /{path} still lists {left}")
