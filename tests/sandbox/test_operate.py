"""The `ops` vocabulary: what a line is understood as, before anything happens."""

from __future__ import annotations

import pytest
import yaml

from sandbox.errors import BadStack
from sandbox.operate.execute import edit
from sandbox.operate.lines import VERBS, parse
from sandbox.stack import CONFIG_FOLDER
from sandbox.stack.model import Stack, load_stack


@pytest.fixture(scope="module")
def stack() -> Stack:
    return load_stack()


@pytest.mark.parametrize(
    ("line", "verb", "tier"),
    [
        ("status", "status", "read"),
        ("ops status", "status", "read"),
        ("logs vision timed out", "logs", "read"),
        ('metrics sum(rate(x{job="vision"}[10s]))', "metrics", "read"),
        ("redis cache CONFIG GET maxmemory", "redis", "read"),
        ("redis cache info memory", "redis", "read"),
        ("redis cache CONFIG SET maxmemory 256mb", "redis", "write"),
        ("redis cache FLUSHALL", "redis", "write"),
        ("sql select 1", "sql", "read"),
        ("sql select 1;", "sql", "read"),
        ("sql select 1; drop table orders", "sql", "write"),
        ("sql delete from orders", "sql", "write"),
        ("sql select pg_terminate_backend(1)", "sql", "write"),
        ("config get edge", "config get", "read"),
        ("config set edge routes.upload.retries 0", "config set", "write"),
        ("restart vision-2", "restart", "write"),
        ("scale vision 4", "scale", "write"),
        ("limit /upload off", "limit", "write"),
    ],
)
def test_a_line_has_one_meaning_and_a_tier(stack: Stack, line: str, verb: str, tier: str) -> None:
    """Reading and writing are told apart before anything is carried out."""
    operation = parse(stack, line)
    assert (operation.verb, operation.tier) == (verb, tier)


@pytest.mark.parametrize(
    "line", ["restart cache", "scale vision 3", "limit /upload 5", "redis cache FLUSHALL"]
)
def test_a_write_says_what_it_touches(stack: Stack, line: str) -> None:
    """Every write has a blast radius to ask about, and no read has one."""
    assert parse(stack, line).blast_radius
    assert parse(stack, "status").blast_radius == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "no operation"),
        ("fix it", "no operation"),
        ("scale vision", "usage"),
        ("scale vision 0", "at least one"),
        ("scale vision 5", "at most 4"),
        ("scale visio 2", "no service"),
        ("limit /upload fast", "not a rate"),
        ("limit /upload 0", "not a rate"),
        ("restart customers", "no service"),
        ("restart seed", "no service"),
        ("logs customers", "no service"),
        ("redis cache 'CONFIG", "No closing quotation"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_with_a_sentence(stack: Stack, line: str, says: str) -> None:
    """The load generator is out of reach, and so is more than the quota."""
    with pytest.raises(BadStack, match=says):
        parse(stack, line)


def test_every_verb_says_what_it_is_for() -> None:
    """The vocabulary explains itself."""
    assert all(verb.help and verb.usage.startswith(verb.name) for verb in VERBS)


def test_one_value_of_a_config_is_edited_in_place() -> None:
    """Elements of a list are found by their name; the value before is given back."""
    document = yaml.safe_load((CONFIG_FOLDER / "edge.yaml").read_text(encoding="utf-8"))
    before = document["routes"][0]["retries"]
    assert edit(document, "routes.upload.retries", "0") == str(before)
    assert document["routes"][0]["retries"] == 0


@pytest.mark.parametrize("key", ["routes.nowhere.retries", "routes.upload.retrise", "nothing"])
def test_a_key_that_is_not_there_is_refused(key: str) -> None:
    """A misspelt key must not become a new one that nobody reads."""
    document = yaml.safe_load((CONFIG_FOLDER / "edge.yaml").read_text(encoding="utf-8"))
    with pytest.raises(BadStack, match="has no"):
        edit(document, key, "0")
