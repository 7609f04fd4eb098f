"""The archives that Lambda runs, built for real, and the life cycle from them alone on every cloud."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deployment import archives, target, template, zips
from deployment.chalice_part import package
from tests.deployment.deployed import Program, emulated
from tests.servers import clean_environment
from tests.system.clouds import CLOUDS
from tests.system.demo import run
from tests.system.spider import behind

LARGEST = 180 * archives.MIB
Built = tuple[archives.Archive, archives.Archive]


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

    def front(self, port: int) -> list[str]:
        return self.program.command("front.py", str(port))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is built from, as it is now."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("app.py", "requirements.txt"):
        shutil.copy(archives.ROOT / name, copy)
    for name in ("chalicelib", "drivers_layer"):
        shutil.copytree(archives.ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """For the Python that runs the tests where there is none of Lambda's version, with other wheels and byte code."""
    with pytest.MonkeyPatch.context() as patch:
        if target.interpreter() is None:
            patch.setattr(target, "PYTHON", sys.version_info[:2])
            patch.setattr(target, "interpreter", lambda: sys.executable)
        yield archives.build(tmp_path_factory.mktemp("package"), source)


@pytest.fixture(scope="module")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unpacked]:
    layer, function = built
    folder = tmp_path_factory.mktemp("lambda")
    zipfile.ZipFile(layer.path).extractall(folder / "opt")
    zipfile.ZipFile(function.path).extractall(folder / "task")
    found = Unpacked(folder / "task", folder / "opt" / "python")
    before = found.files()
    yield found
    assert found.files() == before, "Python has compiled what came without byte code"


def test_two_builds_are_equal(built: Built, source: Path, tmp_path: Path) -> None:
    again = archives.build(tmp_path / "elsewhere" / "deeper", source)
    assert [archive.digest for archive in again] == [archive.digest for archive in built]
    assert [zips.digest(archive.path) for archive in built] == [archive.digest for archive in built]


def test_they_are_small_enough_and_compiled(built: Built) -> None:
    assert sum(archive.size for archive in built) <= LARGEST
    for archive in built:
        with zipfile.ZipFile(archive.path) as opened:
            assert sum(entry.file_size for entry in opened.infolist()) == archive.size
            names = {entry.filename for entry in opened.infolist()}
        sources = {name for name in names if name.endswith(".py")}
        assert sources
        lacking = {name for name in sources if compiled(name) not in names}
        assert not lacking


def compiled(source: str) -> str:
    folder, _, name = source.rpartition("/")
    tag = "cpython-{}{}".format(*target.PYTHON)
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.{tag}.pyc".removeprefix("/")


@pytest.mark.parametrize("provider", CLOUDS)
def test_the_life_cycle_runs_from_the_archives_alone(provider: str, unpacked: Unpacked, tmp_path: Path) -> None:
    with CLOUDS[provider]() as cloud, behind(unpacked.front, tmp_path, {}) as client:
        assert run(client, cloud).why == ""


def test_a_stage_runs_from_the_archives_alone(unpacked: Unpacked, tmp_path: Path) -> None:
    built = template.build(package(archives.ROOT, "dev"), "layer.zip", "function.zip")
    with emulated(built, tmp_path, unpacked.program) as deployed, CLOUDS["ALIBABA"]() as cloud:
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
