"""EC2 on the wire: moto, in this process, behind what the real service would refuse, delay or cut into pages."""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from ..clock import TwinClock
from ..faults import EC2
from ..settings import Settings
from . import region, request
from .errors import Refusal
from .quotas import DEFAULTS
from .service import Ec2

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HAS = ("transition_seconds", "quotas")

_log = logging.getLogger(__name__)


class AwsSettings(Settings):
    def shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in HAS}

    def checked(self, data: Any) -> dict[str, Any]:
        for name in data.keys() - set(HAS) if isinstance(data, dict) else ():
            raise ValueError(f"{name}: aws has only {', '.join(HAS)}")
        return super().checked(data)


class Aws:
    """A WSGI application. Requests signed for a service other than EC2 go to moto as they are.

    One in a process: moto keeps what it holds in the process, so that a second would be the same cloud.

    Of the settings it has `transition_seconds` and `quotas` (how many of a kind one region may hold; see quotas.py).
    """

    name = "aws"
    dialect = EC2
    header = ""

    def __init__(self, clock: TwinClock) -> None:
        self.settings: Settings = AwsSettings(quotas=dict(DEFAULTS))
        self._ec2 = Ec2(clock, self.settings)
        self._others = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self.reset()

    def claims(self, path: str, query: str) -> bool:
        """EC2's calls are all to `/`, those of other services have paths of any kind."""
        return True

    def files(self, plain: str, tls: str) -> dict[str, str]:
        """None: any access key is taken."""
        return {}

    def contents(self) -> list[str]:
        """Of EC2, without what a region has by itself."""
        with self._lock:
            self._ec2.states.settle()
            return sorted(region.contents())

    def snapshot(self) -> Any:
        raise ValueError("cloud: aws cannot be kept in a snapshot")

    def restore(self, snapshot: Any) -> None:
        raise ValueError("cloud: aws cannot be kept in a snapshot")

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Nobody calls meanwhile, and what is due has ended."""
        with self._lock:
            self._ec2.states.settle()
            yield

    def instances(self) -> list[Any]:
        """moto's, of all regions, the terminated ones left out."""
        return region.instances()

    def reset(self) -> None:
        """An empty cloud again; what a new account has by itself (its default VPC) is there."""
        with self._lock:
            region.reset()
            self._ec2.clear()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if request.service(environ) != "ec2":
            with self._lock:
                return list(self._others(environ, start_response))
        status, document = self._answer(environ)
        body = document.encode()
        headers = [("Content-Type", "text/xml;charset=UTF-8"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> tuple[int, str]:
        request_id = str(uuid.uuid4())
        try:
            asked = request.read(environ)
            with self._lock:
                return HTTPStatus.OK, self._ec2.answer(asked, request_id)
        except Refusal as refusal:
            return refusal.status, refusal.document(request_id)
        except Exception as error:
            _log.exception("the twin itself has failed")
            failure = Refusal("InternalError", f"The twin itself has failed: {type(error).__name__}: {error}")
            return failure.status, failure.document(request_id)
