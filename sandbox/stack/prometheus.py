"""Prometheus's config: whom to scrape, by name where names resolve, else from a file of targets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ALERTS_FILE = Path(__file__).with_name("alerts.yml")

SCRAPED = {
    "vision": 8000, "storefront": 8000, "accounts": 8000, "catalog": 8000, "checkout": 8000, "payments": 8000,
    "worker": 8000, "edge": 9901,
}  # fmt: skip
"""Port on which each service shows its metrics."""

_EDGE_FILTER = r"(vhost\.public\.|vhost\.gateway\.|cluster\.[a-z-]+\.upstream_(rq|cx_active)|limit)"


def scrape_config(alerts: Path, *, targets: Path | None) -> str:
    """The YAML of `prometheus.yml`.

    Args:
        alerts: where Prometheus will find the alert rules.
        targets: a file for file-based discovery, or None to resolve the services' names.
    """
    jobs: list[dict[str, Any]] = []
    for service, port in SCRAPED.items():
        job: dict[str, Any] = {"job_name": service, "relabel_configs": []}
        if targets is None:
            job["dns_sd_configs"] = [
                {"names": [service], "type": "A", "port": port, "refresh_interval": "2s"}
            ]
        else:
            job["file_sd_configs"] = [{"files": [str(targets)], "refresh_interval": "2s"}]
            job["relabel_configs"].append({"source_labels": ["service"], "regex": service, "action": "keep"})
        if service == "edge":
            job["metrics_path"] = "/stats/prometheus"
            job["params"] = {"usedonly": [""], "filter": [_EDGE_FILTER]}
        jobs.append(job)
    document = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(alerts)],
        "scrape_configs": jobs,
    }
    return yaml.safe_dump(document, sort_keys=False)


def target_file(replicas: Mapping[str, Sequence[str]]) -> str:
    """The JSON of file-based discovery from `service → [host:port of its metrics]`."""
    groups = [
        {"targets": list(addresses), "labels": {"service": service}}
        for service, addresses in replicas.items()
        if service in SCRAPED
    ]
    return json.dumps(groups)
