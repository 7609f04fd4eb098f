"""AWS's DynamoDB Local, started with the block; and, as a program, the store's tests against it.

It listens on every address and has no option for that, so both run in a network namespace of their own (inside.py).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.real import inside
from tests.servers import free_port, server

POM: Final = Path(__file__).with_name("dynamodb-local.pom.xml")
MAIN_CLASS: Final = "software.amazon.dynamodb.services.local.main.ServerRunner"
# What looks into SQLite alone, or into how the calls are made, is no question to the engine.
LEFT_OUT: Final = ("tests/store/test_sqlite.py", "tests/store/test_opening.py")


def libraries() -> Path:
    """Where prepare.sh puts the jars."""
    cache = Path(os.environ.get("SPIDER_REAL_DIR") or "/var/tmp/spider-real")
    return cache / f"dynamodb-local-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


def missing() -> list[str]:
    """What prepare.sh would have to install."""
    commands = [name for name in ("java", *inside.COMMANDS) if shutil.which(name) is None]
    return commands + ([] if libraries().is_dir() else [str(libraries())])


@contextlib.contextmanager
def dynamodb_local() -> Iterator[str]:
    """DynamoDB Local, in memory; yields its URL."""
    port, jars = free_port(), libraries()
    command = ["java", "-Xmx1g", f"-Djava.library.path={jars}", "-cp", f"{jars}/*", MAIN_CLASS]
    command += ["-disableTelemetry", "-inMemory", "-port", str(port)]
    with server(command, f"http://127.0.0.1:{port}", {}) as url:
        yield url


def main(report: str) -> int:
    """Run the store's tests; the exit status is pytest's."""
    with dynamodb_local() as url:
        environment = {**os.environ, "SPIDER_TEST_DYNAMODB_ENDPOINT": url}
        command = [sys.executable, "-m", "pytest", "tests/store", "tests/real/dynamodb_units.py"]
        command += [f"--junit-xml={report}", "-p", "no:cacheprovider"]
        command += [f"--ignore={path}" for path in LEFT_OUT]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
