"""Runs a command on a host over SSH, for `sshrun`."""

from __future__ import annotations

import contextlib
import io
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import paramiko
from spider_drivers.contract import Invalid, LimitExceeded, NoAnswer, Refused, Unreachable

from ..catalogue.asked import Command
from . import deadline
from .call import Call
from .settings import Settings

OUTPUT_LIMIT = 4 * 1024 * 1024  # bytes; an answer must fit what Lambda carries
CONNECT_SECONDS = 15.0
KEY_TYPES: tuple[type[paramiko.PKey], ...] = (paramiko.RSAKey, paramiko.Ed25519Key, paramiko.ECDSAKey)


class Ssh:
    def __init__(self, settings: Settings) -> None:
        self._in_all = settings.wait_seconds
        self._silent = settings.ssh_seconds

    def run(self, call: Call) -> str:
        """What the command wrote to its standard output.

        The host's key is not known beforehand and is accepted as it comes, as CB-Spider does. Raises Invalid for a
        key that cannot be read, Unreachable, NoAnswer for what takes longer than the caller may wait, and Refused for a
        refused log-in or a command that failed.
        """
        command: Command = call.body
        key = _read_key(command.private_key)
        until = time.monotonic() + self._in_all
        try:
            with _connected(command, self._in_all) as (client, line):
                left = max(0.0, until - time.monotonic())
                return deadline.within(left, lambda: self._told(client, line, command, key))
        except paramiko.AuthenticationException as error:
            raise Refused(f"{command.host} refused the log-in of '{command.user}': {error}") from error
        except NoAnswer:
            text = f"{command.host}:{command.port}: the command was not done within {self._in_all:g} seconds"
            raise NoAnswer(text) from None
        except TimeoutError as error:
            raise Unreachable(f"{command.host}:{command.port} did not answer in time") from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise Unreachable(f"{command.host}:{command.port}: {error}") from error

    def _told(self, client: paramiko.SSHClient, line: socket.socket, command: Command, key: paramiko.PKey) -> str:
        _log_in(client, line, command, key)
        return _run(client, command.command, self._silent)


@contextlib.contextmanager
def _connected(command: Command, seconds: float) -> Iterator[tuple[paramiko.SSHClient, socket.socket]]:
    """A client that has not logged in. With the block its line is cut, whatever it is doing in another thread."""
    place = (command.host, command.port)
    line = deadline.within(seconds, lambda: socket.create_connection(place, CONNECT_SECONDS))
    with line, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # see above
        yield client, line


def _read_key(text: str) -> paramiko.PKey:
    for kind in KEY_TYPES:
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise Invalid("PrivateKey: is not an unencrypted RSA, Ed25519 or ECDSA private key", field="PrivateKey")


def _log_in(client: paramiko.SSHClient, line: socket.socket, command: Command, key: paramiko.PKey) -> None:
    client.connect(
        command.host,
        port=command.port,
        username=command.user,
        pkey=key,
        sock=line,
        timeout=CONNECT_SECONDS,
        banner_timeout=CONNECT_SECONDS,
        auth_timeout=CONNECT_SECONDS,
        allow_agent=False,
        look_for_keys=False,
    )


def _run(client: paramiko.SSHClient, command: str, seconds: float) -> str:
    transport = client.get_transport()
    if transport is None:
        raise paramiko.SSHException("the connection was closed")
    with transport.open_session(timeout=CONNECT_SECONDS) as channel, ThreadPoolExecutor(1) as pool:
        channel.settimeout(seconds)
        channel.exec_command(command)
        channel.shutdown_write()  # its standard input is empty: a command that reads on would wait for ever
        told = pool.submit(_read, channel, channel.makefile_stderr("rb"))  # or a full stderr would block the command
        output = _read(channel, channel.makefile("rb"))
        errors = told.result()
        status = channel.recv_exit_status()
    if status != 0:
        raise Refused(f"the command ended with status {status}: {errors.strip() or output.strip()}")
    return output


def _read(channel: paramiko.Channel, stream: paramiko.channel.ChannelFile) -> str:
    data: bytes = stream.read(OUTPUT_LIMIT + 1)
    if len(data) > OUTPUT_LIMIT:
        channel.close()
        raise LimitExceeded(f"the command wrote more than {OUTPUT_LIMIT} bytes")
    return data.decode(errors="replace")
