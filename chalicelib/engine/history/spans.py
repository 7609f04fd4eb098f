"""OpenTelemetry: a span for each request, each try of an operation and each call of a cloud, in one trace.

Nothing is imported for it. Spans go anywhere only where the user has set a tracer provider, and who does that has
imported OpenTelemetry's API (the package opentelemetry-api, which is all that is used here).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from spider_drivers.contract import CallRecord, CloudError, OutOfService, SpiderError, TimedOut

from ...catalogue.recorded import error_message
from ..call import Call

NAME = "spider"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What is no mistake of the caller's; as HTTP's server spans, those with 4xx are not marked as errors.
_FAILURES = (CloudError, OutOfService, TimedOut)


@contextmanager
def of_request(call: Call) -> Iterator[None]:
    """Below the caller's span (his `traceparent`), unless this process has one open already."""
    told = {"spider.connection": call.connection, "spider.resource_name": call.name, "spider.request": call.request_id}
    with _span(call.action.name, "SERVER", told, "" if _is_open() else call.traceparent):
        try:
            yield
        except Exception as error:
            failed(error)
            raise


@contextmanager
def of_try(row: Mapping[str, Any]) -> Iterator[None]:
    """Of an operation, below the request that opened it, in whatever process that was."""
    told = {
        "spider.connection": row["connection"],
        "spider.resource_name": row["name"],
        "spider.operation": row["id"],
        "spider.attempt": row["attempts"],
    }
    with _span(f"{row['verb']} {row['kind']}", "CONSUMER", told, row.get("traceparent") or ""):
        yield


def of_round(request_id: str, name: str) -> AbstractContextManager[None]:
    """Of a job of that name, over all clouds."""
    return _span(name, "INTERNAL", {"spider.request": request_id}, "")


def of_call(record: CallRecord) -> None:
    """Below the span that is open where the call was made."""
    api, scope = _api(), record.scope
    if api is None:
        return
    span = api.get_tracer(NAME).start_span(record.api, kind=api.SpanKind.CLIENT, start_time=_nanos(record.started))
    if span.is_recording():
        told = {
            "cloud.provider": scope.cloud.lower(),
            "cloud.region": scope.region,
            "cloud.availability_zone": scope.zone,
            "rpc.method": record.api,
            "error.type": record.error_code,
            "spider.connection": scope.connection,
            "spider.resource_type": scope.resource_type,
            "spider.resource_name": scope.resource_name,
            "spider.operation": scope.operation,
            "spider.request": scope.request,
            "spider.attempt": scope.attempt,
        }
        span.set_attributes(_filled(told))
        if record.error_code or record.error:
            span.set_status(api.StatusCode.ERROR, error_message(record))
    span.end(_nanos(record.started + timedelta(seconds=record.elapsed)))


def failed(error: Exception) -> None:
    """Marks the span that is open. What the error says may be for its caller alone: its kind is told."""
    api = _api()
    if api is None:
        return
    span = api.get_current_span()
    span.set_attribute("error.type", type(error).__name__)
    if isinstance(error, _FAILURES) or not isinstance(error, SpiderError):
        span.set_status(api.StatusCode.ERROR, type(error).__name__)


def carried() -> str | None:
    """The span that is open, as W3C's `traceparent`, for whoever goes on later."""
    if not _is_open():
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def _span(name: str, kind: str, told: Mapping[str, Any], parent: str) -> Iterator[None]:
    """`parent`: a `traceparent`; "" (or nonsense) is the span that is open, if there is one."""
    api = _api()
    if api is None:
        yield
        return
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    with api.get_tracer(NAME).start_as_current_span(
        name,
        context=context,
        kind=api.SpanKind[kind],
        attributes=_filled(told),
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield


def _api() -> Any:
    """opentelemetry.trace, once somebody has imported it whole."""
    api = sys.modules.get("opentelemetry.trace")
    return api if hasattr(api, "get_tracer") else None


def _is_open() -> bool:
    api = _api()
    return api is not None and api.get_current_span().get_span_context().is_valid


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value != ""}


def _nanos(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
