"""An SSH server on this machine that lets in whoever has one key."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator

import paramiko


class _Door(paramiko.ServerInterface):  # type: ignore[misc]  # paramiko ships no types
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
        threading.Thread(target=_run, args=(channel, command.decode()), daemon=True).start()
        return True


def _run(channel: paramiko.Channel, command: str) -> None:
    """What it writes is sent as it comes, until the client is gone."""
    given = channel.makefile("rb").read()
    pipe, shell = subprocess.PIPE, ["/bin/sh", "-c", command]
    with (
        tempfile.TemporaryFile() as errors,
        contextlib.suppress(OSError),
        subprocess.Popen(shell, stdin=pipe, stdout=pipe, stderr=errors) as process,
    ):
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(given)
            process.stdin.close()
            while piece := os.read(process.stdout.fileno(), 65536):
                channel.sendall(piece)
        finally:
            process.stdout.close()  # who goes on writing ends
        status = process.wait()
        errors.seek(0)
        channel.sendall_stderr(errors.read())
        channel.send_exit_status(status)
        channel.close()


@contextlib.contextmanager
def door(private_key: str) -> Iterator[int]:
    """Its port. The key is PEM of RSA."""
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
            transport.start_server(server=_Door(allowed), event=threading.Event())

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()
