"""The HELLO cloud, an imaginary one. It has networks and servers, and neither security groups nor key pairs.

In a real driver this file is the cloud's SDK.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterator
from typing import Any

Thing = dict[str, Any]

IMAGES: list[Thing] = [{"id": f"hello-linux-{n}", "kind": "image"} for n in (1, 2, 3)]
SIZES: list[Thing] = [{"id": f"hello-size-{n}", "kind": "size", "cores": n, "memory": 1024 * n} for n in (1, 2, 3)]
PAGE_SIZE = 2


class HelloError(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class HelloCloud:
    """One account. Each public method is one call over the wire."""

    def __init__(self) -> None:
        self.calls = 0
        self.things: dict[str, Thing] = {}
        self._numbers = itertools.count(1)

    def list(self, kind: str, page: int = 0) -> Thing:
        """One page; `next` is the number of the next one, or None."""
        found = [thing for thing in (*IMAGES, *SIZES, *self.things.values()) if thing["kind"] == kind]
        shown, rest = found[page * PAGE_SIZE :][:PAGE_SIZE], found[(page + 1) * PAGE_SIZE :]
        return {"items": shown, "next": page + 1 if rest else None}

    def get(self, id: str) -> Thing:  # noqa: A002
        found = {thing["id"]: thing for thing in (*IMAGES, *SIZES, *self.things.values())}.get(id)
        if found is None:
            raise HelloError("NO_SUCH_THING", f"{id} does not exist")
        return found

    def create_network(self, name: str, range: str, labels: Thing) -> Thing:  # noqa: A002
        return self._add("network", name, labels, range=str(_network(range)))

    def create_subnet(self, name: str, network: str, range: str, labels: Thing) -> Thing:  # noqa: A002
        inside = _network(range)
        if not inside.subnet_of(_network(self.get(network)["range"])):
            raise HelloError("BAD_RANGE", f"{range} is not inside of its network")
        if any(inside.overlaps(_network(subnet["range"])) for subnet in self._all("subnet", network=network)):
            raise HelloError("BAD_RANGE", f"{range} overlaps with another subnet")
        return self._add("subnet", name, labels, network=network, range=str(inside))

    def create_server(self, name: str, image: str, size: str, subnet: str, labels: Thing, **more: Any) -> Thing:
        for field, wanted in (("image", image), ("size", size), ("subnet", subnet)):
            if wanted not in {thing["id"] for thing in (*IMAGES, *SIZES, *self.things.values())}:
                raise HelloError(f"NO_SUCH_{field.upper()}", f"there is no {field} {wanted}")
        number = next(self._numbers)
        ips = {
            "private_ip": str(_network(self.get(subnet)["range"])[number % 200 + 4]),
            "public_ip": f"192.0.2.{number % 254}",
        }
        network = self.get(subnet)["network"]
        return self._add(
            "server", name, labels, image=image, size=size, network=network, subnet=subnet, state="on", **ips, **more
        )

    def switch_server(self, id: str, state: str) -> Thing:  # noqa: A002
        self.get(id)["state"] = state
        return {}

    def delete(self, id: str) -> Thing:  # noqa: A002
        thing = self.get(id)
        users = [other["id"] for other in self.things.values() if id in (other.get("network"), other.get("subnet"))]
        if users:
            raise HelloError("STILL_NEEDED", f"{id} is needed by {', '.join(users)}")
        del self.things[thing["id"]]
        return {}

    def _add(self, kind: str, name: str, labels: Thing, **more: Any) -> Thing:
        thing = {"id": f"{kind}/{next(self._numbers)}", "kind": kind, "name": name, "labels": labels, **more}
        self.things[thing["id"]] = thing
        return thing

    def _all(self, kind: str, **wanted: str) -> Iterator[Thing]:
        for thing in self.things.values():
            if thing["kind"] == kind and all(thing[key] == value for key, value in wanted.items()):
                yield thing


def _network(text: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(text)
    except ValueError as wrong:
        raise HelloError("BAD_RANGE", f"{text} is no range of addresses") from wrong
