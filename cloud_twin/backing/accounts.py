"""Users in a container that has not started yet: lines in its passwd, group and shadow, and their authorized_keys."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable

from .engine import Engine, EngineRefusal

_TABLES = ("passwd", "group", "shadow")


def grant(engine: Engine, container: str, logins: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Raises EngineRefusal, httpx.HTTPError."""
    tables = {name: _lines(engine, container, f"/etc/{name}") for name in _TABLES}
    written: list[tuple[tarfile.TarInfo, str]] = []
    for user, keys in logins:
        number, home = _account(tables, user)
        folders = [_entry(home, 0o700, number, folder=True), _entry(f"{home}/.ssh", 0o700, number, folder=True)]
        written += [(folder, "") for folder in folders]
        written.append((_entry(f"{home}/.ssh/authorized_keys", 0o600, number), "".join(f"{key}\n" for key in keys)))
        if number:
            sudoers = _entry(f"etc/sudoers.d/90-{user}", 0o440, 0)
            written.append((sudoers, f"{user} ALL=(ALL) NOPASSWD:ALL\n"))
    for name, lines in tables.items():
        mode = 0o640 if name == "shadow" else 0o644
        written.append((_entry(f"etc/{name}", mode, 0), "".join(f"{line}\n" for line in lines)))
    engine.put_files(container, _archive(written))


def _account(tables: dict[str, list[str]], user: str) -> tuple[int, str]:
    """Number and home of a user, made if he is not there."""
    for line in tables["passwd"]:
        fields = line.split(":")
        if fields[0] == user:
            return int(fields[2]), fields[5].strip("/")
    taken = {int(line.split(":")[2]) for line in [*tables["passwd"], *tables["group"]] if line.count(":") >= 3}
    number = next(number for number in range(1000, 60000) if number not in taken)
    home = f"home/{user}"
    tables["passwd"].append(f"{user}:x:{number}:{number}::/{home}:/bin/sh")
    tables["group"].append(f"{user}:x:{number}:")
    # No password fits "*"; "!" would bar keys as well.
    tables["shadow"].append(f"{user}:*:19000:0:99999:7:::")
    return number, home


def _lines(engine: Engine, container: str, path: str) -> list[str]:
    """None where there is no such file."""
    try:
        archive = engine.files(container, path)
    except EngineRefusal as refusal:
        if refusal.status != 404:
            raise
        return []
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        entry = tar.next()
        content = tar.extractfile(entry) if entry else None
        return content.read().decode(errors="replace").splitlines() if content else []


def _entry(path: str, mode: int, owner: int, *, folder: bool = False) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode, entry.uid, entry.gid = mode, owner, owner
    if folder:
        entry.type = tarfile.DIRTYPE
    return entry


def _archive(written: Iterable[tuple[tarfile.TarInfo, str]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry, text in written:
            content = text.encode()
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()
