"""Cold starts of the functions, in the clean room: a root with Python, AWS's runtime client and the archives alone.

    python -m benchmarks.cold_start

Needs root, and a Python of the version that Lambda runs. Each start is a new process; what is compared starts in turns.
AWS's own services are emulated beside it, over plain HTTP; EC2 and the other clouds are Cloud-Twin.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.table import show
from deployment import archives, template
from deployment.chalice_part import package
from deployment.functions import VARIABLES
from tests.deployment.events import of_queue
from tests.deployment.front import serving
from tests.deployment.rest_api import RestApi, definition
from tests.real.lambda_room.aws import PASSWORD, USER, Aws, emulated
from tests.real.lambda_room.function import Function, pool
from tests.servers import Twin, twin
from tests.system import clouds
from tests.system.clouds import Cloud
from tests.system.spider import Client

from . import rooms
from .starts import Start, Started, request, start, started

ROUNDS, DRIVER_ROUNDS = 15, 5
CA = "var/task/ca.pem"
LIST = "/spider/vpc"


class Bench:
    """`with_code`, `without`, `bare`: roots. `api`, `worker`: functions as the stage declares them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.log = folder / "functions.log"
        self.with_code, self.archives = rooms.spider(_made(folder / "with"))
        self.without, _ = rooms.spider(_made(folder / "without"), compiled=False)
        self.bare = rooms.bare(_made(folder / "bare"))
        self.aws: Aws = stack.enter_context(emulated())
        self.twin: Twin = stack.enter_context(twin(*(name.lower() for name in clouds.EMULATED), transition_seconds=0))
        self.clouds = [self._cloud(name) for name in clouds.EMULATED] + [stack.enter_context(clouds.mock())]
        (self.bare / CA).write_text(self.twin.ca)
        told = package(archives.ROOT, "dev").functions
        self.api, self.worker = (self._function(name, told[name]) for name in ("APIHandler", "Work"))

    def _cloud(self, provider: str) -> Cloud:
        cloud = clouds.emulated(self.twin, provider)
        if provider != "AWS":
            return cloud
        return replace(cloud, region={**cloud.region, "Endpoint": self.twin.secure, "CA": self.twin.ca})

    def _function(self, name: str, told: Mapping[str, Any]) -> Function:
        fixed = {word: value for word, value in VARIABLES.items() if isinstance(value, str)}
        variables = {**fixed, **told["Environment"]["Variables"], **self.aws.variables}
        return Function(name, told["Handler"], told["MemorySize"], told["Timeout"], variables)

    def application(self, name: str) -> Function:
        """One to compare with, as large as Spider's."""
        variables = {
            **self.aws.variables,
            "CONNECTION": self.clouds[0].connection,
            "EC2_ENDPOINT": self.twin.secure,
            "EC2_CA": f"/{CA}",
        }
        return replace(self.api, handler=f"{name}.app", variables=variables)

    def next_message(self) -> Any:
        """Of the queue; None while it has none."""
        given = self.aws.sqs.receive_message(QueueUrl=self.aws.queue_url, AttributeNames=["All"])
        for message in given.get("Messages", []):
            self.aws.sqs.delete_message(QueueUrl=self.aws.queue_url, ReceiptHandle=message["ReceiptHandle"])
            return message
        return None

    def register(self) -> None:
        """All clouds, by a function that is gone afterwards."""
        api = definition(template.build(package(archives.ROOT, "dev"), "layer.zip", "function.zip"))
        with pool(self.with_code, self.api, self.log) as made, serving(RestApi(api, made.invoke)) as url:
            for cloud in self.clouds:
                cloud.register(Client(url, auth=(USER, PASSWORD)))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def first_answers(bench: Bench) -> None:
    """One after the other, in turns."""
    asked = request("GET", LIST, ConnectionName="mock-config")
    those = {
        "empty Chalice application": (bench.bare, bench.application("empty_app"), request("GET", "/")),
        "bare application": (bench.bare, bench.application("bare_app"), request("GET", "/row")),
        "Spider's API": (bench.with_code, bench.api, asked),
        "Spider's API without byte code": (bench.without, bench.api, asked),
    }
    found: dict[str, list[Start]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, (root, function, given) in those.items():
            found[name].append(start(root, function, bench.log, given))
    bare = found["bare application"]
    heads = ("function", "init", "first answer", "÷ bare", "CPU", "÷ bare", "again", "memory")
    show(heads, [_row(name, those, bare) for name, those in found.items()])


def _row(name: str, those: Sequence[Start], bare: Sequence[Start]) -> Sequence[str]:
    return (
        name,
        _ms([one.init for one in those]),
        _ms([one.first for one in those]),
        _ratio([one.first for one in those], [one.first for one in bare]),
        _ms([one.cpu for one in those]),
        _ratio([one.cpu for one in those], [one.cpu for one in bare]),
        _ms([one.again for one in those]),
        f"{median(one.memory for one in those):.0f} MiB",
    )


def first_calls(bench: Bench) -> None:
    """What the first list of VPCs from EC2 takes longer than the second, in a process that has answered before."""
    spiders = (request("GET", LIST, ConnectionName="mock-config"), request("GET", LIST, ConnectionName="aws-config"))
    bares = (request("GET", "/row"), request("GET", "/vpcs"))
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, root, function, (warm, call) in (
            ("boto3 in the bare application", bench.bare, bench.application("bare_app"), bares),
            ("Spider's API", bench.with_code, bench.api, spiders),
        ):
            with started(root, function, bench.log) as made:
                made.timed(warm)
                first = made.timed(call)
                found[name].append(first - made.timed(call))
    bare = found["boto3 in the bare application"]
    show(
        ("function", "first call takes longer by", "÷ boto3"),
        [(name, _ms(took), _ratio(took, bare)) for name, took in found.items()],
    )


def drivers(bench: Bench) -> None:
    """The API's first list, and the worker's first VPC, of each driver; with byte code and without."""
    empty = [
        start(bench.bare, bench.application("empty_app"), bench.log, request("GET", "/")) for _ in range(DRIVER_ROUNDS)
    ]
    rows = []
    for cloud in bench.clouds:
        for kind, root in (("with", bench.with_code), ("without", bench.without)):
            api, worker = [], []
            for _ in range(DRIVER_ROUNDS):
                api.append(start(root, bench.api, bench.log, request("GET", LIST, ConnectionName=cloud.connection)))
                worker.append(_work(bench, root, cloud))
            rows.append((cloud.provider, kind, *_driver(api, empty), *_driver(worker, empty)))
    heads = ("driver", "byte code", "API: first answer", "÷ empty", "memory", "÷ empty")
    show((*heads, "worker: first VPC", "÷ empty", "memory", "÷ empty"), rows)


def _driver(those: Sequence[Start], empty: Sequence[Start]) -> Sequence[str]:
    first, memory = [one.first for one in those], [one.memory for one in those]
    return (
        _ms(first),
        f"{median(first) / median(one.first for one in empty):.1f}",
        f"{median(memory):.0f} MiB",
        f"{median(memory) / median(one.memory for one in empty):.1f}",
    )


def _work(bench: Bench, root: Path, cloud: Cloud) -> Start:
    """A new worker makes a VPC; another one removes it."""
    subnets = [{"Name": "cold-a", "IPv4_CIDR": next(cloud.subnets())}]
    vpc = {"Name": "cold", "IPv4_CIDR": cloud.cidr if cloud.vpc_cidr else "", "SubnetInfoList": subnets}
    making = request("POST", LIST, {"ConnectionName": cloud.connection, "ReqInfo": vpc})
    removing = request("DELETE", f"{LIST}/cold", {"ConnectionName": cloud.connection}, f"{LIST}/{{name}}")
    with started(bench.with_code, bench.api, bench.log) as api, started(root, bench.worker, bench.log) as worker:
        operation = api.operation(making)
        first = worker.timed(of_queue(bench.next_message()))
        cpu, memory = worker.cpu(), worker.instance.peak() / 2**20
        _finish(bench, api, worker, operation)
        _finish(bench, api, worker, api.operation(removing))
        return Start(worker.init, worker.init + first, cpu, 0.0, memory)


def _finish(bench: Bench, api: Started, worker: Started, operation: str) -> None:
    """What is left of an operation, which may wait for its cloud in between."""
    look = request("GET", f"/spider/operation/{operation}", None, "/spider/operation/{name}")
    while (told := api.answer(look))["State"] != "SUCCEEDED":
        assert told["State"] != "FAILED", told
        if message := bench.next_message():
            worker.timed(of_queue(message))


def _ms(those: Sequence[float]) -> str:
    return f"{median(those):.0f} ms ({min(those):.0f}–{max(those):.0f})"


def _ratio(those: Sequence[float], others: Sequence[float]) -> str:
    """Of medians; in brackets of the least."""
    return f"{median(those) / median(others):.2f} ({min(those) / min(others):.2f})"


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spider-cold-")))
        folder.chmod(0o755)
        bench = Bench(folder, stack)
        print("\n".join(archives.report(bench.archives)), flush=True)
        bench.register()
        first_answers(bench)
        first_calls(bench)
        drivers(bench)


if __name__ == "__main__":
    main()
