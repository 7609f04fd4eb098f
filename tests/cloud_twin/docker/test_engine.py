"""What the docker SDK and a test's own settings find at the emulated Engine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator

import docker
import pytest

from cloud_twin.serve import serving
from cloud_twin.twin import Twin


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Twin, str]]:
    twin = Twin("docker")
    with serving(twin) as url:
        yield twin, url


@pytest.fixture
def twin(served: tuple[Twin, str]) -> Twin:
    twin, _ = served
    twin.reset()
    twin.clouds["docker"].settings.quotas.clear()
    twin.clouds["docker"].settings.transition_seconds = 0.0
    return twin


@pytest.fixture
def client(served: tuple[Twin, str], twin: Twin) -> Iterator[docker.DockerClient]:
    found = docker.DockerClient(base_url=served[1], version="auto")
    yield found
    found.close()


def test_the_sdk_agrees_on_the_engine_s_version(client: docker.DockerClient) -> None:
    assert client.api.api_version == "1.41"
    assert client.ping()
    assert client.version()["Os"] == "linux"
    assert client.info()["Images"] == len(client.images.list()) == 2


def test_a_container_is_run_used_and_removed(client: docker.DockerClient) -> None:
    container = client.containers.run("nginx", detach=True, ports={"80/tcp": None}, name="web")
    container.reload()
    assert container.status == "running"
    assert int(container.ports["80/tcp"][0]["HostPort"]) >= 32768
    assert container.attrs["NetworkSettings"]["IPAddress"] == "172.17.0.2"
    assert container.logs() == b""
    container.remove(force=True)
    assert client.containers.list(all=True) == []


def test_programs_end_as_they_would(client: docker.DockerClient, twin: Twin) -> None:
    for command, code in (("true", 0), ("sh -c 'exit 7'", 7), ("sh", 0)):
        container = client.containers.create("ubuntu:24.04", command)
        container.start()
        assert container.wait()["StatusCode"] == code
    sleeping = client.containers.run("ubuntu:24.04", "sleep 100", detach=True, auto_remove=True)
    assert [one.id for one in client.containers.list()] == [sleeping.id]
    twin.clock.advance(100)
    with pytest.raises(docker.errors.NotFound):
        sleeping.reload()


def test_one_that_takes_longer_to_end_than_it_may_is_killed(client: docker.DockerClient, twin: Twin) -> None:
    twin.clouds["docker"].settings.transition_seconds = 0.3
    for seconds, code in ((10, 0), (0, 137)):
        container = client.containers.run("nginx", detach=True)
        container.stop(timeout=seconds)
        assert container.wait()["StatusCode"] == code


def test_images_are_pulled_from_a_small_hub(client: docker.DockerClient) -> None:
    assert client.images.pull("alpine:3.22").tags == ["alpine:3.22"]
    told = list(client.api.pull("alpine", "3.22", stream=True, decode=True))
    assert told[0] == {"status": "Pulling from library/alpine", "id": "3.22"}
    assert told[-1] == {"status": "Status: Image is up to date for alpine:3.22"}
    for name, words in (
        ("nobody/nothing", "pull access denied for nobody/nothing"),
        ("alpine:none", "manifest for alpine:none not found: manifest unknown"),
    ):
        with pytest.raises(docker.errors.NotFound, match=words):
            client.images.pull(name)
    by_digest = client.images.get("alpine:3.22").attrs["RepoDigests"][0]
    assert client.images.get(by_digest).tags == ["alpine:3.22"]


def test_an_image_that_is_saved_removed_and_loaded_is_the_same(client: docker.DockerClient) -> None:
    before = client.images.get("ubuntu:24.04")
    archive = b"".join(before.save(named=True))
    client.images.remove("ubuntu:24.04")
    (again,) = client.images.load(archive)
    assert (again.id, again.tags, again.attrs["Config"]) == (before.id, before.tags, before.attrs["Config"])
    packed, told = client.containers.create("ubuntu:24.04").get_archive("/etc/passwd")
    with tarfile.open(fileobj=io.BytesIO(b"".join(packed))) as tar:
        content = tar.extractfile("passwd")
        assert content is not None
        assert content.read().startswith(b"root:x:0:0:")
    assert (told["name"], told["mode"]) == ("passwd", 0o644)


def test_a_full_disk_and_full_pools_are_told_as_the_engine_tells_them(client: docker.DockerClient, twin: Twin) -> None:
    twin.clouds["docker"].settings.quotas["containers"] = 1
    client.containers.create("nginx")
    with pytest.raises(docker.errors.APIError, match="no space left on device"):
        client.containers.create("nginx")
    for number in range(30):  # the pools of dockerd, but for the one of the default bridge
        client.networks.create(f"net-{number}")
    with pytest.raises(docker.errors.NotFound, match="could not find an available, non-overlapping IPv4 address pool"):
        client.networks.create("one-more")


def test_a_network_hands_out_its_addresses_and_no_more(client: docker.DockerClient) -> None:
    pool = docker.types.IPAMConfig(pool_configs=[docker.types.IPAMPool(subnet="10.1.0.0/29")])
    client.networks.create("small", ipam=pool)
    found = [client.containers.run("nginx", detach=True, network="small") for _ in range(5)]
    with pytest.raises(docker.errors.APIError, match="no available IPv4 addresses on this network"):
        client.containers.run("nginx", detach=True, network="small")
    for one in found:
        one.reload()
    assert [one.attrs["NetworkSettings"]["Networks"]["small"]["IPAddress"] for one in found] == [
        f"10.1.0.{number}" for number in range(2, 7)
    ]
    found[0].stop()
    client.containers.run("nginx", detach=True, network="small")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"page_size": 5}, "page_size: docker has only transition_seconds, quotas"),
        ({"permissions": ["x"]}, "permissions: docker has only"),
        ({"exhausted": ["x"]}, "exhausted: docker has only"),
        ({"quotas": {"networks": 1}}, "quotas: 'networks' is none of containers, images, volumes"),
        ({"transition_seconds": 1}, None),
    ],
)
def test_settings_that_an_engine_has_not_are_refused(twin: Twin, change: dict[str, object], why: str | None) -> None:
    settings = twin.clouds["docker"].settings
    if why is None:
        settings.checked(change)
        return
    with pytest.raises(ValueError, match=why):
        settings.checked(change)


def test_what_it_does_not_serve_it_says(client: docker.DockerClient) -> None:
    told = pytest.raises(docker.errors.APIError, match="501 .*Cloud-Twin does not serve")
    with told:
        client.networks.create("six", enable_ipv6=True)
    with told:
        client.containers.create("nginx", network_mode="container:x")
    with told:
        client.api.import_image_from_url("http://127.0.0.1:1/x")
    with pytest.raises(docker.errors.NotFound, match="page not found"):
        client.swarm.init()


def test_a_snapshot_holds_containers_as_they_are(client: docker.DockerClient, twin: Twin) -> None:
    cloud = twin.clouds["docker"]
    container = client.containers.run("nginx", detach=True, name="web")
    container.put_archive("/", _archive("greeting"))
    before, taken = cloud.contents(), cloud.snapshot()
    container.remove(force=True)
    cloud.restore(taken)
    assert cloud.contents() == before
    assert client.containers.get("web").get_archive("/greeting")[1]["size"] == 5


def _archive(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"hello"))
    return out.getvalue()
