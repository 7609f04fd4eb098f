"""What tests/real/docker asks of the driver on a real Engine, on Cloud-Twin's: all that needs no kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloud_twin import tls
from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.real.docker import conftest, engine, test_driver_subnet, test_driver_vm, test_driver_vpc

IMAGE = "ubuntu:24.04"
# They log in to what they have made.
NEED_A_KERNEL = frozenset(
    {
        "test_two_vms_of_one_image_are_logged_in_to_side_by_side",
        "test_another_key_does_not_log_in",
        "test_after_suspend_and_resume_it_is_the_same",
        "test_without_a_subnet_it_is_in_the_engine_s_own_network",
    }
)


@pytest.fixture(scope="module", autouse=True)
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The twin's Engine over mutual TLS, in the place of a real one."""
    folder = tmp_path_factory.mktemp("certificates")
    twin = Twin("docker")
    twin.clouds["docker"].settings.transition_seconds = 0.0
    with serving(twin, tls=tls.mutual(folder)) as url, pytest.MonkeyPatch.context() as patch:
        for name, value in zip(engine.VARIABLES, (url, str(folder), IMAGE), strict=True):
            patch.setenv(name, value)
        yield


for module in (conftest, test_driver_vpc, test_driver_subnet, test_driver_vm):
    globals().update(
        {
            name: thing
            for name, thing in vars(module).items()
            if (name.startswith("test_") and name not in NEED_A_KERNEL)
            or type(thing).__name__ == "FixtureFunctionDefinition"
        }
    )
