"""`POST /sshrun` against a real SSH server, one that lets in whoever has the key that `POST /keypair` gave out."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import paramiko
import pytest

from .spider import Client


class Door(paramiko.ServerInterface):  # type: ignore[misc]  # paramiko ships no types
    """Lets in cb-user with one key, and runs what is asked for in a shell."""

    def __init__(self, allowed: paramiko.PKey) -> None:
        self._allowed = allowed

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = username == "cb-user" and key.asbytes() == self._allowed.asbytes()
        return int(paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=run, args=(channel, command.decode()), daemon=True).start()
        return True


def run(channel: paramiko.Channel, command: str) -> None:
    given = channel.makefile("rb").read()
    done = subprocess.run(["/bin/sh", "-c", command], input=given, capture_output=True, check=False)
    channel.sendall(done.stdout)
    channel.sendall_stderr(done.stderr)
    channel.send_exit_status(done.returncode)
    channel.close()


@pytest.fixture(scope="module")
def private_key(client: Client) -> str:
    made = client.call("POST", "/keypair", {"ConnectionName": "mock-config", "ReqInfo": {"Name": "ssh-key"}})
    key: str = made["PrivateKey"]
    return key


@pytest.fixture(scope="module")
def port(private_key: str) -> Iterator[int]:
    import io

    allowed, host_key = paramiko.RSAKey.from_private_key(io.StringIO(private_key)), paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(host_key)
            transport.start_server(server=Door(allowed), event=threading.Event())

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


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
