"""What a month on AWS costs at no, 1,000 and 1,000,000 calls, from what each kind of call uses of AWS.

    python -m benchmarks.month

A stage is deployed into an emulated AWS. Its functions run here, each in a process of its own, and call Cloud-Twin's
EC2, whose VMs take half a minute. All that they ask of AWS is counted (metering.py, units.py), each call of a user
alone. What nobody can count here is assumed, in the constants below.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.bill import BILLS, EVERY, prices, usd
from benchmarks.metering import Used
from benchmarks.stage_at_work import AtWork, Instance, add, content, difference, log, request, sent
from benchmarks.table import show
from deployment import archives, template
from deployment.chalice_part import package
from tests.deployment.deployed import emulated
from tests.deployment.events import of_schedule
from tests.servers import aws_twin
from tests.system.clouds import Cloud, aws_at
from tests.system.spider import Client

HOURS: Final = 730
TRANSITION_SECONDS: Final = 30.0  # of a VM that starts, stops, or ends
CROWD: Final = 100  # reads between two merges

# -- assumed

# Of 1,000 calls. CB-Tumblebug looks at VMs far more often than it makes any.
MIX: Final = {
    "status of a VM": 500,
    "a VM": 200,
    "list of VMs": 100,
    "list of specs": 20,
    "list of connections": 60,
    "an operation": 60,
    "make a VPC": 4,
    "make a security group": 4,
    "make a key pair": 4,
    "make a VM": 15,
    "suspend a VM": 5,
    "resume a VM": 5,
    "delete a VM": 15,
    "delete a key pair": 2,
    "delete a security group": 3,
    "delete a VPC": 3,
}
CHANGES: Final = ("make", "suspend", "resume", "delete")
# "Configuring scaling behavior for SQS event source mappings": a quiet queue is polled five times at once, perhaps only
# twice. A poll that brings nothing lasts 20 seconds.
POLLS_AN_HOUR: Final = 5 * 3600 / 20
INSTANCE_HOURS: Final = 2.0  # after which Lambda replaces an instance that is called each minute
# Of calls, those that meet a new instance: all where they are few; of many "typically under 1 %", says AWS of INIT.
COLD: Final = {0: 0.0, 1_000: 1.0, 1_000_000: 0.01}
CLOUD_BYTES: Final = 2_000  # sent to a cloud by a call of it
FIXED: Final[Used] = {"KMS keys": 1, "secrets": 1}
MONTHS_KEPT: Final = 12  # of the history: SPIDER_HISTORY_TTL

# Merging shall not be waited for.
SETTINGS: Final = {"SPIDER_MERGE_SECONDS": "0.001"}
EVENT: Final = of_schedule("every")


@dataclass
class Measured:
    """By kind of call; by job and hour; beyond that, of a new instance; of merging one batch, and each one more."""

    calls: dict[str, Used]
    hour: Used
    cold_job: Used
    cold_call: Used
    merge: tuple[Used, Used]


class Calls(Client):
    """A user's calls, as events of his function."""

    def __init__(self, api: Instance) -> None:
        super().__init__("http://nowhere")
        self.api = api

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        answer = self.api(request(method, path, body))
        add(self.api.used, {"GB out": sent(answer) / 1e9, "API Gateway calls": 1})
        assert answer["statusCode"] in (200, 202), answer
        return httpx.Response(answer["statusCode"], headers=answer["headers"], content=content(answer))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.send(method, path, body, **headers).json()


def kinds(cloud: Cloud) -> Iterator[tuple[str, str, str, Any]]:
    """Kind, method, path, and what is asked for, in an order in which each can be done."""
    subnet = {"Name": "subnet-01", "IPv4_CIDR": next(cloud.subnets())}
    rule = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
    vm = {
        "Name": "vm-01",
        "ImageName": cloud.image,
        "VMSpecName": cloud.spec,
        "VPCName": "vpc-01",
        "SubnetName": "subnet-01",
        "SecurityGroupNames": ["sg-01"],
        "KeyPairName": "key-01",
    }
    yield "list of connections", "GET", "/connectionconfig", None
    yield "list of specs", "GET", "/vmspec", None
    yield "make a VPC", "POST", "/vpc", {"Name": "vpc-01", "IPv4_CIDR": cloud.cidr, "SubnetInfoList": [subnet]}
    yield (
        "make a security group",
        "POST",
        "/securitygroup",
        {"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": [rule]},
    )
    yield "make a key pair", "POST", "/keypair", {"Name": "key-01"}
    yield "make a VM", "POST", "/vm", vm
    yield "an operation", "GET", "/operation/{operation}", None
    yield "list of VMs", "GET", "/vm", None
    yield "a VM", "GET", "/vm/vm-01", None
    yield "status of a VM", "GET", "/vmstatus/vm-01", None
    yield "suspend a VM", "GET", "/controlvm/vm-01?action=suspend", None
    yield "resume a VM", "GET", "/controlvm/vm-01?action=resume", None
    for path, name, kind in (
        ("vm", "vm-01", "VM"),
        ("keypair", "key-01", "key pair"),
        ("securitygroup", "sg-01", "security group"),
        ("vpc", "vpc-01", "VPC"),
    ):
        yield f"delete a {kind}", "DELETE", f"/{path}/{name}", None


def measured(stack: ExitStack, work: AtWork, cloud: Cloud) -> Measured:
    def once(instance: Instance, event: Any) -> Used:
        before = work.total()
        instance(event)
        return difference(work.total(), before)

    on = {"ConnectionName": cloud.connection}
    calls = Calls(stack.enter_context(work.instance("APIHandler", "app")))
    worker = stack.enter_context(work.instance("Work", "work"))
    stack.enter_context(work.working(worker))
    cloud.register(calls)
    found: dict[str, Used] = {}
    # A first round loads all that is loaded once.
    for _ in range(2):
        for kind, method, path, info in kinds(cloud):
            path = path.format(operation=newest(calls, on))
            before = work.total()
            calls.send(method, path, {**on, "ReqInfo": info} if info else on)
            work.settle()
            found[kind] = difference(work.total(), before)
            log(f"{kind}: {found[kind]}")
    merge = stack.enter_context(work.instance("Merge", "merge"))
    sweep = stack.enter_context(work.instance("Sweep", "sweep"))
    cold_sweep, _ = once(sweep, EVENT), once(merge, EVENT)
    calls.call("GET", "/vmstatus", on)
    one = once(merge, EVENT)
    for _ in range(CROWD):
        calls.call("GET", "/vmstatus", on)
    many = once(merge, EVENT)
    nothing, swept = once(merge, EVENT), once(sweep, EVENT)
    hour: Used = {}
    add(hour, nothing, 12)
    add(hour, swept, 60)
    fresh = stack.enter_context(work.instance("APIHandler", "app"))
    cold = once(fresh, request("GET", "/vmstatus", on))
    warm = once(fresh, request("GET", "/vmstatus", on))
    first = difference(one, nothing)
    each = {name: number / (CROWD - 1) for name, number in difference(many, one).items()}
    return Measured(found, hour, difference(cold_sweep, swept), difference(cold, warm), (first, each))


def newest(calls: Calls, on: Any) -> str:
    """The id of the newest operation, "" where there is none."""
    found = calls.call("GET", "/operation?limit=1", on)["operation"]
    return str(found[0]["OperationId"]) if found else ""


def month(found: Measured, number: int) -> Used:
    """What so many calls use in a month, without what is stored."""
    used: Used = {}
    add(used, FIXED)
    add(used, found.hour, HOURS)
    add(used, {"SQS requests": POLLS_AN_HOUR * HOURS})
    add(used, found.cold_job, 2 * HOURS / INSTANCE_HOURS)
    total = sum(MIX.values())
    for kind, share in MIX.items():
        functions = 2 if kind.startswith(CHANGES) else 1
        add(used, found.calls[kind], number * share / total)
        add(used, found.cold_call, number * share / total * functions * COLD[number])
    recorded = number * sum(share for kind, share in MIX.items() if "calls of clouds" in found.calls[kind]) / total
    first, each = found.merge
    merges = min(recorded, HOURS * 12)
    add(used, first, merges)
    add(used, each, recorded - merges)
    add(used, {"GB out": used.get("calls of clouds", 0) * CLOUD_BYTES / 1e9, "log GB-months": used["log GB"]})
    return used


def kept(used: Used, months: float) -> Used:
    """With so many months' history in store."""
    stored = used.get("bytes of history", 0) / 1e9 * months
    return {**used, "stored GB-months": stored, "backed-up GB-months": stored}


def show_calls(found: Measured, each: dict[str, float]) -> None:
    rows = []
    beside = {"a schedule's hour with nothing to do": found.hour, "a new instance besides, of a call": found.cold_call}
    for kind, used in {**found.calls, **beside}.items():
        share = MIX.get(kind, "")
        counts = [used.get(name, 0) for name in ("Lambda requests", "read units", "write units", "SQS requests")]
        seconds, written = used["Lambda GB-seconds"], used["log GB"] * 1e6
        cost = usd(used, EVERY, each) * 1000
        rows.append([kind, share, *(f"{one:g}" for one in counts), f"{seconds:.2f}", f"{written:.1f}", f"{cost:.3f}"])
    heads = ["call", "of 1,000", "invocations", "read units", "write units", "SQS", "GB-seconds", "KB of logs"]
    show([*heads, "USD for 1,000"], rows)


def show_months(found: Measured, each: dict[str, float]) -> None:
    months = {f"{number:,}": kept(month(found, number), 0.5) for number in COLD}
    most = max(COLD)
    months[f"{most:,}, a year later"] = kept(month(found, most), MONTHS_KEPT)
    rows = [[bill, *(f"{usd(used, names, each):.2f}" for used in months.values())] for bill, names in BILLS.items()]
    rows.append(["in all", *(f"{usd(used, EVERY, each):.2f}" for used in months.values())])
    show(["USD a month", *months], rows)
    rows = [[name, *(f"{used.get(name, 0):,.4g}" for used in months.values())] for name in EVERY]
    show(["units a month", *months], rows)


def main() -> None:
    packaged = package(archives.ROOT, "dev")
    built = template.build(packaged, "layer.zip", "function.zip")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spider-month-")))
        deployed = stack.enter_context(emulated(built, folder, variables=SETTINGS))
        cloud = aws_at(stack.enter_context(aws_twin(TRANSITION_SECONDS)))
        work = AtWork(deployed, packaged.functions, folder, os.environ["AWS_ENDPOINT_URL"])
        found = measured(stack, work, cloud)
    show_calls(found, prices())
    show_months(found, prices())


if __name__ == "__main__":
    main()
