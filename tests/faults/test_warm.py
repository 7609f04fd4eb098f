"""Forked servers are servers of their own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from .warm import warm


def test_forked_servers_have_a_state_and_an_end_of_their_own(tmp_path: Path) -> None:
    with warm("AWS") as start:
        servers = [start(tmp_path / name) for name in ("killed", "ended", "left")]
        killed, ended, left = servers
        driver = {"DriverName": "d", "ProviderName": "AWS", "DriverLibFileName": "d.so"}
        killed.client.call("POST", "/driver", driver)
        assert [len(one.client.call("GET", "/driver")["driver"]) for one in servers] == [1, 0, 0]
        killed.kill()
        os.kill(ended.pid, signal.SIGTERM)
        assert killed.wait(1) == -signal.SIGKILL
        assert ended.wait(20) == 0
        again = start(tmp_path / "killed")
        assert again.client.call("GET", "/driver") == {"driver": [driver]}
        assert left.client.call("GET", "/driver") == {"driver": []}
    for one in (left, again):
        assert not _is_there(one.pid)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
