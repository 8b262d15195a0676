"""Looks for whatever would tell a participant which drill this is, wherever they can look."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

import httpx

from sandbox.errors import SandboxError
from sandbox.runtime.base import Runtime
from sandbox.runtime.registry import folder_of, state_home
from sandbox.runtime.tools import cache_home
from sandbox.stack import PACKAGE_ROOT
from sandbox.stack.model import load_stack
from sandbox.world.tree import company_tree

TELLTALE = r"(?<![a-z])(chaos|scenarios?|faults?|gameday|drills?|rehears\w*)(?![a-z])"
_MOST = 20

# What lies on the bastion, what runs there, and everything that the repository has ever held.
_SEARCH = r"""
run=$(dirname "$OUTBOX")
grep -rIinE --exclude-dir=.git -e "$1" "$HOME" "$ETC" "$PYTHONPATH" "$run" /etc/hosts 2>/dev/null
for place in "$HOME" "$ETC" "$PYTHONPATH" "$run"; do
    (cd "$place" && find . -not -path '*/.git/*' | sed 's/^/file: /' | grep -iE -e "$1")
done
env | sed 's/^/env: /' | grep -iE -e "$1"
if [ "$2" = own ]; then ps -eo args | grep -v grep | sed 's/^/process: /' | grep -iE -e "$1"; fi
git --git-dir="$ORIGIN" log --all --patch --format='%H %an %s %b' | sed 's/^/history: /' | grep -iE -e "$1"
git --git-dir="$ORIGIN" for-each-ref | sed 's/^/ref: /' | grep -iE -e "$1"
true
"""


def words_of(pack: str, variants: Iterable[str]) -> re.Pattern[str]:
    """What may not be read anywhere: the pack's name, its variants', and the words of our trade.

    A variant that is called like something that the company has anyway tells nothing.
    """
    tree = company_tree(load_stack())
    own = b"\n".join([*tree.values(), *(path.encode() for path in tree)]).decode(errors="replace").lower()
    compose = (PACKAGE_ROOT / "stack/compose.yaml").read_text(encoding="utf-8").lower()
    names = [name for name in (pack, *variants) if name.lower() not in own + compose]
    spelled = [re.escape(name).replace(r"\-", "[-_ ]?") for name in names]
    named = [rf"(?<![a-z])({'|'.join(spelled)})(?![a-z])"] if spelled else []
    return re.compile("|".join([TELLTALE, *named]), re.IGNORECASE)


def leaks(runtime: Runtime, words: re.Pattern[str]) -> Sequence[str]:
    """Places within the participant's reach that tell, a line each, the first twenty."""
    found = [*_on_bastion(runtime, words), *in_logs(runtime, words), *_in_metrics(runtime, words)]
    found += [f"part: {each.name}" for each in runtime.status() if words.search(each.name)]
    return list(dict.fromkeys(found))[:_MOST]


def _on_bastion(runtime: Runtime, words: re.Pattern[str]) -> Iterable[str]:
    # grep knows no look-behind: it finds too much, and what it found is looked at again here.
    plain = re.sub(r"\(\?<!\[a-z\]\)|\(\?!\[a-z\]\)", "", words.pattern).replace(r"\w*", "[a-z]*")
    whose = "own" if runtime.kind == "docker" else "shared"
    done = runtime.exec("bastion", ["sh", "-c", _SEARCH, "search", plain, whose], timeout_s=60.0)
    if done.exit_code:
        raise SandboxError(f"the bastion could not be searched: {done.stderr.strip()[:200]}")
    host = _host_paths(runtime)
    for line in done.stdout.splitlines():
        shown = host.sub("", line)
        if words.search(shown):
            yield shown.strip()[:300]


def _host_paths(runtime: Runtime) -> re.Pattern[str]:
    """Where things lie on the machine that a sandbox of plain processes shares: that is no trace.

    It is these folders' own names that are no trace; what lies in them under a telling name is one.
    """
    paths = {
        sys.prefix, sys.base_prefix, str(PACKAGE_ROOT.parent), str(state_home()), str(cache_home()),
        str(folder_of(runtime.sandbox_id)),
    } - {"/"}  # fmt: skip
    longest_first = sorted(paths, key=len, reverse=True)
    return re.compile("|".join(rf"{re.escape(path)}(?![^\s/:\"'])" for path in longest_first))


def in_logs(runtime: Runtime, words: re.Pattern[str]) -> Iterable[str]:
    """Lines that tell. A stack trace says where a program lies on the machine, which is no trace."""
    host = _host_paths(runtime)
    for line in runtime.logs():
        shown = host.sub("", line.text)
        if words.search(shown):
            yield f"log of {line.service}: {shown[:300]}"


def _in_metrics(runtime: Runtime, words: re.Pattern[str]) -> Iterable[str]:
    base = f"http://{runtime.address('metrics', 9090)}/api/v1"
    try:
        with httpx.Client(timeout=10.0) as client:
            labels = client.get(f"{base}/labels").json()["data"]
            for label in labels:
                values = client.get(f"{base}/label/{label}/values").json()["data"]
                yield from (f"metrics: {label}={v}" for v in (label, *values) if words.search(v))
            rules = _host_paths(runtime).sub("", client.get(f"{base}/rules").text)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise SandboxError(f"metrics does not answer: {error}") from error
    yield from (
        f"alert rules: …{rules[max(0, m.start() - 40) : m.end() + 40]}" for m in words.finditer(rules)
    )
