"""Specs: mock-vmspec-01 and on."""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, Ref, Spec, SpecHandler
from .connection import Client
from .memory import Row


class MockSpecs(SpecHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[Spec]:
        return [self._spec(row) for row in self._client.all("describe_specs")]

    def get(self, ref: Ref) -> Spec:
        return self._spec(self._client.one("describe_specs", ref))

    def raw_list(self) -> Any:
        return {"Specs": self._client.all("describe_specs")}

    def raw_get(self, ref: Ref) -> Any:
        return self._client.one("describe_specs", ref)

    def _spec(self, row: Row) -> Spec:
        return Spec(
            name=row["id"],
            region=self._client.region,
            vcpus=row["vcpus"],
            memory_mib=row["memory_mib"],
            clock_ghz=2.7,
            gpus=(Gpu(row["gpus"], "NVIDIA", "Mock", 8192),) if row["gpus"] else (),
            details=dict(row["details"]),
        )
