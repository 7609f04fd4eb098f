"""Calls to an Engine, and its answers in a form in which two Engines can be compared."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("engine-20.10.jsonl")

Connect = Callable[[], http.client.HTTPConnection]


@dataclass
class Said:
    """`call`: method and path; `answer`: what came, without what differs from run to run."""

    call: str
    status: int
    kind: str
    answer: Any


@dataclass
class Talk:
    """`keep` remembers the id in an answer by a word; `$word` in later calls stands for it. `raw`: the last body."""

    connect: Connect
    cidr: str
    said: list[Said] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""

    def __call__(
        self, method: str, path: str, body: Any = None, *, keep: str = "", kind: str = "", mute: bool = False
    ) -> None:
        sent = body if isinstance(body, bytes) else None if body is None else self._filled(json.dumps(body)).encode()
        headers = {"Content-Type": kind or "application/json"} if sent is not None else {}
        connection = self.connect()
        connection.request(method, f"/v1.41{self._filled(path)}", sent, headers)
        answer = connection.getresponse()
        self.raw = answer.read()
        connection.close()
        read = _read(self.raw, answer.getheader("Content-Type") or "")
        if keep:
            self.kept[keep] = read["Id"]
        if not mute:
            shown = {"Path-Stat": "told"} if answer.getheader("X-Docker-Container-Path-Stat") else read
            told = (answer.getheader("Content-Type") or "").partition(";")[0]
            anonymous = json.loads(json.dumps(shown).replace(self.kept["x"], "$x"))
            self.said.append(Said(f"{method} {path}", answer.status, told, alike(anonymous)))

    def _filled(self, text: str) -> str:
        for word, value in {**self.kept, "cidr": self.cidr}.items():
            text = text.replace(f"${word}", value)
        return text


def _read(body: bytes, kind: str) -> Any:
    if not kind.startswith("application/json"):
        return None if kind == "application/x-tar" else body.decode(errors="replace").strip()
    texts = [line for line in body.decode().splitlines() if line.strip()]
    read = [json.loads(text) for text in texts]
    return read[0] if len(read) == 1 else read


_SAME = (
    (re.compile(r"[0-9a-f]{64}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<short>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"),
    (re.compile(r"20\.10\.\d+[^\"]*"), "<version>"),
    (re.compile(r"^/\S*?/(containers|volumes|overlay2|netns)/\S*"), r"<data>/\1"),
    (re.compile(r"\b10\.\d+\.(\d+)\.(\d+)\b"), r"10.x.\1.\2"),
    (re.compile(r"02:42:0a:[0-9a-f]{2}:"), "02:42:0a:xx:"),
    (re.compile(r"(?<=Up )(Less than a second|\d+ seconds?)|(Less than a second|\d+ seconds?)(?= ago)"), "<while>"),
)
# What no two Engines have alike: numbers of processes and moments, storage, the warning of one that forwards nothing.
_IGNORED = frozenset(
    {"Pid", "Created", "GraphDriver", "SpaceReclaimed", "Warnings", "CgroupnsMode", "Size", "VirtualSize"}
)
_UNORDERED = frozenset({"Mounts", "Ports"})


def alike(value: Any, name: str = "") -> Any:
    if name in _IGNORED:
        return f"<{type(value).__name__}>" if name not in ("Warnings", "CgroupnsMode") else "<any>"
    if isinstance(value, dict):
        return {str(alike(key)): alike(one, key) for key, one in value.items()}
    if isinstance(value, list):
        # Go tells what it keeps in a map in another order each time.
        return [alike(one) for one in (sorted(value, key=str) if name in _UNORDERED else value)]
    if name == "PublicPort" or (name == "HostPort" and value and 32768 <= int(value) < 61000):
        return "<port>"
    if isinstance(value, str):
        for pattern, shown in _SAME:
            value = pattern.sub(shown, value)
    return value


def recorded() -> list[Said]:
    """What Engine 20.10.24 of Debian 12 has answered."""
    return [Said(**json.loads(line)) for line in RECORDED.read_text().splitlines()]
