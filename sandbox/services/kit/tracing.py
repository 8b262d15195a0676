"""OpenTelemetry spans, written as `{"span": …}` lines into the service's own log.

There is no collector: whoever reads the logs reads the traces. The decision to keep a trace follows
from its id, so all services take the same one, unless the caller asked for its trace with the sampled
flag of `traceparent` (W3C Trace Context).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TextIO

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider, sampling
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Span, SpanKind, Tracer, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

__all__ = ["SpanKind", "Spans", "carried", "carrier"]

_PROPAGATOR = TraceContextTextMapPropagator()


class LineExporter(SpanExporter):
    """One JSON line for each span that ended."""

    def __init__(self, service: str, out: TextIO = sys.stdout) -> None:
        self._service = service
        self._out = out

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._out.write("".join(json.dumps(self._line(span)) + "\n" for span in spans))
        self._out.flush()
        return SpanExportResult.SUCCESS

    def _line(self, span: ReadableSpan) -> dict[str, Any]:
        context, start, end = span.get_span_context(), span.start_time or 0, span.end_time or 0
        assert context is not None
        record = {
            "trace_id": f"{context.trace_id:032x}",
            "span_id": f"{context.span_id:016x}",
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "name": span.name,
            "kind": span.kind.name.lower(),
            "start": round(start / 1e9, 6),
            "ms": round((end - start) / 1e6, 3),
            "ok": span.status.is_ok,
            "attributes": dict(span.attributes or {}),
        }
        return {
            "span": record,
            "ts": round(end / 1e9, 3),
            "service": self._service,
            "trace_id": record["trace_id"],
        }


class ShareOfTraces(sampling.Sampler):
    """Keeps a share of the traces, decided by the id; the share may change while it runs."""

    def __init__(self, share: float) -> None:
        self._keep: sampling.Sampler = sampling.TraceIdRatioBased(share)

    def set(self, share: float) -> None:
        self._keep = sampling.TraceIdRatioBased(min(1.0, max(0.0, share)))

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> sampling.SamplingResult:
        return self._keep.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return self._keep.get_description()


class Spans:
    """The spans of one service; nobody sees them if there is no `out`."""

    def __init__(self, service: str, share: float, out: TextIO | None = sys.stdout) -> None:
        self.share = ShareOfTraces(share)
        sampler = sampling.ParentBased(self.share, remote_parent_not_sampled=self.share)
        provider = TracerProvider(
            sampler=sampler, resource=Resource({"service.name": service}), shutdown_on_exit=False
        )
        if out is not None:
            provider.add_span_processor(SimpleSpanProcessor(LineExporter(service, out)))
        self._tracer: Tracer = provider.get_tracer("lumen")

    def span(
        self, name: str, kind: SpanKind = SpanKind.INTERNAL, context: Context | None = None
    ) -> AbstractContextManager[Span]:
        """A span around a block; what runs in the block belongs to it, and an exception marks it."""
        return self._tracer.start_as_current_span(name, context=context, kind=kind)


def carrier() -> dict[str, str]:
    """Headers, or fields of a message, that carry the trace on."""
    fields: dict[str, str] = {}
    _PROPAGATOR.inject(fields)
    return fields


def carried(fields: Mapping[str, str]) -> Context:
    """The trace that a caller sent along; a new one begins if it sent none."""
    return _PROPAGATOR.extract(fields, context=Context())
