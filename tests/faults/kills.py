"""python -m tests.faults.kills [--kills 300] [--seed 0] [--store sqlite|dynamodb] [--endpoint URL]

Servers on one store are killed by SIGKILL, one after the other, while users change three clouds; then what users were
told is compared with what Spider tells and what the clouds hold. The outcome is the exit status.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.servers import Twin, ministack, twin
from tests.system.spider import Client
from tests.system.three_clouds import LAG_SECONDS, PROVIDERS, Asking, Emulated

from .customers import Customer
from .fleet import Fleet
from .registrar import Registrar
from .users import OK, Lost, User
from .warm import warm

SERVERS, CUSTOMERS = 3, 6
SETTINGS: Final = {
    "wait_seconds": "60",  # half as long as a client waits
    "lease_seconds": "3",
    "sweep_seconds": "1",
    "retry_seconds": "0.2",
    "log_level": "WARNING",
}
SHORTEST_LIFE, LONGEST_LIFE = 0.2, 1.8  # seconds between kills
QUIET_SECONDS: Final = 180.0
KINDS: Final = ("vpc", "securitygroup", "keypair", "vm")


@dataclass(frozen=True)
class Outcome:
    """`figures` by their words."""

    figures: Mapping[str, int]
    differences: Sequence[str]

    def __str__(self) -> str:
        return ", ".join(f"{number} {word}" for word, number in self.figures.items())


class Town:
    """The clouds, the servers and the users."""

    def __init__(self, clouds: Twin, fleet: Fleet, seed: int) -> None:
        self._fleet = fleet
        self._chance = Random(f"{seed} killer")
        self._places = [Emulated(clouds, provider) for provider in PROVIDERS]
        client = fleet.client(self._chance)
        adopting = self._connection(client, self._places[0], "-adopting")
        landmark = client.call("POST", "/vpc", self._connection(client, self._places[0], "-landmark").vpc("landmark"))
        self._strangers = {place.word: self._connection(client, place, "-stranger") for place in self._places}
        self._before = {place.word: place.contents() for place in self._places}
        self._before_by_kind = {(place.word, word): self._held(place, word) for place in self._places for word in KINDS}
        self._customers = [
            Customer(f"c{number}", seed, fleet, self._connection(client, self._places[number % 3], f"-{number}"))
            for number in range(CUSTOMERS)
        ]
        self._registrar = Registrar(seed, fleet, adopting, landmark["IId"]["SystemId"])

    def _connection(self, client: Client, place: Emulated, label: str) -> Asking:
        cloud = place.cloud(label)
        cloud.register(client)
        return Asking(cloud)

    def live(self, kills: int) -> Outcome:
        users: list[User] = [*self._customers, self._registrar]
        with ThreadPoolExecutor(len(users)) as pool:
            for user in users:
                pool.submit(user.run)
            for _ in range(kills):
                time.sleep(self._chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
                self._fleet.kill_one(self._chance)
            for user in users:
                user.stop.set()
        differences = [user.trouble for user in users if user.trouble]
        differences += [*self._unfinished(), *self._untrue(), *self._forgotten(), *self._unequal(), *self._left()]
        return Outcome(self._figures(), differences)

    def _figures(self) -> dict[str, int]:
        told = [one for customer in self._customers for one in customer.told]
        counts = self._fleet.counts
        return {
            "kills": counts["kills"],
            "changes told as done": sum(one.answer.status_code == OK for one in told),
            "as accepted": sum(one.answer.status_code != OK for one in told),
            "registrations": self._registrar.told,
            "requests cut off": counts["cut off"],
            "answers in all": sum(number for word, number in counts.items() if word.startswith("answered")),
        }

    def _unfinished(self) -> Iterator[str]:
        """Operations that do not come to an end, or to a bad one."""
        end = time.monotonic() + QUIET_SECONDS
        while (going := self._operations("RUNNING") + self._operations("COMPENSATING")) and time.monotonic() < end:
            time.sleep(0.5)
        yield from (f"never over: {one}" for one in going)
        yield from (f"failed: {one}" for one in self._operations("FAILED"))

    def _operations(self, state: str) -> list[Any]:
        answer = self._fleet.ask(self._chance, "GET", f"/operation?State={state}&limit=1000")
        found: list[Any] = answer.json()["operation"]
        return found

    def _untrue(self) -> Iterator[str]:
        """What users believe and Spider does not tell."""
        for thing, customer in ((thing, one) for one in self._customers for thing in one.things.values()):
            found = customer.found(thing.at)
            if thing.there is not None and found != (thing.cloud_id if thing.there else ""):
                yield f"{thing.at} is '{found}' and not '{thing.cloud_id}', {thing.there}"
        try:
            self._registrar.check()
        except Lost as lost:
            yield str(lost)

    def _forgotten(self) -> Iterator[str]:
        """Answers that are not given again to the same key."""
        for told, customer in ((told, one) for one in self._customers for told in one.told):
            again = customer.ask(told.method, told.path, told.body, Idempotency_Key=told.key)
            if again.status_code != OK or (told.answer.status_code == OK and again.text != told.answer.text):
                yield f"{told.method} {told.path} was {told.answer.status_code}, is {again.status_code} {again.text}"

    def _unequal(self) -> Iterator[str]:
        """Of each kind, what Spider knows against what the cloud has."""
        for place, word in ((place, word) for place in self._places for word in KINDS):
            known: set[str] = set()
            held = self._held(place, word)
            for customer in (one for one in self._customers if one.asking.cloud.provider == place.provider):
                lists = customer.ask("GET", f"/all{word}", customer.asking.on).json()["AllList"]
                known |= {iid["SystemId"] for iid in lists["MappedList"]}
                yield from (f"a ghost at {place.word}: {iid}" for iid in lists["OnlySpiderList"])
            strangers = held - known - self._before_by_kind[place.word, word]
            yield from (f"an orphan or a double at {place.word}: {word} {one}" for one in strangers)

    def _held(self, place: Emulated, word: str) -> set[str]:
        """SystemIds of what a connection that knows nothing finds at the cloud. Some make a group with each VPC."""
        on = self._strangers[place.word].on
        lists = self._fleet.ask(self._chance, "GET", f"/all{word}", on).json()["AllList"]
        return {iid["SystemId"] for iid in lists["OnlyCSPList"] if iid["NameId"] != "default"}

    def _left(self) -> Iterator[str]:
        """Once all that Spider knows is deleted, parts without a name included."""
        for customer in self._customers:
            outcome = customer.ask("DELETE", "/destroy", customer.asking.on).json()
            if not outcome.get("IsAllDestroyed"):
                yield f"not destroyed: {outcome}"
        for place in self._places:
            left, before = place.contents(), self._before[place.word]
            yield from (f"left at {place.word}: {one}" for one in left - before)
            yield from (f"lost at {place.word}: {one}" for one in before - left)


def settings_of(dynamodb: str) -> dict[str, str]:
    """Of the store: SQLite, or a DynamoDB if its URL is given."""
    return {"store": "dynamodb", "dynamodb_endpoint": dynamodb, "aws_region": "us-east-1"} if dynamodb else {}


def run(home: Path, kills: int, seed: int, **settings: str) -> Outcome:
    with (
        warm(*PROVIDERS, lag_seconds=LAG_SECONDS) as start,
        twin(*(provider.lower() for provider in PROVIDERS), transition_seconds=0.3) as clouds,
        contextlib.closing(Fleet(start, home, SERVERS, **SETTINGS, **settings)) as fleet,
    ):
        return Town(clouds, fleet, seed).live(kills)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--store", choices=("sqlite", "dynamodb"), default="sqlite")
    parser.add_argument("--endpoint", default="", help="of a DynamoDB that runs already (default: ministack)")
    given = parser.parse_args(words)
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spider-kills-")))
        endpoint = given.endpoint
        if given.store == "dynamodb" and not endpoint:
            endpoint = stack.enter_context(ministack())
        outcome = run(home, given.kills, given.seed, **settings_of(endpoint))
    print(*outcome.differences, sep="\n")
    print(f"{given.store}, seed {given.seed}: {outcome}: {len(outcome.differences)} differences")
    return 1 if outcome.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
