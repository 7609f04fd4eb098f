"""A real Docker Engine: the calls that the keeper needs of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

SECONDS = 60.0


class EngineRefusal(Exception):
    """What the Engine says no with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Engine:
    def __init__(self, url: str) -> None:
        """unix:///path or http://…. Raises ValueError for anything else."""
        parts = urlsplit(url.replace("tcp:", "http:"))
        if parts.scheme not in ("unix", "http"):
            raise ValueError(f"'{url}' is none of unix:///path, tcp://host:port")
        socket_path = parts.path if parts.scheme == "unix" else None
        base = "http://localhost" if socket_path else parts.geturl()
        transport = httpx.HTTPTransport(uds=socket_path, trust_env=False)
        self._client = httpx.Client(transport=transport, base_url=base, timeout=SECONDS)
        self._version = self._call("GET", "/version").json()["ApiVersion"]

    def close(self) -> None:
        self._client.close()

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """What was answered as JSON; None without a body. Raises EngineRefusal, httpx.HTTPError."""
        answer = self._call(method, f"/v{self._version}{path}", json=body, params=query)
        return answer.json() if answer.content else None

    def files(self, container: str, path: str) -> bytes:
        """A tar archive. Raises as `call`."""
        return self._call("GET", f"/v{self._version}/containers/{container}/archive", params={"path": path}).content

    def put_files(self, container: str, archive: bytes) -> None:
        """Raises as `call`."""
        path = f"/v{self._version}/containers/{container}/archive"
        self._call("PUT", path, content=archive, params={"path": "/"}, headers={"Content-Type": "application/x-tar"})

    def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self._client.request(method, path, **{name: one for name, one in more.items() if one is not None})
        if answer.is_error:
            is_json = "json" in answer.headers.get("content-type", "")
            raise EngineRefusal(answer.status_code, answer.json()["message"] if is_json else answer.text)
        return answer
