"""Programs with Google's own libraries run on Cloud-Twin; what both say to each other is as Google describes it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import google.auth.transport.requests
from google.oauth2 import service_account

from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.cloud_twin.gcp.judge import Judge
from tests.servers import clean_environment

PROGRAM = Path(__file__).with_name("gce_program.py")


def test_a_program_of_googles_library_runs_on_the_twin(tmp_path: Path) -> None:
    twin = Twin("gcp")
    cloud, judge = twin.clouds["gcp"], Judge(twin)
    cloud.settings.transition_seconds = 0.2
    before = cloud.contents()
    with serving(judge) as url:
        key_file = tmp_path / "gcp.json"
        key_file.write_text(cloud.files(url, url)["gcp.json"])
        command = [sys.executable, str(PROGRAM), str(key_file), url]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=clean_environment())
    assert ran.returncode == 0, ran.stderr
    made, listed, *left = ran.stdout.splitlines()
    assert re.fullmatch(r"demo-vm is RUNNING at 198\.1[89]\.[\d.]+", made)
    assert listed == "machines: demo-vm"
    assert left == ["machines: none", "networks: default"]
    assert cloud.contents() == before
    assert judge.violations == []
    assert {"compute.instances.insert", "compute.zoneOperations.wait", "compute.networks.delete"} <= judge.methods


def test_googles_log_in_gets_a_token_from_the_twin(tmp_path: Path) -> None:
    twin = Twin("gcp")
    with serving(twin) as url:
        key_file = tmp_path / "gcp.json"
        key_file.write_text(twin.clouds["gcp"].files(url, url)["gcp.json"])
        scopes = ["https://www.googleapis.com/auth/compute"]
        credentials = service_account.Credentials.from_service_account_file(str(key_file), scopes=scopes)
        with google.auth.transport.requests.AuthorizedSession(credentials) as session:
            answer = session.get(f"{url}/compute/v1/projects/{credentials.project_id}/global/networks/default")
    assert answer.json()["name"] == "default"
    assert [call.api for call in twin.log.calls()] == ["oauth2.token", "compute.networks.get"]
