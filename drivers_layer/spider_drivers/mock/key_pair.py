"""Key pairs: the public half is imported. Parts: key, visible."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Attempt, Iid, KeyPair, KeyPairHandler, KeyPairRequest, Part, Ref, Wait, converge
from .connection import Client, going, tags, users_tags
from .memory import Row


class MockKeyPairs(KeyPairHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[KeyPair]:
        return [_key_pair(row) for row in self._client.all("describe_key_pairs")]

    def get(self, ref: Ref) -> KeyPair:
        return _key_pair(self._client.one("describe_key_pairs", ref))

    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        wait = converge.create(self._parts(request, attempt), attempt, lag_seconds=self._client.lag)
        return wait or self.get(Ref(request.name, attempt.parts["key"]))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        key_id = ref.id or attempt.parts.get("key") or self._find(ref.token)
        parts = [going("key", key_id, self._remove)] if key_id else []
        return converge.delete(parts, attempt, lag_seconds=self._client.lag)

    def _parts(self, request: KeyPairRequest, attempt: Attempt) -> Iterator[Part]:
        def make(_: str) -> str:
            made = self._client.call(
                "import_key_pair",
                name=request.name,
                public_key=request.public_key,
                tags=tags(attempt.token, request.tags),
            )
            return str(made["id"])

        yield Part("key", make=make, find=lambda: self._find(attempt.token))
        key_id = attempt.parts["key"]
        yield converge.visible(lambda: key_id, lambda _: bool(self._client.all("describe_key_pairs", {"id": key_id})))

    def _find(self, token: str) -> str | None:
        return self._client.made_by("describe_key_pairs", token)

    def _remove(self, key_id: str) -> Wait | None:
        return self._client.remove("delete_key_pair", "describe_key_pairs", key_id=key_id)


def _key_pair(row: Row) -> KeyPair:
    return KeyPair(
        iid=Iid(row["name"], row["id"]),
        fingerprint=row["fingerprint"],
        public_key=row["public_key"],
        tags=users_tags(row),
    )
