"""One trace from a request through its operation to the calls of the cloud."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from spider_drivers.contract import CloudError, NotFound

from chalicelib.store import OPERATIONS

from .house import VPC, House

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """A provider is set once per process."""
    found, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    trace.set_tracer_provider(provider)
    return found


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


def of_kind(spans: InMemorySpanExporter, kind: SpanKind, name: str = "") -> list[ReadableSpan]:
    return [one for one in spans.get_finished_spans() if one.kind == kind and name in ("", one.name)]


def parent(span: ReadableSpan) -> str:
    return format(span.parent.span_id, "016x") if span.parent else ""


def own(span: ReadableSpan) -> str:
    return format(span.context.span_id, "016x")


def test_a_change_is_one_trace_that_goes_on_from_the_callers(house: House, spans: InMemorySpanExporter) -> None:
    house.make("vpc", VPC, traceparent=CALLER, request_id="request-1")
    (request,) = of_kind(spans, SpanKind.SERVER, "create_vpc")
    tries = of_kind(spans, SpanKind.CONSUMER, "create vpc")
    calls = of_kind(spans, SpanKind.CLIENT)
    assert {format(one.context.trace_id, "032x") for one in (request, *tries, *calls)} == {CALLER.split("-")[1]}
    assert (request.kind, parent(request)) == (SpanKind.SERVER, CALLER.split("-")[2])
    assert {parent(one) for one in tries} == {own(request)}
    assert tries
    assert calls
    assert {parent(one) for one in calls} <= {own(one) for one in tries}
    told = dict(calls[0].attributes or {})
    assert told["spider.connection"] == "mock"
    assert told["spider.resource_name"] == "vpc-01"
    assert told["spider.request"] == "request-1"
    assert told["spider.operation"] == dict(tries[0].attributes or {})["spider.operation"]


def test_the_trace_goes_on_in_another_process(house: House, spans: InMemorySpanExporter) -> None:
    accepted = house.make("vpc", VPC, traceparent=CALLER, respond_async=True)
    row = house.engine.store.get(OPERATIONS, (accepted.operation,)) or {}
    (request,) = of_kind(spans, SpanKind.SERVER, "create_vpc")
    assert row["traceparent"] == f"{CALLER[:36]}{own(request)}-01"
    house.restart()
    house.engine.worker.work(accepted.operation)
    (first, *_) = of_kind(spans, SpanKind.CONSUMER, "create vpc")
    assert parent(first) == own(request)


def test_a_call_has_the_records_times(house: House, spans: InMemorySpanExporter) -> None:
    house.on("list_image")
    (request,) = of_kind(spans, SpanKind.SERVER, "list_image")
    (call,) = of_kind(spans, SpanKind.CLIENT)
    (record,) = house.do("list_call")
    assert parent(call) == own(request)
    assert call.start_time is not None
    assert call.end_time is not None
    assert call.end_time - call.start_time == pytest.approx(record.elapsed * 1e9, abs=1000)


def test_refusals_are_told_by_their_kind(house: House, spans: InMemorySpanExporter) -> None:
    with pytest.raises(NotFound):
        house.on("get_vpc", "no-such-secret-name")
    (request,) = of_kind(spans, SpanKind.SERVER, "get_vpc")
    assert dict(request.attributes or {})["error.type"] == "NotFound"
    assert request.status.status_code == StatusCode.UNSET
    assert not request.events


def test_without_opentelemetry_nothing_is_imported(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.engine.house import House\n"
        f"house = House(Path({str(tmp_path)!r}))\n"
        "house.make_all()\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[]"


def test_a_round_of_the_collector_is_one_trace(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    house = House(tmp_path, collect_seconds=60.0)
    spans.clear()
    house.engine.collector.collect()
    (round_,) = of_kind(spans, SpanKind.INTERNAL, "collect")
    calls = of_kind(spans, SpanKind.CLIENT)
    assert {parent(one) for one in calls} == {own(round_)}
    assert {dict(one.attributes or {}).get("cloud.region") for one in calls} >= {"default", "north", "south", "west"}
    house.engine.close()


def test_a_span_that_is_open_in_this_process_comes_before_the_callers(
    house: House, spans: InMemorySpanExporter
) -> None:
    """A WSGI server that OpenTelemetry watches has one open, below the same caller's."""
    with trace.get_tracer("server").start_as_current_span("GET /spider/vmspec") as outer:
        house.on("list_spec", traceparent=CALLER)
    (request,) = of_kind(spans, SpanKind.SERVER, "list_spec")
    assert parent(request) == format(outer.get_span_context().span_id, "016x")


@pytest.mark.parametrize("sent", ["", "nonsense", "00-0-0-00", "ff" + CALLER[2:]])
def test_a_traceparent_that_is_none_begins_a_trace(house: House, spans: InMemorySpanExporter, sent: str) -> None:
    house.on("list_spec", traceparent=sent)
    (request,) = of_kind(spans, SpanKind.SERVER, "list_spec")
    assert request.parent is None


def test_what_a_cloud_fails_with_is_on_its_span_and_only_its_kind_on_the_requests(
    house: House, spans: InMemorySpanExporter
) -> None:
    house.region(Fail="describe_images:InternalError")
    with pytest.raises(CloudError):
        house.on("list_image")
    (call,) = of_kind(spans, SpanKind.CLIENT)
    (request,) = of_kind(spans, SpanKind.SERVER, "list_image")
    assert call.status.status_code == request.status.status_code == StatusCode.ERROR
    assert (call.status.description or "").startswith("InternalError")
    assert dict(call.attributes or {})["error.type"] == "InternalError"
    assert request.status.description == dict(request.attributes or {})["error.type"]
    assert [*request.events, *call.events] == []
