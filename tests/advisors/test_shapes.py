"""Which cause `pattern` takes each surface for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gameday.advisors import shapes
from gameday.advisors.pattern import findings
from gameday.advisors.shapes import SHAPES, verdicts
from scenarios.taxonomy import taxonomy
from tests.advisors.looks import change, error, look, page

QUIET: dict[str, Any] = {
    "values": {
        "rate": {"vision": 6.0, "catalog": 9.0},
        "p90": {"vision": 50.0, "catalog": 10.0},
        "errors": {"vision": 0.0, "catalog": 0.0},
        "slots_busy": {"vision": 0.1},
        "up": {"vision": 2.0},
        "peer_p90": {"bank-primary": 100.0},
    },
    "started": {"catalog-1": 1.0},
}


def after(**changed: Any) -> Mapping[str, Any]:
    """The quiet company with some signals changed."""
    values = {name: dict(of) for name, of in QUIET["values"].items()}
    for name, of in changed.pop("values", {}).items():
        values[name] = values.get(name, {}) | of
    return {**QUIET, **changed, "values": values}


FULL = {"slots_busy": {"vision": 1.0}, "rate": {"vision": 18.0}, "p90": {"vision": 9000.0}}
SLOW = {"p90": {"catalog": 900.0}}
CASES = [
    ("named", after(logs=(error("catalog", "FATAL: sorry, too many clients already"),)),
     "db", "connection-pool-exhaustion"),
    ("changed", after(values=SLOW, changes=(change("catalog: smaller pool", "config/catalog.yaml"),)),
     "catalog", "connection-pool-exhaustion"),
    ("changed", after(values=FULL, changes=(change("vision: new model", "services/vision.py"),)),
     "vision", "cpu-hot-path"),
    ("logins", after(values={"logins_refused": {"accounts": 20.0}} | FULL), "customers", "account-abuse"),
    ("cards", after(values={"declined": {"payments": 5.0}}), "customers", "card-testing"),
    ("full", after(values=FULL), "vision", "capacity-shortfall"),
    ("full", after(values=SLOW | {"rate": {"catalog": 40.0}}), "catalog", "capacity-shortfall"),
    ("connections", after(values={"db_connections": {"": 0.95}}), "db", "connection-pool-exhaustion"),
    ("backlog", after(values={"orders_waiting": {"": 80.0}}), "worker", "queue-backlog"),
    ("restarts", after(started={"catalog-1": 50.0}), "catalog", "memory-leak"),
    ("outside", after(values={"peer_p90": {"bank-primary": 4000.0}}), "bank", "third-party-degraded"),
    ("refusals", after(values={"refused": {"browse": 0.5}}), "edge", "rate-limit-too-tight"),
    ("slow", after(values=SLOW, slow=({"service": "catalog", "share": 0.8, "example": "abcdef0123"},)),
     "catalog", "cpu-hot-path"),
    ("failing", after(values={"errors": {"catalog": 0.4}}), "catalog", "schema-mismatch"),
    ("nothing", after(alerts=(page("checkout"),)), "checkout", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "seen", "component", "mechanism"), CASES)
def test_a_surface_is_taken_for(shape: str, seen: Mapping[str, Any], component: str, mechanism: str) -> None:
    """The first shape that fits decides, as the table says."""
    found = findings(look(**QUIET), look(**seen))
    first = next(name for name, fits in SHAPES if list(fits(found)))
    verdict = verdicts(found)[0]
    assert (first, verdict.component, verdict.mechanism) == (shape, component, mechanism)


def test_every_shape_has_a_case_and_a_row_in_the_table() -> None:
    """The documented table names the shapes in the order in which they are tried."""
    names = [name for name, _ in SHAPES]
    rows = [
        line.split("|")[1].strip() for line in (shapes.__doc__ or "").splitlines() if line.startswith("| ")
    ]
    assert rows[2:] == names
    assert {shape for shape, *_ in CASES} == set(names)


def test_every_cause_is_one_that_a_person_could_name() -> None:
    """Mechanisms are the taxonomy's, so that hints are graded as people are."""
    known = taxonomy().mechanisms
    claimed = {
        each.mechanism for _, seen, _, _ in CASES for each in verdicts(findings(look(**QUIET), look(**seen)))
    }
    claimed |= {mechanism for _, mechanism in shapes._CHANGED} | {row[2] for row in shapes._NAMED}
    assert claimed <= set(known)


def test_an_old_change_is_no_suspect() -> None:
    """Nor one to something that is well."""
    old = change("vision: new model", "services/vision.py", minutes_ago=45)
    elsewhere = change("catalog: wording", "services/catalog.py")
    found = findings(look(**QUIET), look(**after(values=FULL, changes=(old, elsewhere))))
    assert verdicts(found)[0].mechanism == "capacity-shortfall"


def test_a_company_where_nothing_deviates_and_nothing_fires_has_no_cause() -> None:
    """It holds its tongue."""
    assert verdicts(findings(look(**QUIET), look(**QUIET))) == []


def test_who_fails_because_another_does_is_not_accused() -> None:
    """The storefront asks catalog, and both fail: it is catalog."""
    both = {"errors": {"catalog": 0.3, "storefront": 0.6}}
    seen = look(**after(values=both, calls={"storefront": ("catalog", "vision")}))
    assert [each.component for each in verdicts(findings(look(**QUIET), seen))] == ["catalog"]
