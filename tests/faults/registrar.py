"""A user of Spider's own store: what is registered stays so, and what is forgotten is forgotten, while servers die."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

from tests.system.three_clouds import Asking

from .fleet import Fleet
from .users import OK, Lost, User

REGIONS: Final = 5


class Registrar(User):
    """Gives a VPC that exists names of its own and takes them away again, and changes settings. `told`: how often it
    was answered 200."""

    def __init__(self, seed: int, fleet: Fleet, asking: Asking, vpc_id: str) -> None:
        super().__init__("registrar", seed, fleet, asking)
        self.told = 0
        self._vpc_id = vpc_id
        self._regions: dict[str, str] = {}
        self._numbers = count()

    def step(self) -> None:
        number = next(self._numbers)
        self._set_region(f"region-{number % REGIONS}", str(number))
        self._adopt_and_forget(f"adopted-{number}")

    def check(self) -> None:
        """What it was told last. Raises Lost."""
        for name, value in self._regions.items():
            self._region_is(name, {value})

    def _set_region(self, name: str, value: str) -> None:
        before = self._regions.get(name, "")
        pairs = [{"Key": "Region", "Value": value}]
        body = {"RegionName": name, "ProviderName": self.asking.cloud.provider, "KeyValueInfoList": pairs}
        done = self._is_done("POST", "/region", body)
        self._regions[name] = self._region_is(name, {value} if done else {value, before})

    def _region_is(self, name: str, values: set[str]) -> str:
        answer = self.ask("GET", f"/region/{name}")
        found = answer.json()["KeyValueInfoList"][0]["Value"] if answer.status_code == OK else ""
        if found not in values:
            raise Lost(f"{name} is '{found}' and not of {values}: {answer.status_code}")
        return str(found)

    def _adopt_and_forget(self, name: str) -> None:
        body = self.asking.create({"Name": name, "CSPId": self._vpc_id})
        there = self._is_there(name, "POST", "/regvpc", body, then=True)
        while there:
            there = self._is_there(name, "DELETE", f"/regvpc/{name}", self.asking.on, then=False)

    def _is_there(self, name: str, method: str, path: str, body: Any, *, then: bool) -> bool:
        """Whether the name is there after the request: as it was told, if anything was."""
        done = self._is_done(method, path, body)
        there = bool(self.found(f"/vpc/{name}"))
        if done and there is not then:
            raise Lost(f"{method} {path} was done, and {name} is there: {there}")
        return there

    def _is_done(self, method: str, path: str, body: Any) -> bool:
        """False where no answer came."""
        answer = self._fleet.ask_once(self._chance, method, path, body)
        if answer is None:
            return False
        if answer.status_code != OK:
            raise Lost(f"{method} {path}: {answer.status_code} {answer.text}")
        self.told += 1
        return True
