"""Instructions of a Dockerfile that an import or a commit applies to an image's configuration."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import Any

from .errors import EngineError

# https://docs.docker.com/engine/reference/commandline/import/: those that `--change` takes.
_TAKEN = frozenset(["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "ONBUILD", "USER", "VOLUME", "WORKDIR"])


def applied(config: dict[str, Any], lines: Iterable[str]) -> dict[str, Any]:
    """Raises EngineError."""
    made = dict(config)
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word.upper() not in _TAKEN:
            raise EngineError(400, f"{word.lower()} is not a valid change command")
        _apply(made, word.upper(), rest.strip())
    return made


def _apply(config: dict[str, Any], word: str, rest: str) -> None:
    match word:
        case "CMD" | "ENTRYPOINT":
            config["Cmd" if word == "CMD" else "Entrypoint"] = _exec_form(rest) or ["/bin/sh", "-c", rest]
        case "ENV":
            names = {one.partition("=")[0] for one in _pairs(rest)}
            kept = [one for one in config.get("Env") or () if one.partition("=")[0] not in names]
            config["Env"] = [*kept, *_pairs(rest)]
        case "EXPOSE":
            ports: dict[str, Any] = {port if "/" in port else f"{port}/tcp": {} for port in rest.split()}
            config["ExposedPorts"] = {**(config.get("ExposedPorts") or {}), **ports}
        case "LABEL":
            labels = dict(one.split("=", 1) for one in _pairs(rest))
            config["Labels"] = {**(config.get("Labels") or {}), **labels}
        case "VOLUME":
            places = _exec_form(rest) or rest.split()
            config["Volumes"] = {**(config.get("Volumes") or {}), **{place: {} for place in places}}
        case "USER" | "WORKDIR":
            config["User" if word == "USER" else "WorkingDir"] = rest
        case "ONBUILD":
            config["OnBuild"] = [*(config.get("OnBuild") or ()), rest]


def _exec_form(text: str) -> list[str] | None:
    """Of `["a", "b"]`; None for anything else."""
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, list) and all(isinstance(one, str) for one in read) else None


def _pairs(text: str) -> list[str]:
    """`a=b c="d e"`, or the old form `a b`."""
    words = shlex.split(text)
    if words and "=" not in words[0]:
        return [f"{words[0]}={' '.join(words[1:])}"]
    return words
