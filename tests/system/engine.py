"""The Docker Engine that this user's `docker` command would speak to, if there is one to speak to."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import docker
import requests

DEFAULT_HOST: Final = "unix:///var/run/docker.sock"
OLDEST_API: Final = "1.24"
CERTIFICATES: Final = {"CA": "ca.pem", "ClientCertificate": "cert.pem", "ClientKey": "key.pem"}
ANSWER_SECONDS: Final = 5.0


class NoEngine(Exception):
    """Says in one line, for the user to read, why there is none to use."""


@dataclass(frozen=True)
class Engine:
    """`host`: unix://, tcp:// or https://. `certificates`: a folder of ca.pem, cert.pem and key.pem, for mutual TLS."""

    host: str
    certificates: Path | None = None

    def credential(self) -> dict[str, str]:
        """What Spider's Docker driver is told."""
        folder = self.certificates
        pem = {} if folder is None else {key: (folder / name).read_text() for key, name in CERTIFICATES.items()}
        return {"Host": self.host, **pem}

    def client(self, seconds: float = 60.0) -> Any:
        """A docker.APIClient in the Engine's own version. It heeds no variable of the environment."""
        version = self._client(OLDEST_API, seconds).version(api_version=False)["ApiVersion"]
        return self._client(version, seconds)

    def _client(self, version: str, seconds: float) -> Any:
        tls = None
        if self.certificates:
            ca, certificate, key = (str(self.certificates / name) for name in CERTIFICATES.values())
            tls = docker.tls.TLSConfig(client_cert=(certificate, key), ca_cert=ca, verify=True)
        client = docker.APIClient(self.host, version=version, timeout=seconds, tls=tls)
        client.trust_env = False
        return client


def find(environment: Mapping[str, str] = os.environ, default: str = DEFAULT_HOST) -> Engine:
    """As `docker` finds it: DOCKER_HOST, else the current context, else the default socket. Raises NoEngine."""
    engine = _named(environment) or Engine(default)
    scheme = urlsplit(engine.host).scheme
    if scheme not in ("unix", "tcp", "http", "https"):
        raise NoEngine(f"The Docker Engine at {engine.host} is reached by {scheme or 'nothing known'}, not by HTTP")
    try:
        _ask(engine)
    except FileNotFoundError:
        if engine.host != default:
            raise NoEngine(f"There is no {urlsplit(engine.host).path} of a Docker Engine") from None
        raise NoEngine("No Docker Engine found here") from None
    return engine


def _named(environment: Mapping[str, str]) -> Engine | None:
    home = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "/")) / ".docker")
    if host := environment.get("DOCKER_HOST"):
        tls = environment.get("DOCKER_TLS_VERIFY") and not host.startswith("unix:")
        return Engine(host, Path(environment.get("DOCKER_CERT_PATH") or home) if tls else None)
    name = environment.get("DOCKER_CONTEXT") or _json(home / "config.json").get("currentContext")
    if not name or name == "default":
        return None
    # https://github.com/docker/cli, cli/context/store: contexts lie in folders named after the hash of their names.
    folder = hashlib.sha256(name.encode()).hexdigest()
    found = _json(home / "contexts" / "meta" / folder / "meta.json").get("Endpoints", {}).get("docker", {})
    if not found.get("Host"):
        raise NoEngine(f"The Docker context {name} names no Engine")
    certificates = home / "contexts" / "tls" / folder / "docker"
    return Engine(found["Host"], certificates if certificates.is_dir() else None)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _ask(engine: Engine) -> None:
    """Raises NoEngine unless the Engine answers this user and runs Linux containers; FileNotFoundError: no socket."""
    told = f"The Docker Engine at {engine.host}"
    try:
        _connect(engine.host)
        about = engine.client(ANSWER_SECONDS).version()
    except FileNotFoundError:
        raise
    except PermissionError:
        raise NoEngine(f"{told} refuses this user (permission denied)") from None
    except (OSError, requests.RequestException, docker.errors.DockerException, KeyError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NoEngine(f"{told} does not answer ({why.splitlines()[0] if why else type(error).__name__})") from None
    if about.get("Os") != "linux":
        raise NoEngine(f"{told} runs containers of {about.get('Os')}, not of Linux")


def _connect(host: str) -> None:
    """Raises OSError with the system's own words, which the SDK buries."""
    parts = urlsplit(host)
    if parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(ANSWER_SECONDS)
            probe.connect(parts.path)
    else:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 2375), ANSWER_SECONDS).close()
