"""Names, keys and links of resources: projects/p/zones/z/instances/n is a key, a URL on it a link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ..centre import Thing
from .account import PROJECT, PROJECT_NUMBER
from .errors import GceError, absent, invalid_field

if TYPE_CHECKING:
    from .facade import Gcp

# The real service's, whatever address the caller uses.
BASE = "https://www.googleapis.com/compute/v1/"
NAME = r"(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)"
NUMBER = r"[1-9][0-9]{0,19}"
_NAME_OR_NUMBER = f"{NAME[3:-1]}|{NUMBER}"
# With the domain before it that old projects have: example.com:project
_PROJECT = (
    r"(?:(?:[-a-z0-9]{1,63}\.)*(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?):)?"
    r"(?:[0-9]{1,19}|(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?))"
)
_URL = re.compile(r"https://(?:www|compute)\.googleapis\.com/compute/(?:v1|beta)/(?=projects/)")
_ITEM = re.compile(
    r"(?:projects/(?P<project>[^/]+)/)?"
    r"(?P<scope>global|zones/[^/]+|regions/[^/]+)/"
    r"(?P<kind>\w+)/(?P<name>(?:family/)?[^/]+)"
)
# Times are shown in the zone of Google's head office.
_PACIFIC = timezone(timedelta(hours=-7))


def link(key: str) -> str:
    return BASE + key


def project_key(project: str) -> str:
    """projects/…, by its id also where its number is given."""
    return f"projects/{PROJECT if project == PROJECT_NUMBER else project}"


def name_of(key: str) -> str:
    return key.rpartition("/")[2]


def number_id(number: int) -> str:
    """As ids look: 19 digits, of which nothing can be read."""
    return str(10**18 + number * 2654435761 * 104729 % (8 * 10**18))


def shown_time(moment: datetime) -> str:
    """RFC 3339, in milliseconds."""
    return moment.astimezone(_PACIFIC).isoformat(timespec="milliseconds")


def read_key(field: str, given: str, kind: str, project: str) -> str:
    """The key of a resource that is given as URL, or as partial URL (global/networks/n) in `project` (a key). Raises
    GceError."""
    path = _URL.sub("", given, count=1)
    found = _ITEM.fullmatch(path)
    if not found or found["kind"] != kind:
        raise invalid_field(field, given, "The URL is malformed.")
    owner = project_key(found["project"]) if found["project"] else project
    return f"{owner}/{found['scope']}/{kind}/{found['name']}"


def find(cloud: Gcp, collection: str, name: str) -> Thing:
    """The thing of this name, or id. Raises GceError."""
    if re.fullmatch(NUMBER, name):
        for thing in cloud.centre.of_kind(collection.rpartition("/")[2]):
            if number_id(thing.number) == name and thing.key.startswith(f"{collection}/"):
                return thing
    thing_or_none = cloud.centre.find(f"{collection}/{name}")
    if thing_or_none is None:
        raise absent(f"{collection}/{name}")
    return thing_or_none


def check_path(values: Mapping[str, str]) -> None:
    """The variables of a request's path. Raises GceError."""
    for field, value in values.items():
        if field == "project":
            if not re.fullmatch(_PROJECT, value):
                text = "Invalid resource field value in the request."
                raise GceError(400, "invalidParameter", text, status_name="INVALID_ARGUMENT")
        elif field not in ("zone", "region") and not re.fullmatch(_NAME_OR_NUMBER, value):
            raise invalid_field(field, value, f"Must be a match of regex '{_NAME_OR_NUMBER}'")


def check_name(value: str, field: str = "resource.name") -> None:
    if not re.fullmatch(NAME, value):
        raise invalid_field(field, value, f"Must be a match of regex '{NAME}'")
