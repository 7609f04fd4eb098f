"""Public addresses, of machines themselves and elastic ones."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from ..centre import Pool, Taken, Thing

if TYPE_CHECKING:
    from .facade import Alibaba

PUBLIC = "public"
# The addresses that RFC 2544 keeps for tests of networks: nobody's on the internet.
_RANGE = ipaddress.ip_network("198.18.0.0/15")


def open_pool(cloud: Alibaba) -> None:
    cloud.centre.open_pool(PUBLIC, Pool(str(_RANGE)))


def take(cloud: Alibaba, thing: Thing) -> str:
    """One that nobody has had for long."""
    while True:
        offset = 1 + cloud.centre.number() * 7919 % (_RANGE.num_addresses - 2)
        try:
            return cloud.centre.take_address(thing, PUBLIC, str(_RANGE[offset]))
        except Taken:
            continue


def give_back(cloud: Alibaba, thing: Thing, address: str) -> None:
    cloud.centre.release_address(thing, PUBLIC, address)
