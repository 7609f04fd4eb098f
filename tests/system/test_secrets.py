"""P6: secrets never leave. Canaries are planted in a credential and searched for in everything that comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .clouds import aws_at
from .life_cycle import LifeCycle
from .spider import start

CANARIES = {"ClientId": "AKIACANARYCANARY0001", "ClientSecret": "canary/secret+0002/canary/secret"}


def test_no_canary_is_found_in_answers_files_or_logs(tmp_path: Path, twin: str) -> None:
    answers: list[str] = []
    process = start(tmp_path / "home", log_level="debug")
    client = process.client
    client.heard = answers.append
    cloud = aws_at(twin)
    pairs = [{"Key": key, "Value": value} for key, value in CANARIES.items()]
    private = ""
    try:
        cloud.register(client)
        given = {"CredentialName": "aws-credential", "ProviderName": "AWS", "KeyValueInfoList": pairs}
        client.call("POST", "/credential", given)
        for name, step in LifeCycle(client, cloud).steps():
            if name != "register":
                step()
        asked: dict[str, Any] = {"ConnectionName": cloud.connection, "ReqInfo": {"Name": "key-02"}}
        private = client.call("POST", "/keypair", asked)["PrivateKey"]
        answers.pop()
        client.call("GET", "/keypair", asked)
        client.call("GET", "/credential")
        client.call("GET", "/credential/aws-credential")
    finally:
        log = process.log()
        process.kill()
    inside = "\n".join(private.splitlines()[1:3])
    files = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert len(answers) > 25
    assert files
    for secret in (*CANARIES.values(), inside, inside.replace("\n", "\\n")):
        assert not [answer for answer in answers if secret in answer]
        assert secret.encode() not in files
        assert secret not in log
    assert json.dumps("Hidden for security.") in "".join(answers).replace(" ", " ")
