"""SIGKILL while calls are recorded and merged: each record that is there counts once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from spider_drivers.contract import SystemClock

from chalicelib.engine.history.merging import Merging
from chalicelib.engine.history.rows import record_of
from chalicelib.engine.settings import Settings
from chalicelib.store import open_store
from tests.engine.calls import check, kept, unmerged

ROOT = Path(__file__).resolve().parents[2]

RECORD_AND_MERGE = """
import sys, threading, time
from datetime import UTC, datetime
from pathlib import Path
from spider_drivers.contract import SystemClock
from chalicelib.engine.history import History
from chalicelib.engine.history.merging import Merging
from chalicelib.engine.settings import Settings
from chalicelib.store import open_store
from tests.engine.calls import call

store = open_store("sqlite", path=Path(sys.argv[1]), prefix="", region="", endpoint=None, now=time.time)
store.create_tables()
settings = Settings()
history, merging = History(store, SystemClock(), settings), Merging(store, SystemClock(), settings)

def record():
    while True:
        with history.gather():
            for number in range(7):
                history.sink(call(f"Api{number}", at=datetime.now(UTC), elapsed=number / 10))
        history.flush()
        print("recorded", flush=True)

threading.Thread(target=record, daemon=True).start()
while True:
    merging.merge()
"""


def test_a_kill_while_calls_are_recorded_and_merged_counts_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "spider.db"
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", RECORD_AND_MERGE, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        recorded = [process.stdout.readline() for _ in range(12)]
        process.kill()
        process.wait(30)
        process.stdout.close()
        assert recorded == ["recorded\n"] * 12
        store = open_store("sqlite", path=path, prefix="", region="", endpoint=None, now=time.time)
        calls = [record_of(row) for row in kept(store)]
        assert len(calls) >= 12 * 7
        check(store, calls)
        Merging(store, SystemClock(), Settings(home=tmp_path)).merge()
        assert unmerged(store) == []
        check(store, calls)
        store.close()
