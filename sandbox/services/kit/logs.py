"""One JSON object a line on standard output, each with the `trace_id` of the request it belongs to."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from opentelemetry import trace

_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warn", logging.ERROR: "error"}


def trace_id() -> str:
    """The trace that the calling code works for, 32 hex digits, or empty."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


class _JsonLines(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": round(record.created, 3),
            "level": _LEVELS.get(record.levelno, record.levelname.lower()),
            "service": self.service,
            "msg": record.getMessage(),
        }
        trace = trace_id()
        if trace:
            line["trace_id"] = trace
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0]:
            line["error"] = f"{record.exc_info[0].__name__}: {record.exc_info[1]}"
            frame = _last_frame(record)
            if frame:
                line["at"] = frame
        return json.dumps(line, default=str)


def _last_frame(record: logging.LogRecord) -> str:
    """Where it was raised, `file:line function`."""
    step = record.exc_info[2] if record.exc_info else None
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return ""
    code = step.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno} {code.co_name}"


def logger(service: str) -> logging.Logger:
    """The service's logger; give extra keys as `extra={"fields": {...}}`."""
    log = logging.getLogger(service)
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(_JsonLines(service))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
    return log
