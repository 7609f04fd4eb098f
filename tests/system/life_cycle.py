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

    def steps(self) -> Iterator[Step]:
        yield "register", lambda: self._cloud.register(self._client)
        yield from self._kind("vpc", "vpc", "vpc-01", self._vpc)
        yield from self._kind("sg", "securitygroup", "sg-01", self._security_group)
        yield from self._kind("keypair", "keypair", "keypair-01", self._key_pair)
        yield "vm start", self._start
        yield "vm list", lambda: self._listed("vm", "vm", "vm-01")
        yield "vm get", lambda: self._got("vm", "vm-01")
        yield "status list", self._statuses
        yield "status get", lambda: self._until("Running")
        yield "suspend", lambda: self._control("suspend", "Suspended")
        yield "resume", lambda: self._control("resume", "Running")
        yield "reboot", lambda: self._control("reboot", "Running")
        yield "terminate", self._terminate
        for path, name in (("keypair", "keypair-01"), ("securitygroup", "sg-01"), ("vpc", "vpc-01")):
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

    def _vpc(self) -> None:
        subnets = [{"Name": "subnet-01", "IPv4_CIDR": "192.168.1.0/24"}]
        made = self._post("vpc", {"Name": "vpc-01", "IPv4_CIDR": "192.168.0.0/16", "SubnetInfoList": subnets})
        expect(made["SubnetInfoList"][0]["IId"]["NameId"] == "subnet-01", "the subnet is not named subnet-01")

    def _security_group(self) -> None:
        rule = {"FromPort": "1", "ToPort": "65535", "IPProtocol": "tcp", "Direction": "inbound"}
        made = self._post("securitygroup", {"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": [rule]})
        expect(made["VpcIID"]["NameId"] == "vpc-01", "the group is not in vpc-01")

    def _key_pair(self) -> None:
        made = self._post("keypair", {"Name": "keypair-01"})
        expect("PRIVATE KEY" in made["PrivateKey"], "POST /keypair answers no private key")

    def _start(self) -> None:
        made = self._post(
            "vm",
            {
                "Name": "vm-01",
                "ImageName": self._cloud.image,
                "VMSpecName": self._cloud.spec,
                "VPCName": "vpc-01",
                "SubnetName": "subnet-01",
                "SecurityGroupNames": ["sg-01"],
                "KeyPairName": "keypair-01",
                "VMUserId": "",
                "VMUserPasswd": "",
            },
        )
        expect(bool(made["PublicIP"]), "the VM has no public IP")
        expect(made["SSHAccessPoint"] == f"{made['PublicIP']}:22", f"SSHAccessPoint is {made['SSHAccessPoint']}")
        for field, name in (("VpcIID", "vpc-01"), ("SubnetIID", "subnet-01"), ("KeyPairIId", "keypair-01")):
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
        self._client.until("/vmstatus/vm-01", self._on, "Status", word)

    def _control(self, action: str, then: str) -> None:
        answer = self._client.call("GET", f"/controlvm/vm-01?action={action}", self._on)
        expect(answer["Status"].endswith("ing"), f"{action} answers {answer}")
        self._until(then)

    def _terminate(self) -> None:
        answer = self._client.call("DELETE", "/vm/vm-01", self._on)
        expect(answer["Status"] == "Terminated", f"DELETE /vm/vm-01 answers {answer}")

    def _delete(self, path: str, name: str) -> None:
        answer = self._client.call("DELETE", f"/{path}/{name}", self._on)
        expect(answer == {"Result": "true"}, f"DELETE /{path}/{name} answers {answer}")

    def _nothing_left(self) -> None:
        for path in ("vpc", "securitygroup", "keypair", "vm"):
            left = self._client.call("GET", f"/{path}", self._on)[path]
            expect(left == [], f"GET /{path} still lists {left}")
