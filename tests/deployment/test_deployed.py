"""The functions of a stage at work in an emulated AWS, each in a process of its own: what they do, and what of their
roles they need for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chalicelib.store import OPERATIONS
from deployment import policies
from deployment.chalice_part import Json
from tests.system.clouds import Cloud, of_the_twin
from tests.system.demo import run
from tests.system.spider import Client

from .deployed import Function, Statement, emulated, refused, unused
from .events import of_schedule
from .recorder import Needed

# At a time that is the turn of everything. Merging and measuring shall not be waited for.
DUE = {
    "SPIDER_COLLECT_SECONDS": "60",
    "SPIDER_RECONCILE_SECONDS": "3600",
    "SPIDER_MERGE_SECONDS": "0.001",
    "SPIDER_WAIT_SECONDS": "25",
}
TIME = datetime(2026, 11, 26, tzinfo=UTC)
# What Lambda itself does in a function's name: logs, and polling the queue.
BY_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}
# Work renews its places among an account's calls after 20 s in one step.
NOT_SEEN = {"Work": {"dynamodb:BatchWriteItem"}}
TWINS = {"APIHandler": ("Held",), "Held": ("APIHandler",)}


@pytest.fixture(scope="module")
def functions(built: Json, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Function]]:
    """After the classic life cycle on a cloud, and every job."""
    folder = tmp_path_factory.mktemp("package")
    with emulated(built, folder, variables=DUE) as deployed, of_the_twin("ALIBABA") as cloud:
        found = {name: deployed.function(name) for name in policies.POLICIES}
        with deployed.client(found["APIHandler"]) as client, deployed.working(found["Work"]):
            assert run(client, cloud).why == ""
        with deployed.client(found["Held"]) as client:
            look_around(client, cloud)
            sent = client.send("POST", "/vpc", vpc(cloud), Prefer="respond-async")
            assert sent.status_code == 202
        with found["Sweep"].started("sweep") as invoke:
            invoke(of_schedule("sweep", TIME))
        # A change that never ended, and of which nobody knows any more.
        key = {"id": {"S": sent.headers["Spider-Operation"]}}
        table = f"{deployed.stage.name}-{OPERATIONS.name}"
        deployed.session.client("dynamodb").delete_item(TableName=table, Key=key)
        for name in ("Reconcile", "Collect", "Merge"):
            with found[name].started(name.lower()) as invoke, deployed.working(found["Work"]):
                invoke(of_schedule(name.lower(), TIME))
        yield found


def look_around(client: Client, cloud: Cloud) -> None:
    """What the life cycle leaves out."""
    for path in ("/hiscall", "/hiscall/stats", "/operation", "/allvmstatus"):
        assert client.send("GET", path).status_code == 200
    client.call("POST", "/driver", {"DriverName": "odd", "ProviderName": "MOCK", "DriverLibFileName": "odd.so"})
    client.call("DELETE", "/driver/odd")
    on = {"ConnectionName": cloud.connection}
    info = {"Name": "key-02"}
    assert client.send("POST", "/keypair", {**on, "ReqInfo": info}, Prefer="respond-async").status_code == 202
    assert client.send("DELETE", "/keypair/key-02?force=true", on, Prefer="respond-async").status_code == 202


def vpc(cloud: Cloud) -> Json:
    subnets = [{"Name": "s", "IPv4_CIDR": next(cloud.subnets())}]
    return {
        "ConnectionName": cloud.connection,
        "ReqInfo": {"Name": "left", "IPv4_CIDR": cloud.cidr, "SubnetInfoList": subnets},
    }


def own(one: Function) -> list[Statement]:
    """Of its role, without logging and what every function needs."""
    return one.statements[1 + len(policies.OPEN) :]


def needed(functions: dict[str, Function], name: str) -> set[Needed]:
    """The API has two functions, which are the same."""
    return set().union(*(functions[each].recorder.needed for each in {name, *TWINS.get(name, ())}))


@pytest.mark.parametrize("name", policies.POLICIES)
def test_a_function_may_do_what_it_needs(functions: dict[str, Function], name: str) -> None:
    assert functions[name].recorder.needed
    assert refused(functions[name].statements, functions[name].recorder.needed) == set()


@pytest.mark.parametrize("name", policies.POLICIES)
def test_a_function_may_do_nothing_else(functions: dict[str, Function], name: str) -> None:
    lacking = unused(own(functions[name]), needed(functions, name)) - BY_LAMBDA
    assert lacking == NOT_SEEN.get(name, set())


def test_what_every_function_may_do_is_needed(functions: dict[str, Function]) -> None:
    anybody = set().union(*(one.recorder.needed for one in functions.values()))
    for one in functions.values():
        assert unused(one.statements[1 : 1 + len(policies.OPEN)], anybody) == set()


def test_one_action_less_or_more_would_show(functions: dict[str, Function]) -> None:
    work = functions["Work"]
    less = [
        {**one, "Action": [action for action in one["Action"] if "Update" not in action]} for one in work.statements
    ]
    assert {action for action, _ in refused(less, work.recorder.needed)} == {"dynamodb:UpdateItem"}
    sweep = functions["Sweep"]
    more = [{**one, "Action": [*one["Action"], "dynamodb:Scan"]} for one in own(sweep)]
    assert unused(more, sweep.recorder.needed) == {"dynamodb:Scan"}
    elsewhere = [{**one, "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/other"} for one in own(sweep)]
    assert refused(elsewhere, sweep.recorder.needed) == sweep.recorder.needed
