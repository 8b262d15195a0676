"""PromQL against the company's Prometheus, and the alerts that it has firing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import httpx

from sandbox.errors import BadStack, SandboxError
from sandbox.runtime.base import Runtime


@dataclass(frozen=True)
class Sample:
    """One series at one moment."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Series:
    """One series over a time, at even steps."""

    labels: Mapping[str, str]
    values: tuple[float | None, ...]
    """None where nothing was measured."""


@dataclass(frozen=True)
class Alert:
    name: str
    state: Literal["pending", "firing"]
    severity: Literal["page", "ticket"]
    service: str
    summary: str


class Metrics:
    """A client of one sandbox's Prometheus. Safe to use from several threads."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._client = httpx.Client(base_url=f"http://{runtime.address('metrics', 9090)}", timeout=5.0)

    def close(self) -> None:
        self._client.close()

    def _get(self, path: str, **params: str) -> Any:
        try:
            answer = self._ask(path, params)
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SandboxError(f"metrics does not answer: {error}") from error
        if document.get("status") != "success":
            raise BadStack(f"PromQL: {document.get('error', 'refused')}")
        return document["data"]

    def _ask(self, path: str, params: Mapping[str, str]) -> httpx.Response:
        """Ask; once it was restarted it may be reached elsewhere, so a second time at where it is now."""
        try:
            return self._client.get(path, params=params)
        except httpx.TransportError:
            self._client.base_url = f"http://{self._runtime.address('metrics', 9090)}"
            return self._client.get(path, params=params)

    def query(self, promql: str, at: float | None = None) -> list[Sample]:
        """An instant query.

        Args:
            at: UNIX seconds; now if not given.

        Raises:
            BadStack: the expression is not valid.
            SandboxError: Prometheus does not answer.
        """
        params = {"query": promql} if at is None else {"query": promql, "time": f"{at:.3f}"}
        data = self._get("/api/v1/query", **params)
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]))]
        if data["resultType"] != "vector":
            raise BadStack("PromQL: the expression gives no instant vector")
        return [Sample(series["metric"], float(series["value"][1])) for series in data["result"]]

    def range(self, promql: str, begin: float, end: float, step_s: float) -> list[Series]:
        """A range query, from `begin` to `end` (UNIX seconds).

        Raises:
            BadStack: the expression is not valid.
            SandboxError: Prometheus does not answer.
        """
        data = self._get(
            "/api/v1/query_range", query=promql, start=f"{begin:.3f}", end=f"{end:.3f}", step=f"{step_s:g}"
        )
        count = int((end - begin) / step_s + 1e-6) + 1
        return [
            Series(each["metric"], _even(each["values"], begin, step_s, count)) for each in data["result"]
        ]

    def names(self) -> list[str]:
        """The names of all metrics, sorted.

        Raises:
            SandboxError: Prometheus does not answer.
        """
        return sorted(str(name) for name in self._get("/api/v1/label/__name__/values"))

    def value(self, promql: str, at: float | None = None) -> float | None:
        """The first series' value; None if there is none or it is not a number."""
        samples = self.query(promql, at)
        if not samples or samples[0].value != samples[0].value:
            return None
        return samples[0].value

    def alerts(self) -> list[Alert]:
        """Alerts that are pending or firing."""
        return [
            Alert(
                name=alert["labels"]["alertname"],
                state=alert["state"],
                severity=cast(Literal["page", "ticket"], alert["labels"].get("severity", "ticket")),
                service=alert["labels"].get("service", ""),
                summary=alert["annotations"].get("summary", ""),
            )
            for alert in self._get("/api/v1/alerts")["alerts"]
        ]


def _even(
    points: Iterable[tuple[float, str]], begin: float, step_s: float, count: int
) -> tuple[float | None, ...]:
    """The points at their steps; Prometheus leaves out those where it has nothing."""
    values: list[float | None] = [None] * count
    for at, text in points:
        place, value = round((at - begin) / step_s), float(text)
        if 0 <= place < count and value == value:
            values[place] = value
    return tuple(values)
