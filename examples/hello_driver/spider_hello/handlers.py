"""The handlers, one class per kind. They hold nothing but the connection, and they never sleep."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from spider_drivers.contract import (
    Attempt,
    Iid,
    Image,
    ImageHandler,
    ImageStatus,
    InUse,
    Part,
    Platform,
    Ref,
    Spec,
    SpecHandler,
    Subnet,
    SubnetRequest,
    Vm,
    VmHandler,
    VmRequest,
    VmStatus,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
)

from .cloud import Thing
from .connection import LABEL, HelloConnection


class HelloImages(ImageHandler):
    def __init__(self, connection: HelloConnection) -> None:
        self._hello = connection

    def list(self) -> list[Image]:
        return [_image(thing) for thing in self._hello.all("image")]

    def get(self, ref: Ref) -> Image:
        return _image(self._hello.one("image", ref.id))


def _image(thing: Thing) -> Image:
    return Image(Iid(thing["id"], thing["id"]), platform=Platform.LINUX, status=ImageStatus.AVAILABLE)


class HelloSpecs(SpecHandler):
    def __init__(self, connection: HelloConnection) -> None:
        self._hello = connection

    def list(self) -> list[Spec]:
        return [self._spec(thing) for thing in self._hello.all("size")]

    def get(self, ref: Ref) -> Spec:
        return self._spec(self._hello.one("size", ref.id))

    def raw_list(self) -> Any:
        return self._hello.all("size")

    def raw_get(self, ref: Ref) -> Any:
        return self._hello.one("size", ref.id)

    def _spec(self, thing: Thing) -> Spec:
        return Spec(thing["id"], self._hello.region, vcpus=thing["cores"], memory_mib=thing["memory"])


class HelloVpcs(VpcHandler):
    """Parts: network, one per subnet, visible. Of a subnet that is added: itself, visible."""

    def __init__(self, connection: HelloConnection) -> None:
        self._hello = connection

    def list(self) -> list[Vpc]:
        subnets = self._hello.all("subnet")
        return [_vpc(network, subnets) for network in self._hello.all("network")]

    def get(self, ref: Ref) -> Vpc:
        return _vpc(self._hello.one("network", ref.id), self._hello.all("subnet"))

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        # Called again and again until it answers a Vpc; what is noted in the attempt is not made again.
        wait = converge.create(self._create_parts(request, attempt), attempt)
        return wait or self.get(Ref(request.name, attempt.parts["network"]))

    def _create_parts(self, request: VpcRequest, attempt: Attempt) -> Iterator[Part]:
        hello, labels = self._hello, {LABEL: attempt.token}
        yield Part(
            "network",
            make=lambda _: hello.call("create_network", name=request.name, range=request.cidr, labels=labels)["id"],
            find=lambda: hello.labelled("network", attempt.token),
        )
        network = attempt.parts["network"]  # noted by now
        for subnet in request.subnets:
            yield self._subnet_part(subnet, network, attempt.token)
        yield converge.visible(lambda: network, lambda _: bool(self.get(Ref(request.name, network))))

    def _subnet_part(self, subnet: SubnetRequest, network: str, token: str) -> Part:
        params = {"name": subnet.name, "network": network, "range": subnet.cidr, "labels": {LABEL: token}}
        return Part(
            f"subnet:{subnet.name}",
            make=lambda _: self._hello.call("create_subnet", **params)["id"],
            find=lambda: self._hello.labelled("subnet", token, subnet.name),
        )

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        network = str(self._hello.one("network", ref.id)["id"])
        return converge.create(self._add_parts(request, network, attempt), attempt) or self.get(ref)

    def _add_parts(self, request: SubnetRequest, network: str, attempt: Attempt) -> Iterator[Part]:
        part = self._subnet_part(request, network, attempt.token)
        yield part
        subnet = attempt.parts[part.name]
        yield converge.visible(lambda: subnet, lambda _: subnet in self._subnets(network))

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        # As in delete: without an id this undoes an add that failed.
        noted = attempt.parts.get(f"subnet:{subnet.name}")
        found = subnet.id or noted or self._hello.labelled("subnet", subnet.token, subnet.name)
        mine = [one for one in self._subnets(ref.id) if one == found]  # never one of another network
        if users := [server["id"] for server in self._hello.all("server") if server["subnet"] in mine]:
            raise InUse(f"{found} is in use by {', '.join(users)}")
        return converge.delete(_going(self._hello, mine), attempt)

    def _subnets(self, network: str | None) -> builtins.list[str]:
        return [subnet["id"] for subnet in self._hello.all("subnet") if subnet["network"] == network]

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        # Without an id this undoes a create that failed: what was noted, else what carries its token.
        network = ref.id or attempt.parts.get("network") or self._hello.labelled("network", ref.token)
        # Look who needs it before anything is touched: InUse means that nothing has changed.
        if users := [server["id"] for server in self._hello.all("server") if server["network"] == network]:
            raise InUse(f"{network} is in use by {', '.join(users)}")
        return converge.delete(_going(self._hello, [*([network] if network else []), *self._subnets(network)]), attempt)


def _going(hello: HelloConnection, ids: Sequence[str]) -> list[Part]:
    """Parts that are there, to be removed, the last first."""
    return [Part(f"going:{one}", make=str, find=partial(str, one), remove=hello.delete) for one in ids]


def _vpc(network: Thing, subnets: Sequence[Thing]) -> Vpc:
    mine = [subnet for subnet in subnets if subnet["network"] == network["id"]]
    return Vpc(
        Iid(network["name"], network["id"]),
        cidr=network["range"],
        subnets=tuple(Subnet(Iid(subnet["name"], subnet["id"]), subnet["range"]) for subnet in mine),
    )


class HelloVms(VmHandler):
    """Parts: server, visible."""

    def __init__(self, connection: HelloConnection) -> None:
        self._hello = connection

    def list(self) -> list[Vm]:
        return [self._vm(server) for server in self._hello.all("server")]

    def get(self, ref: Ref) -> Vm:
        return self._vm(self._hello.one("server", ref.id))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        wait = converge.create(self._create_parts(request, attempt), attempt)
        return wait or self.get(Ref(request.name, attempt.parts["server"]))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        server = ref.id or attempt.parts.get("server") or self._hello.labelled("server", ref.token)
        return converge.delete(_going(self._hello, [server] if server else []), attempt)

    def _create_parts(self, request: VmRequest, attempt: Attempt) -> Iterator[Part]:
        def make(_: str) -> str:
            server = self._hello.call(
                "create_server",
                name=request.name,
                image=request.image.id,
                size=request.spec,
                subnet=request.subnet.id,
                labels={LABEL: attempt.token},
                # Kept kinds arrive resolved: the rules of all named groups, the public half of the key pair.
                open_ports=[f"{rule.protocol} {rule.from_port}-{rule.to_port} {rule.cidr}" for rule in request.rules],
                users={"cb-user": request.public_key},
            )
            return str(server["id"])

        yield Part("server", make=make, find=lambda: self._hello.labelled("server", attempt.token))
        server = attempt.parts["server"]
        yield converge.visible(lambda: server, lambda _: bool(self.get(Ref(request.name, server))))

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._switch(ref, attempt, "off", VmStatus.SUSPENDING, VmStatus.SUSPENDED, VmStatus.RUNNING)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._switch(ref, attempt, "on", VmStatus.RESUMING, VmStatus.RUNNING, VmStatus.SUSPENDED)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._switch(ref, attempt, "on", VmStatus.REBOOTING, None, VmStatus.RUNNING)

    def _switch(
        self, ref: Ref, attempt: Attempt, state: str, word: VmStatus, wanted: VmStatus | None, allowed: VmStatus
    ) -> VmStatus | Wait:
        def send() -> None:
            self._hello.call("switch_server", id=ref.id, state=state)

        return converge.control(
            attempt,
            status=lambda: self.status(ref),
            send=send,
            sent_word=word,
            wanted=wanted,
            allowed=frozenset({allowed}),
        )

    def _vm(self, server: Thing) -> Vm:
        return Vm(
            Iid(server["name"], server["id"]),
            status=VmStatus.RUNNING if server["state"] == "on" else VmStatus.SUSPENDED,
            region=self._hello.region,
            image=Iid("", server["image"]),
            spec=server["size"],
            vpc=Iid("", server["network"]),
            subnet=Iid("", server["subnet"]),
            public_ip=server["public_ip"],
            private_ip=server["private_ip"],
        )
