"""Free text to terms: aliases, the longest phrase, and what is ruled out."""

from __future__ import annotations

import pytest

from scenarios.match import match
from scenarios.taxonomy import taxonomy

PARTS = ("vision", "cache", "db", "edge", "storefront", "checkout", "payments", "customers", "bank")


@pytest.mark.parametrize(
    ("text", "components"),
    [
        ("not the database, the cache", ("cache",)),
        ("It's the cache, not vision.", ("cache",)),
        ("The cache isn't the problem, vision is", ("vision",)),
        ("vision was fine; the edge retries", ("edge",)),
        ("not only vision but also the cache", ("vision", "cache")),
        ("the cache no longer keeps what vision made", ("cache", "vision")),
        ("I don't think it is Postgres", ()),
        ("not vision it's the cache", ("cache",)),
        ("the cache rather than vision", ("cache",)),
        ("we ruled out the database and the edge", ()),
        ("can't rule out the bank", ("bank",)),
        ("neither the db nor the edge", ()),
        ("cached pages, a cacheable visionary", ()),
        ("VISION\nand Checkout!", ("vision", "checkout")),
        ("", ()),
    ],
)
def test_components_that_are_meant(text: str, components: tuple[str, ...]) -> None:
    """Named, called by another name, or ruled out."""
    assert match(text, PARTS).components == components


@pytest.mark.parametrize(
    ("text", "mechanisms"),
    [
        ("Someone lowered maxmemory and entries get evicted", ("cache-eviction",)),
        ("cache-eviction", ("cache-eviction",)),
        ("This is not a capacity problem: evictions!", ("cache-eviction",)),
        ("it looks like overload, but it is a retry storm", ("capacity-shortfall", "retry-storm")),
        ("none of them knows", ()),
        ("the cache evicts what it should keep", ("cache-eviction",)),
        ("Redis lost its memory", ("cache-eviction",)),
        ("not capacity: the cache is empty after a restart", ("cold-cache",)),
        ("more customers than vision has slots for", ("capacity-shortfall",)),
        ("vision has too few replicas", ("capacity-shortfall",)),
        ("the new model changed the cache keys", ("cache-key-change",)),
        ("payments leaks database connections", ("connection-pool-exhaustion",)),
        ("payments gives up after 120 ms, and the bank needs 150", ("premature-timeout",)),
        ("stolen cards are being tested", ("card-testing",)),
        ("somebody tries leaked passwords", ("account-abuse",)),
        ("a stale password", ("credential-rotated",)),
        ("it dies of a header with an empty value", ("schema-mismatch",)),
        ("catalog waits for a lock", ("lock-contention",)),
        ("the alert is wrong", ("none",)),
        ("false alarm, nothing is wrong", ("none",)),
        (
            "the pool is full because a lock is held: deadlocks",
            ("connection-pool-exhaustion", "lock-contention"),
        ),
        ("no memory leak, no slow queries", ()),
        ("Not DNS. Never DNS. It was a poison message", ("poison-message",)),
        ("oom-killed", ("memory-leak",)),
    ],
)
def test_mechanisms_that_are_meant(text: str, mechanisms: tuple[str, ...]) -> None:
    """By alias, by name, and not what is denied."""
    assert match(text).mechanisms == mechanisms


def test_a_factor_that_says_no_is_not_a_denial() -> None:
    """`No alert` is what it is called; the longest phrase wins."""
    found = match("there was no alert on the cache, and no canary; retries tripled the work")
    assert found.contributing == ("missing-alert", "global-rollout", "retry-amplification")


def test_a_trigger_by_its_alias() -> None:
    """Whoever says config change means a configuration push."""
    assert match("Yuki's cron job made a config change").triggers == (
        "processing-pipeline",
        "configuration-push",
    )


def test_every_alias_finds_its_term() -> None:
    """An alias that another swallows would be of no use."""
    terms = taxonomy()
    for group in ("mechanisms", "triggers", "contributing"):
        for name, term in getattr(terms, group).items():
            for alias in (*term.aliases, *(() if name == "none" else (name,))):
                assert name in getattr(match(alias), group), (group, name, alias)


def test_the_taxonomy_is_whole() -> None:
    """Each term has a sentence, no alias stands for two of a group, the shares are the published ones."""
    terms = taxonomy()
    assert len(terms.mechanisms) == 34
    assert len(terms.contributing) == 20
    shares = [term.share for term in terms.triggers.values() if term.share is not None]
    assert shares == [0.37, 0.31, 0.09, 0.06, 0.05, 0.05, 0.05, 0.02]
    for group in (terms.mechanisms, terms.triggers, terms.contributing):
        aliases = [alias for term in group.values() for alias in term.aliases]
        assert sorted(aliases) == sorted(set(aliases))
        assert all(term.says.endswith(".") for term in group.values())
        assert all(alias == alias.lower() for alias in aliases)
