"""The archives that Lambda runs, built for real, and the life cycle from them alone on every cloud."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from deployment import archives, target, template, zips
from deployment.chalice_part import Json, package
from tests.deployment import deployed as stages
from tests.deployment.asked import TABLE, Asked, register, send
from tests.deployment.built import Built, built, copied
from tests.deployment.deployed import Program
from tests.deployment.front import Front, Lambda, Sent, serving
from tests.deployment.function_url import FunctionUrl, event
from tests.deployment.instances import instances
from tests.deployment.rest_api import SECONDS as GATEWAY_SECONDS
from tests.deployment.rest_api import definition
from tests.real.lambda_room import root
from tests.real.lambda_room.aws import PASSWORD, USER
from tests.real.lambda_room.function import Function, Instance
from tests.real.lambda_room.region import Region, region
from tests.servers import Twin, clean_environment, tell, twin
from tests.system.clouds import CLOUDS, Cloud, emulated
from tests.system.demo import run
from tests.system.life_cycle import LifeCycle
from tests.system.spider import Client, environment

# Other engines' tests run beside these.
pytestmark = pytest.mark.timeout(1200)

IN_THE_ROOM = ("AWS", "AZURE", "GCP")
SLOW_SECONDS = 32.0
FUNCTIONS = {"api": "APIHandler", "held": "Held", "work": "Work", "sweep": "Sweep"}


@dataclass(frozen=True)
class Unpacked:
    """As Lambda unpacks both archives."""

    task: Path
    layer: Path

    def files(self) -> set[Path]:
        return {file for folder in (self.task, self.layer) for file in folder.rglob("*")}

    @property
    def program(self) -> Program:
        """A Python of the target's version that sees the archives and its own library, and nothing else."""
        interpreter = target.interpreter()
        assert interpreter
        return Program((interpreter, "-I", "-S", "-E"), (str(self.task), str(self.layer)))

    @contextlib.contextmanager
    def behind(self, front: Callable[[Lambda], Front], home: Path) -> Iterator[Client]:
        """The application alone, its state under `home`, behind a front."""
        variables = {**clean_environment(), **environment(home, {})}
        with instances(self.program.function("app"), variables) as invoke, serving(front(invoke)) as url:
            yield Client(url)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with built(tmp_path_factory.mktemp("package"), source) as found:
        yield found


@pytest.fixture(scope="module")
def unpacked(made: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unpacked]:
    layer, function = made
    folder = tmp_path_factory.mktemp("lambda")
    zipfile.ZipFile(layer.path).extractall(folder / "opt")
    zipfile.ZipFile(function.path).extractall(folder / "task")
    found = Unpacked(folder / "task", folder / "opt" / "python")
    before = found.files()
    yield found
    assert found.files() == before, "Python has compiled what came without byte code"


@pytest.fixture(scope="module")
def room(unpacked: Unpacked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert os.geteuid() == 0, "only root can make a root"
    made = tmp_path_factory.mktemp("room")
    root.make(made, unpacked.task, unpacked.layer.parent)
    made.chmod(0o755)  # for the function's user
    return made


def test_two_builds_are_equal(made: Built, source: Path, tmp_path: Path) -> None:
    again = archives.build(tmp_path / "elsewhere" / "deeper", source)
    assert [archive.digest for archive in again] == [archive.digest for archive in made]
    assert [zips.digest(archive.path) for archive in made] == [archive.digest for archive in made]


@pytest.mark.parametrize("provider", CLOUDS)
def test_the_life_cycle_runs_from_the_archives_alone(provider: str, unpacked: Unpacked, tmp_path: Path) -> None:
    with CLOUDS[provider]() as cloud, unpacked.behind(FunctionUrl, tmp_path) as client:
        assert run(client, cloud).why == ""


@pytest.fixture(scope="module")
def stage() -> Json:
    """Its template."""
    return template.build(package(archives.ROOT, "dev"), "layer.zip", "function.zip")


def test_a_stage_runs_from_the_archives_alone(stage: Json, unpacked: Unpacked, tmp_path: Path) -> None:
    with stages.emulated(stage, tmp_path, unpacked.program) as deployed, CLOUDS["ALIBABA"]() as cloud:
        api, work = deployed.function("APIHandler"), deployed.function("Work")
        with deployed.client(api) as client, deployed.working(work):
            assert run(client, cloud).why == ""


def test_generated_packages_are_byte_code_alone(unpacked: Unpacked) -> None:
    code = "import azure.mgmt.compute as one, google.cloud.compute_v1 as other; print(one.__file__, other.__file__)"
    words = ["-c", f"import sys; sys.path[:0] = [{str(unpacked.layer)!r}]; {code}"]
    command = [*unpacked.program.python, *words]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        f"{unpacked.layer}/{name}/__init__.pyc" for name in ("azure/mgmt/compute", "google/cloud/compute_v1")
    ]


@pytest.fixture(scope="module")
def clouds() -> Iterator[Twin]:
    with twin(*(name.lower() for name in IN_THE_ROOM)) as found:
        yield found


def functions(stage: Json) -> dict[str, Function]:
    """As the stage declares them, with what it says itself of their settings."""
    found = {}
    for word, name in FUNCTIONS.items():
        told = stage["Resources"][name]["Properties"]
        given = {key: value for key, value in told["Environment"]["Variables"].items() if isinstance(value, str)}
        found[word] = Function(name, told["Handler"], told["MemorySize"], told["Timeout"], given)
    return found


@pytest.fixture(scope="module")
def here(room: Path, stage: Json, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    folder = tmp_path_factory.mktemp("region")
    with region(room, functions(stage), definition(stage), folder, lease_seconds="6") as found:
        yield found
        assert not found.failures


@pytest.fixture
def client(here: Region) -> Client:
    return Client(here.url, auth=(USER, PASSWORD))


def over_tls(found: Twin, provider: str) -> Cloud:
    cloud = emulated(found, provider)
    return replace(cloud, region={**cloud.region, "Endpoint": found.secure, "CA": found.ca})


@pytest.mark.parametrize("provider", IN_THE_ROOM)
def test_the_life_cycle_passes_in_the_room(provider: str, clouds: Twin, client: Client, here: Region) -> None:
    """Over HTTPS, through queue and worker."""
    assert run(client, over_tls(clouds, provider)).why == ""
    for pool in (here.api, here.worker):
        assert pool.peak() < pool.function.memory * 2**20


@pytest.fixture(scope="module")
def registered(here: Region) -> Region:
    register(here.url, (USER, PASSWORD))
    return here


@pytest.mark.parametrize("front", ["url", "held_url"])
@pytest.mark.parametrize("asked", TABLE, ids=lambda one: one.name)
def test_requests_arrive_in_the_room_as_they_were_sent(registered: Region, asked: Asked, front: str) -> None:
    asked.check(send(getattr(registered, front), asked, (USER, PASSWORD)))


def test_who_waits_longer_than_api_gateway_waits_at_the_function_url(clouds: Twin, here: Region) -> None:
    """With the times of the stage: API Gateway's call is accepted within its 29 s, the other's VM is there when its
    call ends. The rest of the life cycle goes through the Function URL, too."""
    cloud = replace(over_tls(clouds, "AWS"), label="-held", prefix="h-")
    login = (USER, PASSWORD)
    gateway, held = Client(here.url, login), Client(here.held_url, login)
    gateway.call("GET", "/driver")  # it has started
    sent = threading.Thread(target=lambda: answers.append(timed(gateway, second_vm(cloud))))
    answers: list[tuple[httpx.Response, float]] = []
    for name, step in LifeCycle(held, cloud).steps():
        if name != "vm start":
            step()
            continue
        tell(clouds.plain, "PUT", "/settings", {"transition_seconds": SLOW_SECONDS})
        sent.start()
        began = time.monotonic()
        step()
        assert time.monotonic() - began > SLOW_SECONDS > GATEWAY_SECONDS
        sent.join()
        tell(clouds.plain, "PUT", "/settings", {"transition_seconds": 0.5})
        [(answer, took)] = answers
        assert (answer.status_code, took < GATEWAY_SECONDS) == (202, True)
        held.until(answer.headers["Location"].partition("/spider")[2], None, "State", "SUCCEEDED")
        held.call("DELETE", "/vm/h-vm-02", {"ConnectionName": cloud.connection})
    assert here.held.peak() < here.held.function.memory * 2**20


def timed(client: Client, body: Json) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    return client.send("POST", "/vm", body), time.monotonic() - began


def second_vm(cloud: Cloud) -> Json:
    """Beside the one of the life cycle."""
    places = {"VPCName": "h-vpc-01", "SubnetName": "h-subnet-01", "SecurityGroupNames": ["h-sg-01"]}
    what = {"ImageName": cloud.image, "VMSpecName": cloud.spec, "KeyPairName": "h-keypair-01"}
    return {"ConnectionName": cloud.connection, "ReqInfo": {"Name": "h-vm-02", **places, **what}}


def test_a_message_about_nothing_comes_three_times(here: Region) -> None:
    def about(name: str) -> list[str]:
        return [one["Attributes"]["ApproximateReceiveCount"] for one in here.delivered if name in one["Body"]]

    here.send('{"operation": "nobodys", "receipts": 0}')
    end = time.monotonic() + 60
    while len(about("nobodys")) < 3:
        assert time.monotonic() < end
        time.sleep(0.1)
    time.sleep(3)
    assert about("nobodys") == ["1", "1", "1"], "each is a new message, which no worker died of"


def test_calls_are_recorded_behind_the_answer(
    room: Path, clouds: Twin, client: Client, here: Region, tmp_path: Path
) -> None:
    """By an extension in AWS's own runtime client: whatever is not done when it asks for the next event is frozen."""
    cloud = replace(over_tls(clouds, "AWS"), label="-behind")
    cloud.register(client)
    login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    sent = Sent("GET", f"/spider/keypair?ConnectionName={cloud.connection}", (("Authorization", f"Basic {login}"),))
    with contextlib.closing(Instance(room, here.held.function, tmp_path / "log")) as instance:
        assert instance.invoke(event(sent))["statusCode"] == 200
        assert instance.api.wait_until_idle(30.0)
        assert instance.api.extensions == ["spider"]
        history = client.call("GET", f"/hiscall?ConnectionName={cloud.connection}")["hiscall"]
        assert [one["CloudOSAPI"] for one in history] == ["DescribeKeyPairs"]


def test_a_worker_that_is_killed_is_followed_by_another(clouds: Twin, client: Client, here: Region) -> None:
    cloud = replace(over_tls(clouds, "AWS"), label="-killed", prefix="k-")
    cloud.register(client)
    before = clouds.contents("aws")
    body = {
        "ConnectionName": cloud.connection,
        "ReqInfo": {
            "Name": "k-vpc",
            "IPv4_CIDR": cloud.cidr,
            "SubnetInfoList": [{"Name": "k-a", "IPv4_CIDR": next(cloud.subnets())}],
        },
    }
    killed = threading.Event()

    def kill() -> None:
        while not here.worker.kill():
            time.sleep(0.01)
        killed.set()

    killer = threading.Thread(target=kill)
    killer.start()
    sent = client.send("POST", "/vpc", body, Prefer="respond-async")
    killer.join()
    assert (sent.status_code, killed.is_set()) == (202, True)
    client.until(sent.headers["Location"].partition("/spider")[2], None, "State", "SUCCEEDED", 120.0)
    (listed,) = [one for one in clouds.contents("aws") - before if one.startswith("vpc-")]
    made = client.call("GET", f"/vpc/k-vpc?ConnectionName={cloud.connection}")
    assert made["IId"]["SystemId"] == listed
    client.call("DELETE", "/vpc/k-vpc", {"ConnectionName": cloud.connection})
    assert clouds.contents("aws") == before
