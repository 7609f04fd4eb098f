"""What a create has left at a cloud is found and removed, and what is another Spider's stays until its removal is asked
for. Over HTTP, on three clouds, whose own contents are looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.faults.warm import Start, warm
from tests.servers import twin

from .spider import Client, killed
from .three_clouds import PROVIDERS, Asking, Emulated

SETTINGS: Final = {"lease_seconds": "2", "sweep_seconds": "1", "retry_limit_seconds": "0.2", "compensate_deadline": "1"}
LATE: Final = "3600"  # no last look comes into the test's way
REFUSED: Final = {"status": 403, "code": "UnauthorizedOperation", "message": "not now"}
# What makes a VPC's first part; what follows it (the numbered call of that name); what would remove it again.
CREATION: Final = {"AWS": "CreateVpc", "AZURE": "PUT *virtualNetworks/*", "OPENSTACK": "POST network/networks"}
NEXT: Final = {
    "AWS": ("CreateInternetGateway", 1),
    "AZURE": ("GET *virtualNetworks/*", 2),
    "OPENSTACK": ("POST network/subnets", 1),
}
REMOVAL: Final = {"AWS": "Delete*", "AZURE": "DELETE *", "OPENSTACK": "DELETE *"}
LEFT: Final = "left at the cloud"


@pytest.fixture(scope="module", params=PROVIDERS)
def place(request: pytest.FixtureRequest) -> Iterator[Emulated]:
    with twin(request.param.lower(), transition_seconds=0.1) as found:
        yield Emulated(found, request.param)


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with warm(*PROVIDERS, lag_seconds=1) as found:
        yield found


def test_what_nobody_knows_of_is_found_and_what_is_another_s_stays_until_it_is_asked_for(
    place: Emulated, start: Start, tmp_path: Path
) -> None:
    asking, theirs, late = Asking(place.cloud()), Asking(place.cloud("other")), {**SETTINGS, "look_seconds": LATE}
    with killed(start(tmp_path / "ours", **late)) as ours, killed(start(tmp_path / "theirs", **late)) as other:
        asking.cloud.register(ours.client)
        theirs.cloud.register(other.client)
        before = place.contents()
        operation = leave(place, ours.client, asking)
        other.client.call("POST", "/vpc", theirs.vpc("theirs"))
        left, unknown = reconcile(ours.client, asking)
        assert {(one["Token"], one["Done"]) for one in left} == {(operation, "Removed")}
        assert {one["Done"] for one in unknown} == {"Reported"}
        assert len(place.contents()) > len(before)
        tokens = sorted({one["Token"] for one in unknown})
        left, unknown = reconcile(ours.client, asking, *tokens)
        assert (left, {one["Done"] for one in unknown}) == ([], {"Removed"})
        assert reconcile(ours.client, asking) == ([], [])
        assert ours.client.call("GET", "/hiscall?ResourceType=RECONCILE")["hiscall"]
    assert place.contents() == before


@pytest.mark.parametrize("place", ["AWS"], indirect=True)
def test_what_could_not_be_undone_is_gone_after_the_last_look(place: Emulated, start: Start, tmp_path: Path) -> None:
    asking = Asking(place.cloud())
    with killed(start(tmp_path, **SETTINGS, look_seconds="1")) as process:
        asking.cloud.register(process.client)
        before = place.contents()
        looked_for(process.client, leave(place, process.client, asking))
    assert place.contents() == before


@pytest.mark.parametrize("place", ["AZURE"], indirect=True)
def test_the_last_look_leaves_alone_what_has_the_id_of_what_was_left(
    place: Emulated, start: Start, tmp_path: Path
) -> None:
    """Where an id is made of names, somebody else's may have it by then."""
    asking = Asking(place.cloud())
    with killed(start(tmp_path, **SETTINGS, look_seconds="15")) as process:
        asking.cloud.register(process.client)
        operation = leave(place, process.client, asking)
        (left,) = process.client.call("GET", "/allvpc", asking.on)["AllList"]["OnlyCSPList"]
        process.client.call("DELETE", f"/cspvpc/{quote(left['SystemId'], safe='')}", asking.on)
        made = process.client.call("POST", "/vpc", asking.vpc("one"))
        assert made["IId"]["SystemId"] == left["SystemId"]
        looked_for(process.client, operation)
        assert process.client.call("GET", "/vpc/one", asking.on)["SubnetInfoList"]
        process.client.call("DELETE", "/vpc/one", asking.on)


@pytest.mark.parametrize("place", ["AZURE"], indirect=True)
def test_a_create_under_a_name_of_the_cloud_s_own_is_undone_though_its_answer_was_lost(
    place: Emulated, start: Start, tmp_path: Path
) -> None:
    """At some clouds what it has made is found by that name alone."""
    asking = Asking(place.cloud())
    body = {**asking.vpc("one"), "IDTransformMode": "ON"}
    with killed(start(tmp_path, **SETTINGS, look_seconds=LATE)) as process:
        asking.cloud.register(process.client)
        before = place.contents()
        api, number = NEXT[place.provider]
        with (
            place.rule(api=api, first=number, times=1, **REFUSED),
            place.rule(api=CREATION[place.provider], lose="after", times=1),
        ):
            assert process.client.send("POST", "/vpc", body).status_code >= 400
        operation = process.client.call("GET", "/operation?Verb=create")["operation"][0]["OperationId"]
        failed(process.client, operation)
    assert place.contents() == before


def leave(place: Emulated, client: Client, asking: Asking) -> str:
    """The id of a create that has failed, and whose first part nobody could remove."""
    api, number = NEXT[place.provider]
    with place.rule(api=api, first=number, **REFUSED), place.rule(api=REMOVAL[place.provider], **REFUSED):
        operation = str(client.send("POST", "/vpc", asking.vpc("one")).json()["operation"])
        failed(client, operation)
    assert LEFT in problem(client, operation)
    return operation


def looked_for(client: Client, operation: str) -> None:
    """Waits for the last look."""
    end = time.monotonic() + 60
    while LEFT in problem(client, operation):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert "nothing of it is at the cloud any more" in problem(client, operation)


def failed(client: Client, operation: str) -> None:
    end = time.monotonic() + 60
    while client.call("GET", f"/operation/{operation}")["State"] != "FAILED":
        assert time.monotonic() < end
        time.sleep(0.2)


def problem(client: Client, operation: str) -> str:
    return str(client.call("GET", f"/operation/{operation}")["Problem"]["message"])


def reconcile(client: Client, asking: Asking, *remove: str) -> tuple[list[Any], list[Any]]:
    """What failed operations have left, and what nobody knows of."""
    found = client.call("POST", "/reconcile", {**asking.on, "Remove": remove})["finding"]
    assert {one["Found"] for one in found} <= {"Left", "Unknown"}
    return [one for one in found if one["Found"] == "Left"], [one for one in found if one["Found"] == "Unknown"]
