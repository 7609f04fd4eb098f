"""Names and URLs of resources. SystemIds are bare names; Compute Engine names resources by URLs."""

from __future__ import annotations

import re

from ..contract import NotFound, Ref

# RFC 1035, as the discovery document has it for networks, subnetworks, firewalls and instances.
NAME = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
RULE = "is not 1 to 63 of a-z, 0-9 and -, a letter first and no - last"
LONGEST_NAME = 63
LONGEST_GROUP = 57  # its rules' firewalls have names that are 6 characters longer

_PROJECT = re.compile(r".*projects/[^/]+/")


def id_of(ref: Ref, title: str) -> str:
    """Raises NotFound, also for what is no name that anything can have."""
    if not ref.id or not re.fullmatch(NAME, ref.id):
        raise NotFound(f"{title} '{ref.id or ref.name}' does not exist")
    return ref.id


def tail(url: str) -> str:
    """The bare name: what stands last in a URL."""
    return url.rpartition("/")[2]


def of_network(name: str) -> str:
    """A list's filter: what belongs to the network of that name. `eq` compares with a regular expression."""
    return f"network eq .*/{name}"


def within_project(url: str) -> str:
    """`regions/r/subnetworks/s` of any of a resource's URLs."""
    return _PROJECT.sub("", url)
