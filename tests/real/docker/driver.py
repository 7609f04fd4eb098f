"""The Docker driver on the Engine that these tests are told of."""

from __future__ import annotations

import ipaddress
import itertools
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from spider_drivers.conformance import Cloud
from spider_drivers.contract import (
    Attempt,
    CallRecord,
    CallRecorder,
    ConnectionInfo,
    Direction,
    Protocol,
    Ref,
    Rule,
    SystemClock,
    Vm,
    VmRequest,
    Vpc,
    Wait,
)
from spider_drivers.docker import DockerDriver
from spider_drivers.docker.connection import DockerConnection

from tests.system.docker_cloud import networks_of, remove, routes

from .engine import contents, told

SPEC = "1vcpu-512mib"
SSH = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
LONGEST_SLEEP = 0.01  # seconds: the Engine is done when it answers

T = TypeVar("T")
_tokens = itertools.count(1)
_networks = itertools.cycle(range(100, 200))


@dataclass
class Docker:
    """`client` is the SDK's own, for looking at what the driver has made. All that is made bears the run's name."""

    connection: DockerConnection
    records: list[CallRecord]
    client: Any
    image: str
    run: str = field(default_factory=lambda: f"spider-test-{secrets.token_hex(3)}")

    def name(self, word: str) -> str:
        return f"{self.run}-{word}"

    def create(self, request: VmRequest) -> Vm:
        return done(lambda attempt: self.connection.vm.create(request, attempt))

    def delete(self, vm: Vm) -> None:
        done(lambda attempt: self.connection.vm.delete(ref(vm), attempt))

    def image_that_runs(self, *command: str, **config: Any) -> str:
        """The image with another command, stopped at once. `config`: as in the Engine's API."""
        name = f"{self.name('image')}:{secrets.token_hex(3)}"
        repository, _, tag = name.partition(":")
        base = self.client.create_container_from_config({"Image": self.image}, self.name("base"))["Id"]
        self.client.commit(base, repository, tag, conf={"Cmd": list(command), "StopSignal": "SIGKILL", **config})
        self.client.remove_container(base)
        return name

    def remove_made(self) -> None:
        """Whatever the tests have left: nothing, if all went well."""
        remove(self.client, self.run)
        for found in self.client.images():
            for name in found["RepoTags"] or ():
                if self.run in name:
                    self.client.remove_image(name, force=True)

    def apis_of(self, step: Callable[[], object]) -> list[str]:
        """Names of the calls that `step` makes."""
        before = len(self.records)
        step()
        return [record.api for record in self.records[before:]]

    def vm_request(self, word: str, vpc: Vpc, public_key: str = "", *rules: Rule) -> VmRequest:
        return VmRequest(
            self.name(word),
            image=Ref(self.image, self.image),
            spec=SPEC,
            vpc=ref(vpc),
            subnet=ref(vpc.subnets[0]),
            public_key=public_key,
            rules=rules,
        )


def connect() -> Docker:
    engine, image = told()
    records: list[CallRecord] = []
    info = ConnectionInfo("docker", "DOCKER", engine.credential(), {})
    connection = DockerDriver().connect(info, CallRecorder(SystemClock(), records.append))
    assert isinstance(connection, DockerConnection)
    return Docker(connection, records, engine.client(), image)


def conformance_cloud(credential: Mapping[str, str] | None = None, **more: Any) -> Cloud:
    """`credential`: of another way to the Engine. `more`: of what is told to the suite."""
    engine, image = told()
    client = engine.client()
    return Cloud(
        DockerDriver(),
        ConnectionInfo("docker", "DOCKER", credential or engine.credential(), {"Region": "default"}),
        image=image,
        spec=SPEC,
        clock=SystemClock(),
        longest_sleep=LONGEST_SLEEP,
        contents=lambda: contents(client),
        network=lambda: free_network(client),
        **more,
    )


def free_network(client: Any) -> str:
    """A /16 that neither the Engine nor this machine has a use for. No two calls in a row answer the same."""
    taken = [ipaddress.ip_network(cidr, strict=False) for cidr in (*networks_of(client), *routes())]
    for number in _networks:
        network = ipaddress.ip_network(f"10.{number}.0.0/16")
        if not any(network.overlaps(other) for other in taken if other.version == 4):
            return str(network)
    raise AssertionError("never: the numbers have no end")


def done(step: Callable[[Attempt], T | Wait], attempt: Attempt | None = None) -> T:
    """The answer of an operation."""
    attempt = attempt or Attempt(f"operation-{next(_tokens)}")
    for _ in range(100):
        answer = step(attempt)
        if not isinstance(answer, Wait):
            return answer
        time.sleep(answer.seconds)
    raise AssertionError(f"still {answer}")


def ref(shape: Any) -> Ref:
    return Ref(shape.iid.name, shape.iid.id)
