"""The company's git repository on the bastion: made in one stroke, read, and committed to.

All git runs on the bastion, so the host needs none. The repository is one `git fast-import` stream,
rendered here: making it takes as long as a handful of processes do.
"""

from __future__ import annotations

import contextlib
import io
import re
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.errors import BadStack, SandboxError
from sandbox.runtime.base import ExecResult, Runtime
from sandbox.stack.model import Stack
from sandbox.world.cast import ON_CALL, Engineer
from sandbox.world.history import EDITS, Commit, Edit, Tree, commits
from sandbox.world.tree import company_tree

_GIT_WITHIN_S = 20.0

_HOOK = r"""#!/bin/sh
# The deployer follows main; this is how it hears of a push.
while read -r old new ref; do
    if [ "$ref" = refs/heads/main ] && [ -p "$OUTBOX" ]; then
        printf '{"pushed": "%s"}\n' "$new" 1<>"$OUTBOX"
    fi
done
"""

_BUILD = f"""set -eu
rm -rf "$ORIGIN" "$HOME/lumen"
mkdir -p "$(dirname "$ORIGIN")"
git init --quiet --bare --template= --initial-branch=main "$ORIGIN"
git --git-dir="$ORIGIN" fast-import --quiet --done
mkdir -p "$ORIGIN/hooks"
cat >"$ORIGIN/hooks/post-receive" <<'END'
{_HOOK}END
chmod +x "$ORIGIN/hooks/post-receive"
cat >"$HOME/.gitconfig" <<'END'
[user]
    name = {ON_CALL.name}
    email = {ON_CALL.mail}
[advice]
    detachedHead = false
[core]
    pager = less -FRX
[pull]
    rebase = true
END
git clone --quiet --template= "$ORIGIN" "$HOME/lumen"
git --git-dir="$ORIGIN" rev-parse main | tee "$(dirname "$ORIGIN")/applied"
"""

_WORK = """set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --shared --template= "$ORIGIN" "$work/lumen"
cd "$work/lumen"
"""

_COMMIT = f"""{_WORK}tar -xf -
git add --all
git diff --cached --quiet && exit 3
git -c user.name="$1" -c user.email="$2" commit --quiet --message "$3" ${{4:+--date="@$4 +0000"}}
if [ -n "$5" ]; then git tag "$5"; fi
git push --quiet --atomic origin HEAD:main ${{5:+"refs/tags/$5"}}
git rev-parse HEAD
"""

_REVERT = f"""{_WORK}git -c user.name="$1" -c user.email="$2" revert --no-edit "$3" >/dev/null 2>&1 || exit 3
git push --quiet origin HEAD:main
git rev-parse HEAD
"""

_NAMEABLE = re.compile(r"[0-9A-Za-z][\w.~^/-]{0,79}")


Brought = Callable[[Tree, float], tuple[dict[str, bytes], list[Edit]]]
"""From today's files and the time to the files and the edits with which the history is made."""

# --- making it -----------------------------------------------------------------------------------


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def fast_import(history: Iterable[Commit]) -> bytes:
    """A history as the stream that `git fast-import --done` reads."""
    parts: list[bytes] = []
    for number, commit in enumerate(history, 1):
        stamp = f"{commit.author.ident} {commit.at} +0000"
        parts.append(f"commit refs/heads/main\nmark :{number}\nauthor {stamp}\ncommitter {stamp}\n".encode())
        parts.append(_data(commit.message.encode() + b"\n"))
        for path, content in sorted(commit.changed.items()):
            parts.append(
                f"D {path}\n".encode()
                if content is None
                else f"M 100644 inline {path}\n".encode() + _data(content)
            )
        if commit.tag:
            parts.append(f"reset refs/tags/{commit.tag}\nfrom :{number}\n\n".encode())
    return b"".join([*parts, b"done\n"])


def build(
    runtime: Runtime, stack: Stack, now: float, runbooks: Mapping[str, str] | None = None,
    brought: Brought | None = None,
) -> str:  # fmt: skip
    """Make the repository and the engineer's clone of it; the newest commit.

    Args:
        runbooks: further ones by name, as Markdown.
        brought: what other commits are to lie in the history; the company's own alone if not given.

    Raises:
        SandboxError: git on the bastion refused.
    """
    tree, edits = company_tree(stack, runbooks), list(EDITS)
    if brought is not None:
        tree, edits = brought(tree, now)
    stream = fast_import(commits(tree, edits, now))
    done = runtime.exec("bastion", ["sh", "-c", _BUILD], stdin=stream, timeout_s=_GIT_WITHIN_S)
    if done.exit_code:
        raise SandboxError(f"the company's repository could not be made: {_last_line(done)}")
    return done.stdout.strip()


# --- reading it ----------------------------------------------------------------------------------


def _last_line(done: ExecResult) -> str:
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return said[-1].strip() if said else f"exit code {done.exit_code}"


def git(runtime: Runtime, words: Sequence[str]) -> ExecResult:
    """Run git in the bare repository."""
    script = 'exec git --git-dir="$ORIGIN" "$@"'
    return runtime.exec("bastion", ["sh", "-c", script, "git", *words], timeout_s=_GIT_WITHIN_S)


def read(runtime: Runtime, path: str, revision: str = "main") -> str | None:
    """A file's text at a revision, or None if it isn't there."""
    done = git(runtime, ["show", f"{revision}:{path}"])
    return done.stdout if done.exit_code == 0 else None


def resolve(runtime: Runtime, revision: str) -> str:
    """The full name of a commit.

    Raises:
        BadStack: there is no such commit.
    """
    if _NAMEABLE.fullmatch(revision):
        done = git(runtime, ["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"])
        if done.exit_code == 0:
            return done.stdout.strip()
    raise BadStack(f"there is no commit {revision!r}; `changes` lists the latest")


@dataclass(frozen=True)
class Change:
    """One commit as the log tells it."""

    revision: str
    author: str
    at: int
    """UNIX seconds."""
    subject: str


_CHANGE = "%H%x1f%an%x1f%ct%x1f%s"


def log(runtime: Runtime, most: int, path: str = "") -> list[Change]:
    """The latest commits on main, newest first; those that touched a path, if given."""
    words = ["log", f"--max-count={most}", f"--format={_CHANGE}", "main", "--", *([path] if path else [])]
    return [parse_change(line) for line in git(runtime, words).stdout.splitlines()]


def log_with_files(runtime: Runtime, most: int) -> list[tuple[Change, tuple[str, ...]]]:
    """The latest commits on main, newest first, each with the files that it touched."""
    words = ["log", f"--max-count={most}", f"--format=%x1e{_CHANGE}", "--name-only", "main"]
    found = []
    for entry in git(runtime, words).stdout.split("\x1e")[1:]:
        first, *files = entry.splitlines() or [""]
        # Whoever writes a separator into a commit's subject has only that commit left out.
        with contextlib.suppress(ValueError):
            found.append((parse_change(first), tuple(file for file in files if file)))
    return found


def parse_change(line: str) -> Change:
    revision, author, at, subject = line.split("\x1f", 3)
    return Change(revision, author, int(at), subject)


# --- committing to it ----------------------------------------------------------------------------


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def commit(
    runtime: Runtime, files: Mapping[str, bytes], message: str, author: Engineer = ON_CALL, *,
    authored: int | None = None, tag: str = "",
) -> str | None:  # fmt: skip
    """Commit files to main and push; the commit, or None if they were so already.

    Args:
        authored: UNIX seconds at which the author made it; now if not given.
        tag: a name for it that is pushed with it.

    Raises:
        SandboxError: git refused, as it does if somebody else pushed in the meantime.
    """
    words = ["sh", "-c", _COMMIT, "commit", author.name, author.mail, message]
    words += [str(authored or ""), tag]
    return _pushed(runtime.exec("bastion", words, stdin=_tar(files), timeout_s=_GIT_WITHIN_S))


def revert(runtime: Runtime, revision: str, author: Engineer = ON_CALL) -> str | None:
    """Commit the opposite of a commit and push; the commit, or None if later ones stand in its way."""
    words = ["sh", "-c", _REVERT, "revert", author.name, author.mail, revision]
    return _pushed(runtime.exec("bastion", words, timeout_s=_GIT_WITHIN_S))


def _pushed(done: ExecResult) -> str | None:
    if done.exit_code == 3:
        return None
    if done.exit_code:
        raise SandboxError(f"the repository refused: {_last_line(done)}")
    return done.stdout.strip()
