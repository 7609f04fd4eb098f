"""Identities that no operation will ever finish: theirs is over or gone, as after a table was restored."""

from __future__ import annotations

from collections.abc import Iterator

from spider_drivers.contract import Conflict, Ref, SpiderError

from ..catalogue.asked import Finding, Found, Settled
from ..catalogue.kinds import SUBNET, VPC
from ..catalogue.records import Accepted
from ..store import Conflict as StoreConflict
from ..store import Store
from . import identities
from .call import Call
from .changes import Changes
from .identities import Identities, Identity, State
from .members import Members
from .operations import DONE, Operations
from .settings import Settings


class Stuck:
    def __init__(
        self, settings: Settings, store: Store, operations: Operations, changes: Changes, members: Members
    ) -> None:
        self._settings = settings
        self._store = store
        self._operations = operations
        self._changes = changes
        self._members = members
        self._identities = Identities(store)

    def settle(self, call: Call) -> list[tuple[Finding, Accepted | SpiderError | None]]:
        """What was half made is undone by its token; what was half deleted is deleted; what was being changed is free
        again. With each the operation that does it, or why there is none."""
        settled = []
        for one in self._found(call):
            done = Settled.FREED if _is_whole(one) else Settled.REMOVED
            why = f"{one.state}, and the operation '{one.operation}' that should end it is over or gone"
            finding = Finding(one.kind, one.iid, one.token, Found.STUCK, done, why)
            try:
                begun = self._settled(call, one)
            except Conflict:
                continue  # its operation has just ended, or another one has come
            except SpiderError as error:
                begun = error
            settled.append((finding, begun))
        return settled

    def _found(self, call: Call) -> Iterator[Identity]:
        """Subnets last, and only those whose VPC is whole: else they go along with it."""
        census = self._identities.of_connection(call.connection)
        held = [one for one in census.all if one.operation or not _is_whole(one)]
        rows = self._operations.rows(sorted({one.operation for one in held if one.operation}))
        under_way = {row["id"] for row in rows.values() if row["state"] not in DONE}
        stuck = [one for one in held if one.operation not in under_way and not (_is_whole(one) and not one.operation)]
        yield from (one for one in stuck if one.kind != SUBNET.name)
        for one in stuck:
            vpc = census.find(identities.identity_key(VPC.name, "", one.owner)) if one.kind == SUBNET.name else None
            if vpc is not None and _is_whole(vpc):
                yield one

    def _settled(self, call: Call, one: Identity) -> Accepted | SpiderError | None:
        """Raises SpiderError."""
        if _is_whole(one):
            self._write_free(one)
            return None
        if one.kind == SUBNET.name:
            vpc = self._identities.get(one.connection, VPC, one.owner)
            answer = self._members.open_removal(call, vpc, Ref(one.name, None, one.token))
        else:
            opening = self._changes.opening(one, "delete", self._settings.delete_deadline)
            busy = Conflict(f"'{one.name}' is being changed by another operation")
            answer = self._changes.run(call, opening, [identities.taken_over(one, opening.id)], busy)
        return answer if isinstance(answer, Accepted) else None

    def _write_free(self, one: Identity) -> None:
        try:
            self._store.write(identities.released(one, one.operation))
        except StoreConflict:
            raise Conflict(f"'{one.name}' is being changed by another operation") from None


def _is_whole(one: Identity) -> bool:
    return one.state == State.ACTIVE and (bool(one.system_id) or one.kept is not None)
