"""The archives as they are: how large, and with byte code."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import pytest

from deployment import archives, target

from .built import Built, built, copied

LARGEST = 180 * archives.MIB


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with built(tmp_path_factory.mktemp("package"), copied(tmp_path_factory.mktemp("source"))) as found:
        yield found


def test_they_are_small_enough(made: Built) -> None:
    assert sum(archive.size for archive in made) <= LARGEST
    for archive in made:
        with zipfile.ZipFile(archive.path) as opened:
            assert sum(entry.file_size for entry in opened.infolist()) == archive.size


def test_all_is_compiled(made: Built) -> None:
    for archive in made:
        names = set(zipfile.ZipFile(archive.path).namelist())
        sources = {name for name in names if name.endswith(".py")}
        assert sources
        assert not {name for name in sources if compiled(name) not in names}


def compiled(source: str) -> str:
    folder, _, name = source.rpartition("/")
    tag = "cpython-{}{}".format(*target.PYTHON)
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.{tag}.pyc".removeprefix("/")
