"""How archives are made, on small trees; tests/real builds the real ones."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deployment import archives, bytecode, package, pruning, target, wheels, zips


def plant(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"NAME = {name!r}\n")
    return root


def files(root: Path) -> set[str]:
    return {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}


# -- zips


def test_equal_contents_are_equal_archives(tmp_path: Path) -> None:
    names = ("b/module.py", "a.py", "a/program.so")
    one, other = plant(tmp_path / "one", *names), plant(tmp_path / "other", *reversed(names))
    (other / "a.py").chmod(0o600)
    os.utime(other / "a.py", (0, 0))
    assert zips.write(tmp_path / "1.zip", one) == zips.write(tmp_path / "2.zip", other)
    (other / "a.py").write_text("NAME = 1\n")
    assert zips.write(tmp_path / "3.zip", other) != zips.digest(tmp_path / "1.zip")


def test_an_archive_holds_all_below_the_prefix(tmp_path: Path) -> None:
    zips.write(tmp_path / "1.zip", plant(tmp_path / "tree", "b.py", "a/x.so"), "python/")
    with zipfile.ZipFile(tmp_path / "1.zip") as opened:
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in opened.infolist()}
        assert opened.read("python/b.py") == b"NAME = 'b.py'\n"
    # Lambda's user is another than the files'.
    assert modes == {"python/a/x.so": "0o100755", "python/b.py": "0o100644"}


# -- pruning


def test_what_no_driver_loads_goes(tmp_path: Path) -> None:
    kept = {
        "azure/mgmt/compute/client.py",
        "openstack/connection.py",
        "openstacksdk-4.22.0.dist-info/METADATA",
        "openstacksdk-4.22.0.dist-info/entry_points.txt",
        "spider_drivers/aws/__init__.py",
    }
    gone = {
        "bin/openstack-inventory",
        "azure/mgmt/compute/aio/client.py",
        "openstack/tests/tests/test_x.py",
        "openstack/x.pyi",
        "openstacksdk-4.22.0.dist-info/RECORD",
        "spider_drivers/conformance/vm.py",
    }
    pruning.prune(plant(tmp_path, *kept, *gone))
    assert files(tmp_path) == kept


# -- byte code


def test_byte_code_is_the_same_wherever_it_is_built(tmp_path: Path) -> None:
    sources = ("azure/mgmt/__init__.py", "azure/core.py", "module.py")
    for folder in ("one", "other/deeper"):
        tree = plant(tmp_path / folder, *sources)
        (tree / "module.py").write_text("WORDS = {'a', 'b', 'c'}\nHERE = (lambda: 0).__code__.co_filename\n")
        bytecode.compile_tree(tree, sys.executable, target.LAYER_FOLDER)
    one, other = tmp_path / "one", tmp_path / "other" / "deeper"
    tag = sys.implementation.cache_tag
    assert files(one) == {
        "azure/mgmt/__init__.pyc",
        "azure/core.py",
        f"azure/__pycache__/core.{tag}.pyc",
        "module.py",
        f"__pycache__/module.{tag}.pyc",
    }
    assert zips.write(tmp_path / "1.zip", one) == zips.write(tmp_path / "2.zip", other)


def test_byte_code_is_not_held_against_its_source(tmp_path: Path) -> None:
    tree = plant(tmp_path, "module.py")
    bytecode.compile_tree(tree, sys.executable, target.LAYER_FOLDER)
    compiled = next(tree.rglob("*.pyc")).read_bytes()
    assert int.from_bytes(compiled[4:8], "little") == 0b01  # PEP 552: by hash, unchecked
    assert f"{target.LAYER_FOLDER}/module.py".encode() in compiled


def test_sources_that_cannot_be_compiled_stop_the_build(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("this is no Python")
    with pytest.raises(wheels.CannotBuild, match="module.py"):
        bytecode.compile_tree(tmp_path, sys.executable, target.LAYER_FOLDER)


def test_the_interpreter_is_of_lambda_s_version() -> None:
    if (found := target.interpreter()) is not None:
        code = "import sys; print(*sys.version_info[:2])"
        said = subprocess.run([found, "-c", code], capture_output=True, text=True, check=True).stdout
        assert tuple(map(int, said.split())) == target.PYTHON


def test_a_machine_without_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(target, "interpreter", lambda: None)
    monkeypatch.setattr(archives, "build", lambda _folder: ())
    package.build_archives(Path("unused"))
    assert "the archives hold no byte code" in capsys.readouterr().out


# -- wheels


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ("py3-none-any", True),
        ("cp311-abi3-manylinux_2_34_x86_64", True),
        ("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("cp313-cp313-linux_x86_64", False),  # compiled here, against this machine's libraries
        ("cp313-cp313-manylinux_2_39_x86_64", False),
        ("cp313-cp313-manylinux_2_28_aarch64", False),
    ],
)
def test_a_wheel_fits_lambda_or_not(tmp_path: Path, tag: str, fits: bool) -> None:
    (tmp_path / "WHEEL").write_text(f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
    assert wheels.fits(tmp_path) is fits


def test_what_pip_says_is_told(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    with pytest.raises(wheels.CannotBuild, match="pip failed"):
        wheels.install_ours(tmp_path / "project", tmp_path / "into")


# -- what goes where


def test_nothing_is_shipped_twice_and_nothing_forgotten() -> None:
    shared, own = archives.split_pins(archives.ROOT)
    needed = wheels.pins(archives.ROOT / "requirements.txt")
    assert not set(shared) & set(own)
    assert needed.items() <= {**shared, **own}.items()
    assert {"botocore", "cryptography"} <= set(shared)
    assert {"pydantic", "pynamodb"} <= set(own)


def test_service_and_drivers_pin_the_same_versions(tmp_path: Path) -> None:
    (tmp_path / "drivers_layer").mkdir()
    (tmp_path / "drivers_layer" / "requirements.txt").write_text("# SDKs\nboto3==1.0\nsix==1.17.0\n")
    (tmp_path / "requirements.txt").write_text("six==1.16.0\npydantic==2.0\n")
    with pytest.raises(wheels.CannotBuild, match=r"different versions of: six$"):
        archives.split_pins(tmp_path)


def test_the_function_holds_the_service_and_chalice_s_runtime(tmp_path: Path) -> None:
    archives.add_service(archives.ROOT, tmp_path)
    held = files(tmp_path)
    assert {"app.py", "chalicelib/rest/handle.py", "chalice/__init__.py", "chalice/app.py"} <= held
    assert not [name for name in held if "__pycache__" in name or not name.endswith(".py")]


def test_sizes_are_told_by_component(tmp_path: Path) -> None:
    tree = plant(tmp_path, "grpc/a.py", "grpc/b/c.py", "six.py", "six-1.17.0.dist-info/METADATA")
    sizes = archives.sizes(tree)
    assert set(sizes) == {"grpc", "six.py", "metadata"}
    assert sizes.total() == sum(file.stat().st_size for file in tree.rglob("*") if file.is_file())
