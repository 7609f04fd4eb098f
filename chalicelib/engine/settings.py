"""Every setting and every duration of the service, in one object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

PREFIX = "SPIDER_"


def _home() -> Path:
    return Path(os.environ.get("SPIDER_HOME") or Path.home() / ".spider")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Durations are in seconds. Each is read from the environment as SPIDER_ and its name in upper case."""

    home: Path = field(default_factory=_home)
    store: str = "sqlite"
    table_prefix: str = "spider"
    dynamodb_endpoint: str = ""
    aws_region: str = ""

    username: str = ""
    password: str = field(default="", repr=False)
    error_status: str = ""
    endpoint_allow: str = ""

    log_level: str = "INFO"
    log_format: str = "text"

    wait_seconds: float = 1200.0
    read_seconds: float = 60.0
    ssh_seconds: float = 600.0
    workers: int = 32

    lease_seconds: float = 60.0
    sweep_seconds: float = 60.0
    retry_seconds: float = 1.0
    retry_limit_seconds: float = 30.0
    give_up_seconds: float = 180.0
    create_deadline: float = 1200.0
    delete_deadline: float = 1200.0
    control_deadline: float = 600.0
    compensate_deadline: float = 3600.0
    result_ttl: float = 86400.0
    history_ttl: float = 365 * 86400.0
    connection_ttl: float = 600.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Raises ValueError naming the variable that cannot be read."""
        environ = os.environ if environ is None else environ
        given: dict[str, object] = {}
        for item in fields(cls):
            name = PREFIX + item.name.upper()
            if name in environ:
                given[item.name] = _read(name, str(item.type), environ[name])
        if "aws_region" not in given:
            given["aws_region"] = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        if "store" not in given and "AWS_LAMBDA_FUNCTION_NAME" in environ:
            given["store"] = "dynamodb"
        return cls(**given)  # type: ignore[arg-type]  # checked by _read, field by field


def _read(name: str, kind: str, text: str) -> object:
    try:
        if kind == "Path":
            return Path(text)
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        raise ValueError(f"{name}: '{text}' is not a number") from None
    return text
