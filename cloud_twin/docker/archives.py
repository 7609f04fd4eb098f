"""Files put into containers and taken out of them, as tar archives."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from ..centre import Thing
from ..facade import Call
from . import containers, files
from .answers import nothing
from .errors import EngineError
from .power import all_files

if TYPE_CHECKING:
    from .facade import Docker

# What the Engine itself puts into every container.
_ENGINES = (".dockerenv", "etc/hostname", "etc/hosts", "etc/resolv.conf")


def put(cloud: Docker, call: Call) -> Response:
    container, path = _asked(cloud, call)
    present = _present(container)
    target = files.behind(present, path)
    if target is None:
        raise _missing(call, path)
    if not target.is_folder:
        raise EngineError(500, "extraction point is not a directory")
    added = unpacked(call.request.get_data())
    now = cloud.centre.clock.now().timestamp()
    merged = files.laid_over(present, added, path, now)
    container.body["files"] = {name: file for name, file in merged.items() if present.get(name) is not file} | {
        name: merged[name] for name in container.body["files"]
    }
    return nothing(200)


def get(cloud: Docker, call: Call) -> Response:
    container, path = _asked(cloud, call)
    present = _present(container)
    if files.at(present, path) is None:
        raise _missing(call, path)
    headers = {"X-Docker-Container-Path-Stat": files.stat_header(present, path)}
    if call.request.method == "HEAD":
        response = nothing(200)
        response.headers.update(headers)
        return response
    return Response(files.pack(present, path), headers=headers, content_type="application/x-tar")


def unpacked(archive: bytes) -> dict[str, files.File]:
    """Raises EngineError."""
    try:
        return files.unpack(archive)
    except (tarfile.TarError, EOFError, OSError):
        raise EngineError(500, "Error processing tar file(exit status 1): unexpected EOF") from None


def _asked(cloud: Docker, call: Call) -> tuple[Thing, str]:
    """Raises EngineError."""
    path = call.query.get("path", "")
    if not path:
        raise EngineError(400, "bad parameter: pathcannot be empty")
    return containers.named(cloud, call.values["id"]), path


def _present(container: Thing) -> dict[str, files.File]:
    made = files.File(mode=0o755, time=container.made.timestamp())
    engines = dict.fromkeys(_ENGINES, made)
    return {**engines, "etc": files.ROOT, **all_files(container)}


def _missing(call: Call, path: str) -> EngineError:
    return EngineError(404, f"Could not find the file {path} in container {call.values['id']}")
