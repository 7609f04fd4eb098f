"""`POST /sshrun` against a real SSH server, one that lets in whoever has the key that `POST /keypair` gave out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .spider import Client
from .ssh_door import door


@pytest.fixture(scope="module")
def private_key(client: Client) -> str:
    made = client.call("POST", "/keypair", {"ConnectionName": "mock-config", "ReqInfo": {"Name": "ssh-key"}})
    key: str = made["PrivateKey"]
    return key


@pytest.fixture(scope="module")
def port(private_key: str) -> Iterator[int]:
    with door(private_key) as found:
        yield found


def ask(client: Client, port: int, key: Any, command: str, user: str = "cb-user") -> Any:
    body = {"UserName": user, "PrivateKey": key, "ServerPort": f"127.0.0.1:{port}", "Command": command}
    return client.send("POST", "/sshrun", body)


def test_the_answer_is_the_commands_output_as_a_json_string(client: Client, port: int, private_key: str) -> None:
    for key in (private_key.splitlines(), private_key, private_key.replace("\n", "\\n")):
        answer = ask(client, port, key, "echo hello; echo wörld")
        assert (answer.status_code, answer.json()) == (200, "hello\nwörld\n")


def test_a_command_that_reads_its_input_finds_it_empty(client: Client, port: int, private_key: str) -> None:
    answer = ask(client, port, private_key, "wc -c")
    assert (answer.status_code, answer.json().strip()) == (200, "0")


def test_large_output_arrives_whole(client: Client, port: int, private_key: str) -> None:
    answer = ask(client, port, private_key, "head -c 3000000 /dev/zero | tr '\\0' x")
    assert len(answer.json()) == 3_000_000
    assert ask(client, port, private_key, "head -c 5000000 /dev/zero | tr '\\0' x").status_code == 429


def test_a_command_that_fails_says_why(client: Client, port: int, private_key: str) -> None:
    answer = ask(client, port, private_key, "echo out; echo broken >&2; exit 3")
    assert answer.status_code == 502
    assert "status 3" in answer.json()["message"]
    assert "broken" in answer.json()["message"]


def test_another_user_or_key_is_refused(client: Client, port: int, private_key: str) -> None:
    assert ask(client, port, private_key, "true", user="root").status_code == 502
    other = client.call("POST", "/keypair", {"ConnectionName": "mock-config", "ReqInfo": {"Name": "other"}})
    assert ask(client, port, other["PrivateKey"], "true").status_code == 502


def test_nobody_there_is_a_504(client: Client, private_key: str) -> None:
    answer = ask(client, 9, private_key, "true")
    assert answer.status_code == 504
    assert private_key.splitlines()[2] not in answer.text
