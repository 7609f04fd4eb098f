"""What SQLite promises beyond the interface: processes, crashes, files."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.store import ALL, CALLS, OPERATIONS, Put, StoreUnavailable, Table, sqlite, sqlite_schema
from chalicelib.store.queries import Query
from chalicelib.store.sqlite import SQLiteStore
from tests.store.support import EPOCH, Clock, put_calls, ranges

ROOT = Path(__file__).resolve().parents[2]

OPEN = """
import sys, time
from pathlib import Path
from chalicelib.store import OPERATIONS, Conflict, Put, StoreUnavailable, Update, open_store
store = open_store("sqlite", path=Path(sys.argv[1]), prefix="", region="", endpoint=None, now=time.time)
store.create_tables()
"""

INCREMENT = """
for _ in range(100):
    while True:
        value = store.get(OPERATIONS, ("counter",))["value"]
        try:
            store.write(Update(OPERATIONS, ("counter",), {"value": value + 1}, when={"value": value}))
            break
        except Conflict:
            pass
"""

WRITE_FOR_EVER = """
for n in range(1_000_000):
    store.write(Put(OPERATIONS, {"id": f"{sys.argv[2]}-{n}", "text": "x" * 500}))
    print(n, flush=True)
"""

FILL_THE_DISK = """
import resource
size = Path(sys.argv[1]).stat().st_size + 300_000
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
written = 0
try:
    for n in range(1000):
        store.write(Put(OPERATIONS, {"id": f"o{n}", "text": "x" * 10_000}))
        written = n + 1
except StoreUnavailable as error:
    print("unavailable:", error)
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
assert all(store.get(OPERATIONS, (f"o{n}",)) for n in range(written))
store.write(Put(OPERATIONS, {"id": "afterwards"}))
print("written:", written)
"""


def child(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OPEN + code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spider.db"


@pytest.fixture
def file_store(path: Path, clock: Clock) -> Iterator[SQLiteStore]:
    store = SQLiteStore(path, clock)
    store.create_tables()
    yield store
    store.close()


def test_three_processes_count_together(path: Path, file_store: SQLiteStore) -> None:
    file_store.write(Put(OPERATIONS, {"id": "counter", "value": 0}))
    for process in [child(INCREMENT, path) for _ in range(3)]:
        finish(process)
    assert file_store.get(OPERATIONS, ("counter",)) == {"id": "counter", "value": 300}


def test_processes_create_the_file_at_once(path: Path) -> None:
    for process in [child("", path) for _ in range(4)]:
        finish(process)


def test_sigkill_loses_no_acknowledged_write(path: Path, file_store: SQLiteStore) -> None:
    for round_ in range(3):
        process = child(WRITE_FOR_EVER, path, str(round_))
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().splitlines(keepends=True)
        process.wait(30)
        process.stdout.close()
        whole = [line for line in acknowledged if line.endswith("\n")]
        found = file_store.get_many(OPERATIONS, [(f"{round_}-{line.strip()}",) for line in whole])
        assert len(whole) >= 50
        assert None not in found


def test_a_full_disk_is_unavailable_and_passes(path: Path) -> None:
    out = finish(child(FILL_THE_DISK, path))
    assert "unavailable:" in out
    assert int(out.rsplit("written:", 1)[1]) > 3


def test_file_and_folder_are_the_owners_alone(path: Path, file_store: SQLiteStore) -> None:
    file_store.write(Put(OPERATIONS, {"id": "o1"}))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [path.parent, *path.parent.iterdir()]}
    assert modes == {"data": 0o700, "spider.db": 0o600, "spider.db-wal": 0o600, "spider.db-shm": 0o600}


def test_threads_that_come_and_go_leave_no_open_files(path: Path, file_store: SQLiteStore) -> None:
    def work(number: int) -> None:
        file_store.write(Put(OPERATIONS, {"id": f"o{number}"}))
        assert file_store.get(OPERATIONS, (f"o{number}",)) is not None

    for wave in range(10):
        threads = [threading.Thread(target=work, args=(wave * 30 + n,)) for n in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ours = [name for name in map(_target, os.listdir("/dev/fd")) if name.startswith(str(path))]  # noqa: PTH208
    assert len(ours) <= 2 * sqlite.CONNECTIONS + 1


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/dev/fd/{descriptor}")  # noqa: PTH115
    except OSError:  # the listing's own, or not a link on this system
        return ""


def rows(path: Path, table: Table) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])
    finally:
        connection.close()


def test_expired_rows_leave_the_file_bit_by_bit(path: Path, file_store: SQLiteStore, clock: Clock) -> None:
    count = 2 * sqlite.PURGE_ROWS + 100
    expires = int(EPOCH) + 10
    file_store.put_all(CALLS, [{"shard": "s", "at": f"{n:05}", "expires": expires} for n in range(count)])
    put_calls(file_store, "x1")
    clock.time = EPOCH + sqlite.PURGE_EVERY_SECONDS
    left = []
    for n in range(4):
        put_calls(file_store, f"x{n}")
        left.append(rows(path, CALLS) - len(ranges(file_store.query(CALLS, "s"))))
    assert left == [600, 100, 0, 0]
    assert ranges(file_store.query(CALLS, "s")) == ["x0", "x1", "x2", "x3"]


def test_a_file_locked_for_too_long_is_unavailable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    store = SQLiteStore(path, Clock())
    store.create_tables()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.write(Put(OPERATIONS, {"id": "o1"}))
    assert store.get(OPERATIONS, ("o1",)) is None  # reading goes on meanwhile
    other.execute("ROLLBACK")
    store.write(Put(OPERATIONS, {"id": "o1"}))
    other.close()
    store.close()


def test_a_file_that_cannot_be_used_is_unavailable(tmp_path: Path, clock: Clock) -> None:
    text = tmp_path / "text"
    text.write_text("no database " * 100)
    for path in (text, tmp_path, text / "below", Path("/dev/null/x")):
        with pytest.raises(StoreUnavailable):
            SQLiteStore(path, clock).create_tables()


def test_a_closed_store_says_so_at_once(file_store: SQLiteStore) -> None:
    file_store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        file_store.get(OPERATIONS, ("o1",))


def test_a_missing_table_is_unavailable(path: Path, clock: Clock) -> None:
    with pytest.raises(StoreUnavailable, match="no such table"):
        SQLiteStore(path, clock).get(OPERATIONS, ("o1",))


def test_a_new_index_finds_the_old_rows(path: Path, clock: Clock) -> None:
    plain = SQLiteStore(path, clock, tables=[Table("operations", "id")])
    plain.create_tables()
    plain.write(Put(Table("operations", "id"), {"id": "o1", "unfinished": "y", "due": "1"}))
    plain.close()
    store = SQLiteStore(path, clock)
    store.create_tables()
    assert [item["id"] for item in store.query(OPERATIONS, "y", index="unfinished").items] == ["o1"]
    store.close()


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("how", [(None, None), ("a", None), (None, ("a", "b"))], ids=str)
@pytest.mark.parametrize(
    ("table", "index"),
    [(table, index) for table in ALL for index in [*table.indexes, None] if index or table.range_key],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_query_searches_an_index_and_sorts_nothing(
    path: Path,
    file_store: SQLiteStore,
    table: Table,
    index: str | None,
    how: tuple[str | None, tuple[str, str] | None],
    reverse: bool,
) -> None:
    query = Query(table, "h", index, *how, reverse, 10)
    starts = [None, dict.fromkeys([*table.keys, query.range_key or ""], "a")]
    connection = sqlite3.connect(path)
    for start in starts:
        sql, values = sqlite_schema.select(query, start, 0)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert len(plan) == 1
        assert plan[0].startswith(f"SEARCH {table.name} USING INDEX ")
        assert f"{table.name} {index}" in plan[0] or index is None
    connection.close()
