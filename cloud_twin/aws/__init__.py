"""EC2 on the wire: moto, in this process, behind what the real service would refuse, delay or cut into pages."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from ..clock import TwinClock
from . import region, request
from .errors import Refusal
from .service import Ec2

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TRANSITION_SECONDS = 0.5

_log = logging.getLogger(__name__)


class Aws:
    """A WSGI application. Requests signed for a service other than EC2 go to moto as they are.

    One in a process: moto keeps what it holds in the process, so that a second would be the same cloud.

    `quotas`: how many of a kind one region may hold; see quotas.py for the names.
    """

    def __init__(self, clock: TwinClock, *, transition_seconds: float = TRANSITION_SECONDS) -> None:
        self._ec2 = Ec2(clock, transition_seconds)
        self._others = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self.reset()

    @property
    def transition_seconds(self) -> float:
        """How long an instance is pending, stopping or shutting down; also of those that are so now."""
        return self._ec2.states.transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        self._ec2.states.transition_seconds = seconds

    @property
    def quotas(self) -> dict[str, int]:
        return self._ec2.quotas

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
