"""What the Engine says no with: a status and its own words, as Engine 20.10.24 answers (tests/real/docker)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ..facade import Refusal
from .answers import as_json


class EngineError(Refusal):
    """`plain`: said as text, as the Engine does to clients of before it wrote JSON."""

    def __init__(self, status: int, message: str, *, plain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self._plain = plain

    def response(self) -> Response:
        if self._plain:
            return Response(f"{self.message}\n", self.status, content_type="text/plain; charset=utf-8")
        return as_json({"message": self.message}, self.status)


def no_container(name: str) -> EngineError:
    return EngineError(404, f"No such container: {name}")


def no_image(name: str) -> EngineError:
    return EngineError(404, f"No such image: {name}")


def no_network(name: str) -> EngineError:
    return EngineError(404, f"network {name} not found")


def no_volume(name: str) -> EngineError:
    return EngineError(404, f"get {name}: no such volume")


def no_space(where: str) -> EngineError:
    """What the kernel says when the Engine's disk is full."""
    return EngineError(500, f"mkdir /var/lib/docker/{where}: no space left on device")


def unserved(what: str) -> EngineError:
    """The Engine has it, the twin does not: nothing is ever passed over in silence."""
    return EngineError(501, f"Cloud-Twin does not serve {what}")
