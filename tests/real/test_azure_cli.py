"""az, Microsoft's own command line, on the emulated Azure: `azure-cli.sh`, as users run it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cloud_twin import private
from cloud_twin.serve import serving
from cloud_twin.tls import Authority, server_context
from cloud_twin.twin import Twin

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "system" / "azure-cli.sh"
AZ = ROOT / ".venv" / "azure-cli" / "bin" / "az"
PARTS = ["log in", "make", "look", "stop and start", "delete"]


@pytest.mark.timeout(600)
def test_az_makes_and_deletes_a_vm_and_nothing_is_left(tmp_path: Path) -> None:
    assert AZ.exists(), "az is missing: `python3 dev.py test-real` installs it"
    twin, authority = Twin("azure"), Authority()
    azure = twin.clouds["azure"]
    with serving(twin, tls=server_context(authority.server())) as url:
        private.write(tmp_path, {"ca.pem": authority.certificate, **azure.files(url, url)})
        done = subprocess.run(
            ["/bin/sh", str(SCRIPT)],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AZ": str(AZ), "TWIN": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=590,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert [line[2:] for line in said if line.startswith("# ")] == PARTS
    assert said[-1] == "The twin speaks to az."
    apis = set(twin.log.apis())
    assert {"PUT Microsoft.Resources/deployments/{name}", "DELETE Microsoft.Compute/virtualMachines/{name}"} <= apis
    assert azure.contents() == []
    assert not [call for call in twin.log.calls() if call.status >= 500]
