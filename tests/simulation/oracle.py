"""What must hold when all is quiet: the cloud's contents against the identities, and both against what was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from chalicelib.engine import times
from chalicelib.engine.operations import DONE
from chalicelib.store import IDENTITIES, OPERATIONS, join_key

from .script import Outsiders, Users
from .world import World

Row = dict[str, Any]
LEFT = "left at the cloud"


class Oracle:
    def __init__(self, world: World, users: Users, outsiders: Outsiders) -> None:
        self._world = world
        self._users = users
        self._outsiders = outsiders
        operations = world.store.tables[OPERATIONS.name]
        self._operations: list[Row] = [row for row in operations.values() if "state" in row]
        rows = world.store.tables[IDENTITIES.name].values()
        self._identities: list[Row] = [row for row in rows if "kind" in row]
        self._guards = {(row["connection"], row["key"]) for row in rows if "kind" not in row}
        self._contents = world.contents
        self.count = len(self._operations)

    def differences(self) -> list[str]:
        checks = (
            self._stuck,
            self._ghosts,
            self._orphans,
            self._addresses,
            self._guarded,
            self._kept_word,
            self._kept_identities,
            self._states,
        )
        return [difference for check in checks for difference in check()]

    def _stuck(self) -> Iterator[str]:
        for row in self._operations:
            if row["state"] not in DONE:
                yield f"operation {row['id']} ({row['verb']} {row['name']}) is {row['state']}"
        for row in self._identities:
            if row["state"] != "ACTIVE" or row.get("operation"):
                yield f"identity {row['key']} is {row['state']}, held by {row.get('operation')}"

    def _ghosts(self) -> Iterator[str]:
        doubted = self._outsiders.destroyed | self._half_deleted()
        for row in self._identities:
            cloud_id = row.get("system_id", "")
            if not doubted & {cloud_id, row["token"]} and self._contents.get(cloud_id) != row["kind"]:
                yield f"ghost: identity {row['key']} is {cloud_id}, which is not at the cloud"

    def _orphans(self) -> Iterator[str]:
        known = Counter(row.get("system_id") for row in self._identities)
        for cloud_id, count in known.items():
            if count > 1:
                yield f"double: {count} identities are {cloud_id}"
        forgotten = self._forgotten() | self._told()
        for cloud_id, kind in self._contents.items():
            if kind == "address" or cloud_id in known or cloud_id in self._outsiders.made:
                continue
            row = self._row(cloud_id)
            if not forgotten & {cloud_id, row["tags"].get("spider-token"), row.get("vpc_id")}:
                yield f"orphan: the {kind} {cloud_id} has no identity"
        for cloud_id, kind in self._outsiders.made.items():
            if self._contents.get(cloud_id) != kind:
                yield f"the {kind} {cloud_id} was none of Spider's, and is gone"

    def _addresses(self) -> Iterator[str]:
        """Exactly one for each VM."""
        addresses = [self._row(one) for one, kind in self._contents.items() if kind == "address"]
        used = Counter(row["vm_id"] for row in addresses)
        doubted = self._outsiders.destroyed | self._half_deleted()
        known = {row.get("system_id", "") for row in self._identities if row["kind"] == "vm"}
        for vm_id in known - doubted:
            if used[vm_id] != 1:
                yield f"double: the VM {vm_id} has {used[vm_id]} addresses"
        for row in addresses:
            if row["vm_id"] not in known | self._forgotten():
                yield f"orphan: the address {row['id']} of {row['vm_id']}"

    def _guarded(self) -> Iterator[str]:
        """Each cloud id has one row that keeps others from standing for it, and no row is left behind."""
        wanted = {
            (f"{row['connection']}\x1fids", join_key(row["kind"], row["system_id"]))
            for row in self._identities
            if row["kind"] != "subnet" and row.get("system_id")
        }
        for key in wanted ^ self._guards:
            yield f"guard {key[1]} is {'missing' if key in wanted else 'left behind'}"

    def _kept_word(self) -> Iterator[str]:
        """Operations that were acknowledged are there, and one of them for each key."""
        yield from self._users.broken_words
        known = {row["id"] for row in self._operations}
        for operation in self._users.accepted:
            if operation not in known:
                yield f"the operation {operation} was acknowledged, and nobody knows it"
        for key, operations in self._users.by_key.items():
            if len(operations) > 1:
                yield f"{key} has opened {len(operations)} operations"

    def _kept_identities(self) -> Iterator[str]:
        """What was made is there until it is deleted, and what could not be made is not."""
        deleted = {row["token"] for row in self._operations if row["verb"] == "delete" and row["state"] == "SUCCEEDED"}
        held = {row["token"] for row in self._identities}
        for row in self._operations:
            made, there = row["state"] == "SUCCEEDED", row["id"] in held
            if row["verb"] == "create" and there != (made and row["id"] not in deleted):
                yield f"create {row['name']} has {row['state']}, and its identity is {'' if there else 'not '}there"

    def _states(self) -> Iterator[str]:
        """A VM is as its last change has left it, unless others have stopped it."""
        if self._outsiders.stopped:
            return
        last: dict[str, Row] = {}
        for row in sorted(self._operations, key=lambda row: str(row["updated"])):
            if row["kind"] == "vm" and row["verb"] in ("suspend", "resume", "reboot"):
                last[row.get("system_id", "")] = row
        for cloud_id, row in last.items():
            if row["state"] == "SUCCEEDED" and self._contents.get(cloud_id) == "vm":
                state, wanted = self._row(cloud_id)["state"], "stopped" if row["verb"] == "suspend" else "running"
                if state != wanted:
                    yield f"the VM {cloud_id} is {state} after a {row['verb']}"

    def _forgotten(self) -> set[str]:
        """Cloud ids, and tokens, of what was deleted by force: that may be left at the cloud, as told."""
        rows = [row for row in self._operations if row.get("force") and row["verb"] in ("delete", "remove_subnet")]
        return {row.get("system_id", "") for row in rows} | {row["token"] for row in rows}

    def _half_deleted(self) -> set[str]:
        """Cloud ids, and tokens, of what the cloud has refused to delete when a part of it was gone perhaps, or was
        silent about until it was given up. The user was told so, and asks again."""
        rows = [row for row in self._operations if row["verb"] in ("delete", "remove_subnet")]
        failed = [row for row in rows if row["state"] == "FAILED"]
        refused = [row for row in failed if row["error"]["type"] in ("Refused", "InUse") or self._given_up(row)]
        vpcs = {(row["connection"], row["name"]) for row in refused if row["kind"] == "vpc"}
        subnets = [one for one in self._identities if one["kind"] == "subnet"]
        inside = {one["token"] for one in subnets if (one["connection"], one["owner"]) in vpcs}
        return {row.get("system_id", "") for row in refused} | {row["token"] for row in refused} | inside

    def _given_up(self, row: Row) -> bool:
        since = times.read_or_none(row.get("failing_since"))
        tried = (times.read(row["updated"]) - since).total_seconds() if since else 0.0
        return tried >= self._world.settings.give_up_seconds

    def _told(self) -> set[str]:
        """Tokens of operations that say they have left something, as outsiders have put something into it."""
        left = [row for row in self._operations if row["state"] == "FAILED" and LEFT in row["error"]["message"]]
        return {row["token"] if row["verb"] == "create" else row["id"] for row in left if self._outsiders.made}

    def _row(self, cloud_id: str) -> Row:
        return self._world.cloud._memory.at(cloud_id, self._world.clock.now()) or {}
