"""The connection to the cloud in memory, and the one place where its codes become the contract's errors."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..contract import (
    AlreadyExists,
    AnyCall,
    CallRecorder,
    CloudConnection,
    ConnectionInfo,
    InUse,
    Invalid,
    Marked,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Part,
    Ref,
    Refused,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    VirtualClock,
    Wait,
    WrongState,
    lazily,
)
from .cloud import cloud
from .faults import WireError
from .knobs import Knobs
from .memory import Row

if TYPE_CHECKING:
    from .image import MockImages
    from .key_pair import MockKeyPairs
    from .region_zone import MockRegions
    from .security_group import MockSecurityGroups
    from .spec import MockSpecs
    from .tag import MockTags
    from .vm import MockVms
    from .vpc import MockVpcs

TOKEN = "spider-token"
# The cloud's code → the contract's error and the field of the request that it is about.
ERRORS: dict[str, tuple[type[SpiderError], str | None]] = {
    "DependencyViolation": (InUse, None),
    "IncorrectState": (WrongState, None),
    "InsufficientCapacity": (NoCapacity, None),
    "InsufficientFreeAddresses": (NoCapacity, None),
    "InvalidCidr": (Invalid, "cidr"),
    "InvalidKeyFormat": (Invalid, "public_key"),
    "InvalidParameter": (Invalid, None),
    "InvalidPortRange": (Invalid, "rules"),
    "KeyPairDuplicate": (AlreadyExists, "name"),
    "RequestLimitExceeded": (Throttled, None),
    "RuleDuplicate": (AlreadyExists, "rules"),
    "RuleNotFound": (MissingReference, "rules"),
    "ServiceUnavailable": (Unavailable, None),
    "SubnetConflict": (Invalid, "subnets"),
    "SubnetRange": (Invalid, "subnets"),
    "AddressNotFound": (NotFound, None),
    "ImageNotFound": (NotFound, "image"),
    "KeyPairNotFound": (NotFound, "key_pair"),
    "SecurityGroupNotFound": (NotFound, "security_groups"),
    "SpecNotFound": (NotFound, "spec"),
    "SubnetNotFound": (NotFound, "subnet"),
    "VmNotFound": (NotFound, None),
    "VpcNotFound": (NotFound, "vpc"),
}
# In an answer to one of these, what was not found is something that the request names.
_MAKERS = ("create_", "run_")


def spider_error(api: str, error: WireError, recorder: CallRecorder) -> SpiderError:
    """The contract's error for a call that the cloud did not grant."""
    kind, field = ERRORS.get(error.code, (Refused, None))
    if kind is NotFound and api.startswith(_MAKERS):
        kind = MissingReference
    text = recorder.redact(error.text)
    return kind(text, field=field, code=error.code, text=text, retry_after=error.retry_after)


class Client:
    """The cloud's wire: one call, one record."""

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        name = info.credential.get("MockName")
        if not name:
            raise Invalid("the credential lacks the key MockName", field="MockName")
        try:
            self.knobs = Knobs.of(info.region_keys)
        except ValueError as wrong:
            raise Invalid(f"a key of the region is wrong: {wrong}", field="region") from wrong
        self.region = info.region or "default"
        self.zone = info.zone
        self._cloud = cloud(name)
        self._recorder = recorder

    @property
    def lag(self) -> float:
        return self.knobs.lag

    def call(self, api: str, **params: Any) -> dict[str, Any]:
        """One call, recorded. Raises SpiderError."""
        clock = self._recorder.clock
        began = clock.stopwatch()
        if self.knobs.latency:
            _pass_time(self._recorder, self.knobs.latency)
        code = text = ""
        try:
            return self._cloud.call(api, params, self.knobs, clock.now())
        except WireError as refused:
            code, text = refused.code, refused.text
            raise spider_error(api, refused, self._recorder) from refused
        except TimeoutError as lost:
            code, text = "NoAnswer", str(lost)
            raise NoAnswer(text, code=code, text=text) from lost
        except ConnectionError as lost:
            code, text = "Unreachable", str(lost)
            raise Unreachable(text, code=code, text=text) from lost
        finally:
            self._recorder.record(api, clock.stopwatch() - began, code, text)

    def all(self, api: str, filters: Mapping[str, str] | None = None) -> list[Row]:
        """Every row of every page."""
        rows: list[Row] = []
        page = ""
        while True:
            answer = self.call(api, filters=filters, page=page)
            rows += answer["items"]
            page = answer["next_page"]
            if not page:
                return rows

    def one(self, api: str, ref: Ref) -> Row:
        """The row of that id. Raises NotFound."""
        for row in self.all(api, {"id": ref.id or ref.name}):
            return row
        raise NotFound(f"the cloud shows no '{ref.id or ref.name}'")

    def made_by(self, api: str, token: str, **filters: str) -> str | None:
        """The id of what a create call with this token made."""
        rows = self.all(api, {f"tag:{TOKEN}": token, **filters})
        return rows[0]["id"] if rows else None

    def remove(self, api: str, read: str, **row_id: str) -> Wait | None:
        """Deletes; gone is success. Done once reads do not show it either."""
        with contextlib.suppress(NotFound):
            self.call(api, **row_id)
        (wanted,) = row_id.values()
        return Wait(self.lag or 1.0, f"the cloud still shows '{wanted}'") if self.all(read, {"id": wanted}) else None


def going(name: str, cloud_id: str, remove: Callable[[str], Wait | None]) -> Part:
    """A part that is there, to be removed."""

    def make(_: str) -> str:
        raise AssertionError(f"{name} is made elsewhere")

    return Part(name, make=make, find=lambda: cloud_id, remove=remove)


def tags(token: str, given: Mapping[str, str]) -> dict[str, str]:
    """What a create call carries, so that it can be found again after a crash."""
    return {**given, TOKEN: token}


def users_tags(row: Row) -> dict[str, str]:
    """The user's tags: without Spider's own."""
    return {key: value for key, value in row["tags"].items() if key != TOKEN}


def _pass_time(recorder: CallRecorder, seconds: float) -> None:
    if isinstance(recorder.clock, VirtualClock):
        recorder.clock.advance(seconds)
    else:
        time.sleep(seconds)


class MockConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        self.client = Client(info, recorder)

    @lazily
    def image(self) -> MockImages:
        from .image import MockImages

        return MockImages(self.client)

    @lazily
    def spec(self) -> MockSpecs:
        from .spec import MockSpecs

        return MockSpecs(self.client)

    @lazily
    def vpc(self) -> MockVpcs:
        from .vpc import MockVpcs

        return MockVpcs(self.client)

    @lazily
    def security_group(self) -> MockSecurityGroups:
        from .security_group import MockSecurityGroups

        return MockSecurityGroups(self.client)

    @lazily
    def key_pair(self) -> MockKeyPairs:
        from .key_pair import MockKeyPairs

        return MockKeyPairs(self.client)

    @lazily
    def vm(self) -> MockVms:
        from .vm import MockVms

        return MockVms(self.client)

    @lazily
    def tag(self) -> MockTags:
        from .tag import MockTags

        return MockTags(self.client)

    @lazily
    def region_zone(self) -> MockRegions:
        from .region_zone import MockRegions

        return MockRegions(self.client)

    def any_calls(self) -> Mapping[str, AnyCall]:
        from .any_call import count_all

        return {"countAll": lambda _: count_all(self.client)}

    def marked(self) -> Sequence[Marked]:
        from .marked import listed

        return list(listed(self.client))

    def check(self) -> None:
        self.client.call("describe_account")
