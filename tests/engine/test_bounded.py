"""Nobody is held longer than SPIDER_WAIT_SECONDS, also where an answer takes several things after one another."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from spider_drivers.contract import NoAnswer, Unreachable

from chalicelib.catalogue.records import Accepted
from chalicelib.engine import keys, ports
from tests.system.ssh_door import door

from .house import VM, House
from .test_about import told

WAIT_SECONDS = 10.0


def test_to_cancel_and_then_to_delete_takes_no_longer_than_one_of_them_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, wait_seconds=WAIT_SECONDS)
    house.make_what_a_vm_needs()
    house.region(TransitionSeconds="8")
    made = house.make("vm", VM, respond_async=True)
    monkeypatch.setattr(house.engine.operations, "cancel", lambda *_: None)  # the create is faster
    began = house.clock.stopwatch()
    deleted = house.do("delete_vm", {"ConnectionName": "mock", "force": "true"}, "vm-01")
    assert house.clock.stopwatch() - began <= WAIT_SECONDS + 1
    assert house.operation(made.operation).state == "SUCCEEDED"
    assert isinstance(deleted, Accepted)
    house.engine.queue.wait("", lambda: False, 60)
    assert house.operation(deleted.operation).state == "SUCCEEDED"


def test_a_silent_port_is_no_longer_listened_at_than_its_caller_may_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "SECONDS", 60.0)
    house = House(tmp_path, wait_seconds=0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 seconds"):
            told(house, "check_udp", {"hostname": "127.0.0.1", "port": silent.getsockname()[1]})
    assert time.monotonic() - began < ports.SECONDS / 2


CHATTY = "while echo x; do sleep 0.1; done"


def test_a_command_that_goes_on_writing_is_not_waited_for(tmp_path: Path) -> None:
    key = keys.generate().private
    with door(key) as port, pytest.raises(NoAnswer, match="was not done within 1 seconds"):
        run_ssh(House(tmp_path, wait_seconds=1.0), key, port, CHATTY)


def test_a_host_that_does_not_say_that_it_speaks_ssh_is_not_waited_for(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(NoAnswer, match=r"was not done within 0\.2 seconds"),
    ):
        run_ssh(House(tmp_path, wait_seconds=0.2), keys.generate().private, silent.getsockname()[1], "true")


def run_ssh(house: House, key: str, port: int, command: str) -> None:
    address = f"127.0.0.1:{port}"
    house.do("run_ssh", {"UserName": "cb-user", "PrivateKey": key, "ServerPort": address, "Command": command})
