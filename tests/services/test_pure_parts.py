"""What the services decide without anybody else: keys, charges, deliveries, passwords, samples."""

from __future__ import annotations

import io
import json
from typing import get_args

import pytest

from sandbox.services import captions, passwords, people, photos
from sandbox.services.bank import authorise
from sandbox.services.deliveries import verdict
from sandbox.services.idempotency import Known, Status, decide
from sandbox.services.kit.serving import worth_a_line
from sandbox.services.kit.tracing import SpanKind, Spans, carried, carrier
from sandbox.services.storefront import age_band

SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""The example of the W3C recommendation, section 3.2.4, sampled."""


def test_another_model_version_is_another_key() -> None:
    """Results are kept under digest and version, so that a new model never shows an old one's words."""
    assert captions.cache_key("d", "m1") == "vision:m1:d"
    assert captions.cache_key("d", "m1") != captions.cache_key("d", "m2")
    assert captions.describe("d", "m1") == captions.describe("d", "m1")
    assert captions.describe("d", "m1") != captions.describe("d", "m2")


def test_a_photo_has_the_size_that_its_header_says() -> None:
    """Slot time grows with the image, so its size must be right; what is no PNG has none."""
    assert captions.megapixels(photos.photo(1, 1, size=(2000, 1500))) == 3.0
    with pytest.raises(ValueError, match="not a PNG"):
        captions.megapixels(b"GIF89a" + bytes(40))


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (None, "begin"),
        (Known(1, 500, "approved", 0), "replay"),
        (Known(1, 500, "declined", 1e9), "replay"),
        (Known(1, 500, "failed", 0), "again"),
        (Known(1, 500, "started", 9), "wait"),
        (Known(1, 500, "started", 11), "again"),
        (Known(2, 500, "approved", 0), "conflict"),
        (Known(1, 501, "approved", 0), "conflict"),
    ],
)
def test_a_key_charges_once(known: Known | None, wanted: str) -> None:
    """A settled charge is replayed, a lost one is tried again, one under way is left alone."""
    assert decide(known, order_id=1, amount_cents=500, stale_s=10) == wanted


@pytest.mark.parametrize("status", get_args(Status))
def test_a_key_that_was_used_is_never_a_new_charge(status: Status) -> None:
    """Whatever became of it, the bank already knows this key."""
    for age_s in (0, 1e6):
        assert decide(Known(1, 500, status, age_s), 1, 500, stale_s=10) != "begin"


@pytest.mark.parametrize(
    ("deliveries", "idle_s", "dead_letter", "wanted"),
    [
        (1, 1, True, "leave"),
        (9, 1, True, "leave"),
        (1, 4, True, "retry"),
        (4, 4, True, "retry"),
        (5, 4, True, "bury"),
        (500, 4, False, "retry"),
    ],
)
def test_what_can_not_be_done_is_buried_after_some_tries(
    deliveries: int, idle_s: float, dead_letter: bool, wanted: str
) -> None:
    """Not while somebody may be busy with it, and never where nobody reads dead letters."""
    said = verdict(
        deliveries=deliveries, idle_s=idle_s, max_deliveries=5, retry_after_s=3, dead_letter=dead_letter
    )
    assert said == wanted


def test_a_password_belongs_to_its_hash_alone() -> None:
    """Two hashes of one password differ; a hash that can't be read belongs to none."""
    stored = passwords.hashed("correct horse")
    assert stored != passwords.hashed("correct horse")
    assert passwords.matches("correct horse", stored)
    assert not passwords.matches("correct hors", stored)
    assert not passwords.matches("correct horse", "plain")
    assert not passwords.matches("", "scrypt$1024$$")


def test_the_same_number_is_the_same_person() -> None:
    """Seed and customers draw people from numbers and must agree; no two share an address."""
    assert people.person(7) == people.person(7)
    assert len({people.person(number).email for number in range(1, 3000)}) == 2999


def test_the_bank_has_one_reference_for_one_key() -> None:
    """Each provider knows its own keys; test cards are declined."""
    once = authorise("primary", "k", 100, "4000000000004242")
    assert once == authorise("primary", "k", 100, "4000000000004242")
    assert once["approved"]
    assert once["reference"] != authorise("secondary", "k", 100, "4000000000004242")["reference"]
    assert not authorise("primary", "k", 100, "4000000000000002")["approved"]


@pytest.mark.parametrize(
    ("days", "band"), [(0.01, "day"), (1, "month"), (29.9, "month"), (30, "year"), (365, "older")]
)
def test_ages_are_few_labels(days: float, band: str) -> None:
    """A label's values must be few."""
    assert age_band(days) == band


def test_a_trace_s_lines_are_kept_together() -> None:
    """The share is decided by the id, so every service decides alike."""
    ids = [f"{n:032x}" for n in range(0, 0x10000, 7)]
    kept = [worth_a_line(each, 0.25) for each in ids]
    assert kept == [worth_a_line(each, 0.25) for each in ids]
    assert sum(kept) / len(kept) == pytest.approx(0.25, abs=0.01)
    assert all(worth_a_line(each, 1.0) for each in ids)
    assert not any(worth_a_line(each, 0.0) for each in ids)


def _spans(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line)["span"] for line in out.getvalue().splitlines()]


def test_a_trace_goes_on_from_service_to_service() -> None:
    """A span's parent is the caller's span, by way of W3C `traceparent`."""
    out = io.StringIO()
    one, two = Spans("one", 0.0, out), Spans("two", 0.0, out)
    with one.span("outer", SpanKind.SERVER, carried({"traceparent": SAMPLED})):
        sent = carrier()
    with two.span("inner", SpanKind.SERVER, carried(sent)):
        pass
    outer, inner = _spans(out)
    assert outer["parent_id"] == "b7ad6b7169203331"
    assert inner["parent_id"] == outer["span_id"]
    assert {outer["trace_id"], inner["trace_id"]} == {"0af7651916cd43dd8448eb211c80319c"}


def test_the_share_of_traces_can_change_while_it_runs() -> None:
    """Nothing is kept at 0, everything at 1, without making the tracer anew."""
    out = io.StringIO()
    spans = Spans("one", 0.0, out)
    with spans.span("unseen"):
        flags = int(carrier()["traceparent"][-2:], 16)
    assert not flags & 1
    assert _spans(out) == []
    spans.share.set(1.0)
    with spans.span("seen"):
        pass
    assert [span["name"] for span in _spans(out)] == ["seen"]


def test_what_is_raised_marks_the_span() -> None:
    """A trace shows where it went wrong."""
    out = io.StringIO()
    with pytest.raises(ValueError, match="no"), Spans("one", 1.0, out).span("bad"):
        raise ValueError("no")
    assert _spans(out)[0]["ok"] is False
