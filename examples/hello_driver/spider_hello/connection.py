"""The connection: the one way to the cloud, and the one place where its errors are known."""

from __future__ import annotations

import contextlib
from functools import cache
from typing import Any

from spider_drivers.contract import (
    CallRecorder,
    CloudConnection,
    ConnectionInfo,
    InUse,
    Invalid,
    MissingReference,
    NotFound,
    Refused,
    SpiderError,
)

from .cloud import HelloCloud, HelloError, Thing

# What travels in every create call, so that what a crashed attempt made is found again.
LABEL = "spider-token"


@cache
def account(token: str) -> HelloCloud:
    """The imaginary cloud, as seen with this token."""
    return HelloCloud()


class HelloConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        # All there is to know is in `info`. Never fall back to the environment or the machine.
        token = info.credential.get("Token")
        if not token:
            raise Invalid("the credential lacks the key Token", field="Token")
        self.region = info.region or "nowhere"
        self._cloud = account(token)
        self._recorder = recorder
        from .handlers import HelloImages, HelloSpecs, HelloVms, HelloVpcs

        self.image = HelloImages(self)
        self.spec = HelloSpecs(self)
        self.vpc = HelloVpcs(self)
        self.vm = HelloVms(self)

    def check(self) -> None:
        self.call("list", kind="image")

    def call(self, api: str, **params: Any) -> Thing:
        """Every call to the cloud goes through here: it is recorded once, and the cloud's errors become Spider's."""
        clock, code, text = self._recorder.clock, "", ""
        began = clock.stopwatch()
        self._cloud.calls += 1
        try:
            answer: Thing = getattr(self._cloud, api)(**params)
            return answer
        except HelloError as error:
            code, text = error.code, self._recorder.redact(error.text)
            raise spider_error(code, text) from error
        finally:
            self._recorder.record(api, clock.stopwatch() - began, code, text)

    def all(self, kind: str) -> list[Thing]:
        """The whole list: every page of it."""
        items: list[Thing] = []
        page: int | None = 0
        while page is not None:
            answer = self.call("list", kind=kind, page=page)
            items += answer["items"]
            page = answer["next"]
        return items

    def one(self, kind: str, cloud_id: str | None) -> Thing:
        thing = self.call("get", id=cloud_id)
        if thing["kind"] != kind:
            raise NotFound(f"{cloud_id} is no {kind}")
        return thing

    def labelled(self, kind: str, token: str, name: str | None = None) -> str | None:
        """The id of what was created with this token."""
        for thing in self.all(kind):
            if thing["labels"].get(LABEL) == token and name in (None, thing["name"]):
                return str(thing["id"])
        return None

    def delete(self, cloud_id: str) -> None:
        with contextlib.suppress(NotFound):  # gone is success
            self.call("delete", id=cloud_id)


def spider_error(code: str, text: str) -> SpiderError:
    """The one place where the cloud's codes are known."""
    kinds: dict[str, tuple[type[SpiderError], str | None]] = {
        "NO_SUCH_THING": (NotFound, None),
        "NO_SUCH_IMAGE": (MissingReference, "image"),
        "NO_SUCH_SIZE": (MissingReference, "spec"),
        "NO_SUCH_SUBNET": (MissingReference, "subnet"),
        "BAD_RANGE": (Invalid, "cidr"),
        "STILL_NEEDED": (InUse, None),
    }
    kind, field = kinds.get(code, (Refused, None))
    return kind(text, field=field, code=code, text=text)
