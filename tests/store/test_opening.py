"""Which engine is opened, and what that loads."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from chalicelib.store import open_store

ROOT = Path(__file__).resolve().parents[2]
OPEN = """
import sys, time
from pathlib import Path
from chalicelib.store import open_store
how = dict(path=Path(sys.argv[2]), prefix="p", region="us-east-1", endpoint=None, now=time.time)
if sys.argv[1] != "none":
    open_store(sys.argv[1], **how).close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded(kind: str, path: Path) -> set[str]:
    """The top-level packages that a process has loaded after opening a store."""
    command = [sys.executable, "-c", OPEN, kind, str(path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


def test_only_the_engine_that_is_opened_is_loaded(tmp_path: Path) -> None:
    assert not loaded("none", tmp_path / "x") & {"sqlite3", "botocore", "pynamodb", "boto3"}
    assert not loaded("sqlite", tmp_path / "x") & {"botocore", "pynamodb", "boto3"}
    dynamodb = loaded("dynamodb", tmp_path / "x")
    assert {"botocore", "pynamodb"} <= dynamodb
    assert not dynamodb & {"sqlite3", "boto3", "s3transfer"}


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="redis"):
        open_store("redis", path=Path(), prefix="", region="", endpoint=None, now=time.time)
