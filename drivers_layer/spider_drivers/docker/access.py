"""Makes the user `cb-user`, who logs in with the key pair's public key, in a container that has not started yet.

Containers have no cloud-init: the account is written into their files.
"""

from __future__ import annotations

import io
import itertools
import tarfile
import time
from dataclasses import dataclass

from ..contract import NotFound, Refused
from .calls import Engine
from .errors import nonsense, understood

USER = "cb-user"
FIRST_ID = 1000
BASH = "/bin/bash"
SUDOERS = f"etc/sudoers.d/90-{USER}"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    home: str


@dataclass
class Table:
    """/etc/passwd, /etc/group or /etc/shadow: lines of fields. `entry` keeps the file's owner and mode."""

    entry: tarfile.TarInfo
    lines: list[str]

    def row(self, name: str) -> list[str] | None:
        return next((line.split(":") for line in self.lines if line.startswith(f"{name}:")), None)

    def numbers(self) -> set[int]:
        """Ids of users or groups: the third field."""
        rows = (line.split(":") for line in self.lines)
        return {int(row[2]) for row in rows if len(row) > 2 and row[2].isdigit()}

    def put(self, row: list[str]) -> None:
        """Adds a line, or replaces the one of the same name."""
        self.lines = [line for line in self.lines if not line.startswith(f"{row[0]}:")]
        self.lines.append(":".join(row))


def grant(engine: Engine, container: str, public_key: str) -> None:
    """Writes all in one call. Repeatable: a user of that name who is there is kept."""
    passwd, group, shadow = (_read(engine, container, f"etc/{name}") for name in ("passwd", "group", "shadow"))
    passwd = passwd or Table(_file("etc/passwd", 0o644), [])
    group = group or Table(_file("etc/group", 0o644), [])
    with understood():
        account = _enrol(passwd, shadow) or _new(passwd, group, shadow, _shell(engine, container))
    tables = [table for table in (passwd, group, shadow) if table]
    engine.call("put_archive", container, "/", _archive(tables, account, public_key))


def _enrol(passwd: Table, shadow: Table | None) -> Account | None:
    """The user of that name who is there, unlocked; None where there is none."""
    row = passwd.row(USER)
    if row is None:
        return None
    _unlock(shadow)
    return Account(int(row[2]), int(row[3]), row[5])


def _new(passwd: Table, group: Table, shadow: Table | None, shell: str) -> Account:
    taken = passwd.numbers() | group.numbers()
    number = next(number for number in itertools.count(FIRST_ID) if number not in taken)
    there = group.row(USER)
    account = Account(number, int(there[2]) if there else number, f"/home/{USER}")
    if not there:
        group.put([USER, "x", str(number), ""])
    password = "*" if shadow is None else "x"
    passwd.put([USER, password, str(account.uid), str(account.gid), "", account.home, shell])
    _unlock(shadow)
    return account


def _unlock(shadow: Table | None) -> None:
    """No password fits "*"; "!" would bar keys as well."""
    if shadow is None:
        return
    row = shadow.row(USER) or [USER, "", *[""] * 7]
    if row[1] in ("", "x") or row[1].startswith("!"):
        row[1] = "*"
    shadow.put(row)


def _read(engine: Engine, container: str, path: str) -> Table | None:
    """None where it is not there."""
    try:
        archive = engine.call("read_archive", container, f"/{path}")
    except NotFound:
        return None
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            entry = tar.next()
            content = tar.extractfile(entry) if entry and entry.isreg() else None
            if entry is None or content is None:
                raise Refused(f"{USER} cannot be made: /{path} in the image is no plain file")
            entry.name = path
            return Table(entry, content.read().decode(errors="surrogateescape").splitlines())
    except tarfile.TarError as error:
        raise nonsense(True, str(error)) from None


def _shell(engine: Engine, container: str) -> str:
    try:
        engine.call("stat", container, BASH)
    except NotFound:
        return "/bin/sh"
    return BASH


def _archive(tables: list[Table], account: Account, public_key: str) -> bytes:
    home = account.home.strip("/")
    keys = f"{home}/.ssh/authorized_keys"
    owned = [(_folder(home, 0o700), ""), (_folder(f"{home}/.ssh", 0o700), ""), (_file(keys, 0o600), f"{public_key}\n")]
    for entry, _ in owned:
        entry.uid, entry.gid = account.uid, account.gid
    written = [(table.entry, "".join(f"{line}\n" for line in table.lines)) for table in tables]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry, text in [*written, *owned, (_file(SUDOERS, 0o440), f"{USER} ALL=(ALL) NOPASSWD:ALL\n")]:
            content = text.encode(errors="surrogateescape")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _file(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode = mode
    entry.mtime = int(time.time())
    return entry


def _folder(path: str, mode: int) -> tarfile.TarInfo:
    entry = _file(path, mode)
    entry.type = tarfile.DIRTYPE
    return entry
