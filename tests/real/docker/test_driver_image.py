"""The Docker driver's images on a real Engine: pulled from a registry, imported, removed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from spider_drivers.contract import (
    Architecture,
    Attempt,
    Image,
    ImageRequest,
    InUse,
    NotFound,
    Platform,
    Ref,
    Refused,
    Vpc,
)

from .driver import Docker, done
from .registry import Registry, archive, registry


@pytest.fixture
def served() -> Iterator[Registry]:
    with registry() as running:
        yield running


@pytest.fixture
def name(docker: Docker, served: Registry) -> str:
    """An image that can be pulled."""
    return served.push(docker.name("app"), "1", docker.client.version()["Arch"])


def create(docker: Docker, name: str) -> Image:
    return done(lambda attempt: docker.connection.image.create(ImageRequest(name), attempt))


def delete(docker: Docker, name: str) -> None:
    docker.connection.image.delete(Ref(name, name), Attempt("delete"))


def listed(docker: Docker) -> set[str]:
    return {image.iid.id for image in docker.connection.image.list()}


def test_an_image_is_pulled_and_removed(docker: Docker, served: Registry, name: str) -> None:
    image = create(docker, name)
    assert image.iid.id == name
    assert image.architecture in (Architecture.X86_64, Architecture.ARM64)
    assert image.platform is Platform.LINUX
    assert image.details["ExposedPorts"] == "80/tcp"
    assert name in listed(docker)
    assert [path for path in served.asked if "/blobs/" in path]
    delete(docker, name)
    assert name not in listed(docker)
    with pytest.raises(NotFound):
        docker.connection.image.get(Ref(name, name))
    delete(docker, name)


def test_what_is_there_is_not_pulled_again(docker: Docker, served: Registry, name: str) -> None:
    create(docker, name)
    served.asked.clear()
    assert "POST /images/create" not in docker.apis_of(lambda: create(docker, name))
    assert served.asked == []
    delete(docker, name)


def test_a_pull_is_one_record_that_lasts_as_long_as_the_pull(docker: Docker, name: str) -> None:
    docker.connection.check()
    calls = docker.apis_of(lambda: create(docker, name))
    assert calls == ["GET /images/{id}/json", "POST /images/create", "GET /images/{id}/json"]
    delete(docker, name)


def test_an_image_by_digest_keeps_that_name(docker: Docker, served: Registry, name: str) -> None:
    digest = next(path.rpartition("/")[2] for path in served.files if "manifests/sha256:" in path)
    by_digest = f"{name.rpartition(':')[0]}@{digest}"
    assert create(docker, by_digest).iid.id == by_digest
    assert by_digest in listed(docker)
    delete(docker, by_digest)
    assert by_digest not in listed(docker)


def test_a_tag_that_the_registry_does_not_have_is_not_found(docker: Docker, name: str) -> None:
    with pytest.raises(NotFound, match="manifest unknown"):
        create(docker, f"{name}-none")


def test_a_registry_that_does_not_answer_is_told_in_the_engine_s_words(docker: Docker) -> None:
    with pytest.raises(Refused, match="127.0.0.1:1"):
        create(docker, "127.0.0.1:1/app:1")


def test_an_image_of_two_names_is_two_and_loses_them_one_by_one(docker: Docker, name: str) -> None:
    create(docker, name)
    other = f"{docker.name('other')}:1"
    docker.client.tag(name, *other.split(":"))
    assert {name, other} <= listed(docker)
    delete(docker, name)
    assert docker.connection.image.get(Ref(other, other)).iid.id == other
    delete(docker, other)


def test_an_image_without_a_name_is_not_listed(docker: Docker, name: str) -> None:
    create(docker, name)
    base = docker.client.create_container_from_config({"Image": docker.image}, docker.name("base"))["Id"]
    unnamed = docker.client.commit(base)["Id"]
    docker.client.remove_container(base)
    assert unnamed not in {image.details["ImageID"] for image in docker.connection.image.list()}
    docker.client.remove_image(unnamed)
    delete(docker, name)


def test_a_url_is_imported(docker: Docker, served: Registry) -> None:
    path = f"/files/{docker.name('Root FS').replace(' ', '%20')}.tar"
    served.files[path] = "application/x-tar", archive("imported")
    image = create(docker, f"http://{served.host}{path}")
    assert image.iid.id == f"{docker.name('root-fs')}:latest"
    delete(docker, image.iid.id)


def test_a_create_that_failed_takes_away_only_what_it_has_brought(docker: Docker, name: str) -> None:
    for there in (False, True):
        attempt = Attempt(f"image-{there}")
        done(lambda attempt: docker.connection.image.create(ImageRequest(name), attempt), attempt)
        docker.connection.image.delete(Ref(name, None, attempt.token), attempt)
        assert (name in listed(docker)) is there
        create(docker, name)
    delete(docker, name)


def test_an_image_in_use_is_not_removed(docker: Docker, vpc: Vpc) -> None:
    name = docker.image_that_runs("/bin/sh")
    vm = docker.create(dataclasses.replace(docker.vm_request("one", vpc), image=Ref(name, name)))
    with pytest.raises(InUse, match="is using"):
        delete(docker, name)
    assert name in listed(docker)
    docker.delete(vm)
    delete(docker, name)
