"""What the demo brings to an Engine, and where it keeps out of the way."""

from __future__ import annotations

import io
import platform
import subprocess
import tarfile
from pathlib import Path

import pytest

from .docker_cloud import free_cidr, routes
from .engine import NoEngine
from .idle_image import MACHINES, archive, program


def test_a_cidr_overlaps_nothing_that_is_taken() -> None:
    assert free_cidr([]) == "10.200.0.0/16"
    assert free_cidr(["172.17.0.0/16", "10.200.7.0/24", "10.201.0.1/32", "fd00::/8"]) == "10.202.0.0/16"
    assert free_cidr(["10.192.0.0/255.224.0.0"]) == "10.224.0.0/16"
    with pytest.raises(NoEngine, match="no free network"):
        free_cidr(["10.0.0.0/8"])


def test_routes_of_the_machine_are_taken(tmp_path: Path) -> None:
    table = tmp_path / "route"
    # What Linux shows of: default via 10.200.0.1; 10.200.0.0/24 dev eth0; 192.168.64.0/18 via 10.200.0.9.
    table.write_text(
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t0100C80A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "eth0\t0000C80A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "eth0\t0040A8C0\t0900C80A\t0003\t0\t0\t0\t00C0FFFF\t0\t0\t0\n"
    )
    assert list(routes(table)) == ["10.200.0.0/255.255.255.0", "192.168.64.0/255.255.192.0"]
    assert list(routes(tmp_path / "none")) == []


@pytest.mark.parametrize("architecture", MACHINES)
def test_the_image_is_one_small_file(architecture: str) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(architecture))) as tar:
        (file,) = tar.getmembers()
        content = tar.extractfile(file)
        assert (file.name, file.mode) == ("idle", 0o755)
        assert content is not None
        assert content.read() == program(architecture)
    assert len(program(architecture)) < 200


@pytest.mark.skipif(platform.system() != "Linux", reason="it is a program for Linux")
def test_its_program_waits_until_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "idle"
    path.write_bytes(program({"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]))
    path.chmod(0o755)
    with subprocess.Popen([path]) as running:
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(0.3)
        running.terminate()
        assert running.wait(10) == 0
