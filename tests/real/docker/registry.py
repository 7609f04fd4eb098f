"""A registry of a few images on loopback, which an Engine trusts without TLS, and files that it can import."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


@dataclass
class Registry:
    """`host`: its name in an image's. `files`: content type and content by path. `asked`: the paths that were."""

    host: str
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def push(self, repository: str, tag: str, architecture: str) -> str:
        """An image of one file; answers its name."""
        layer = archive(f"{repository}:{tag}")
        told = {
            "architecture": architecture,
            "os": "linux",
            "config": {"Cmd": ["/none"], "ExposedPorts": {"80/tcp": {}}},
            "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
        }
        config, packed = json.dumps(told).encode(), gzip.compress(layer, mtime=0)
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._blob(repository, CONFIG, config),
            "layers": [self._blob(repository, LAYER, packed)],
        }
        content = json.dumps(manifest).encode()
        for word in (tag, digest(content)):
            self.files[f"/v2/{repository}/manifests/{word}"] = MANIFEST, content
        return f"{self.host}/{repository}:{tag}"

    def _blob(self, repository: str, kind: str, content: bytes) -> dict[str, Any]:
        self.files[f"/v2/{repository}/blobs/{digest(content)}"] = kind, content
        return {"mediaType": kind, "size": len(content), "digest": digest(content)}


@contextlib.contextmanager
def registry() -> Iterator[Registry]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            served.asked.append(self.path)
            kind, content = served.files.get(self.path, ("application/json", b""))
            missing = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
            self.send_response(200 if content else 404)
            content = content or json.dumps(missing).encode()
            headers = {"Content-Type": kind, "Content-Length": len(content), "Docker-Content-Digest": digest(content)}
            for name, value in headers.items():
                self.send_header(name, str(value))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_GET = do_HEAD = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Registry(f"127.0.0.1:{server.server_address[1]}", {"/v2/": ("application/json", b"{}")})
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def archive(text: str) -> bytes:
    """A tar archive of one file with this text."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo("text")
        entry.size = len(text.encode())
        tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
