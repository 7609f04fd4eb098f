"""Lambda's entry points: the REST API, on API Gateway, on a Function URL, and under `chalice local`; the worker on
operations; scheduled jobs."""

from __future__ import annotations

import atexit
import functools
import gc
import os
import threading
from collections.abc import Callable
from typing import Any

IN_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
if IN_LAMBDA:
    # What is loaded now stays: to look through it for garbage, time and again, is a tenth of a cold start.
    gc.disable()

from chalice import Chalice, CORSConfig, Rate, Response
from chalice.app import CloudWatchEvent, Request, SQSEvent

from chalicelib.rest import extension, scheduled
from chalicelib.rest.events import is_function_url, read_event, write_answer
from chalicelib.rest.handle import ALLOWED_HEADERS, EXPOSED_HEADERS, PREFLIGHT_SECONDS, fail, handle
from chalicelib.rest.http import HttpRequest, HttpResponse
from chalicelib.rest.router import addresses


class Spider(Chalice):
    """Chalice knows REST API events only; those of a Function URL are answered here."""

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        try:
            return self._answer(event, context)
        finally:
            if _behind:
                _behind.answered(context.aws_request_id)

    def _answer(self, event: Any, context: Any) -> dict[str, Any]:
        if not is_function_url(event):
            return super().__call__(event, context)
        request = read_event(event)
        return write_answer(request, respond(request))


class Written(Response):
    """An answer as events.py has written it. Chalice would choose base64 by the content type alone."""

    def __init__(self, event: dict[str, Any]) -> None:
        super().__init__(event["body"], event["headers"], event["statusCode"])
        self._encoded: bool = event["isBase64Encoded"]

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        return {**super().to_dict(), "isBase64Encoded": self._encoded}


app = Spider(app_name="spider", configure_logs=False)
# API Gateway decodes what comes in base64 only for callers whose Accept header is among these.
app.api.binary_types.append("*/*")

_behind = extension.register(os.environ, f"{__name__}.app")
_opening = threading.Lock()


@functools.cache
def _open() -> scheduled.Engine:
    # Imported with the first request, so that packaging and deploying load no engine.
    from chalicelib.rest.opening import open_here, open_in_lambda

    engine = open_in_lambda(_behind) if IN_LAMBDA else open_here()
    atexit.register(engine.close)
    if IN_LAMBDA:
        gc.freeze()
        gc.enable()
    return engine


def _opened() -> scheduled.Engine:
    with _opening:
        return _open()


def respond(request: HttpRequest) -> HttpResponse:
    try:
        engine = _opened()
    except Exception as error:
        return fail(error, request)
    return handle(engine, request)


@app.middleware("http")
def answer(request: Request, _view: Callable[[Request], Response]) -> Response:
    """Answers before Chalice looks at the request.

    It would refuse form content types (415), which curl -d sends, and answer in its own words. And the request
    comes as an argument here; app.current_request is one for all threads.
    """
    given = read_event(request.to_original_event())
    return Written(write_answer(given, respond(given)))


def _view(**_names: str) -> None:
    """Chalice registers a function for each route. This one is never called: `answer` comes first."""


CORS = CORSConfig(allow_headers=list(ALLOWED_HEADERS), expose_headers=list(EXPOSED_HEADERS), max_age=PREFLIGHT_SECONDS)
for _path, _methods in addresses().items():
    app.route(_path, methods=_methods, cors=CORS)(_view)


@app.on_sqs_message(queue="spider-operations", batch_size=1)
def work(event: SQSEvent) -> None:
    """Works on the operation that a message is about. Elsewhere the engine's own queue has that done."""
    for record in event:
        scheduled.work(_opened(), record.body)


# EventBridge calls these, each a function of its own. Elsewhere the engine's own timer has them done.
EACH_MINUTE = Rate(1, unit=Rate.MINUTES)
EACH_FIVE_MINUTES = Rate(5, unit=Rate.MINUTES)
EACH_HOUR = Rate(1, unit=Rate.HOURS)


@app.schedule(EACH_MINUTE)
def collect(event: CloudWatchEvent) -> None:
    """Measures clouds; does nothing until SPIDER_COLLECT_SECONDS is set."""
    scheduled.collect(_opened(), event.time)


@app.schedule(EACH_FIVE_MINUTES)
def merge(_event: CloudWatchEvent) -> None:
    """Adds what is recorded of calls to their statistics."""
    scheduled.merge(_opened())


@app.schedule(EACH_HOUR)
def reconcile(event: CloudWatchEvent) -> None:
    """Looks for what nobody knows of at the clouds; does nothing until SPIDER_RECONCILE_SECONDS is set."""
    scheduled.reconcile(_opened(), event.time)


@app.schedule(EACH_MINUTE)
def sweep(_event: CloudWatchEvent) -> None:
    """Goes on with operations that nobody works on."""
    scheduled.sweep(_opened())
