"""The engineer's desk: carries out what a person asks for, and writes down what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

from gameday.drill import commands as do
from gameday.drill import people
from gameday.drill.bastion import BastionShell
from gameday.drill.facts import Facts, Say
from gameday.drill.people import People
from gameday.drill.quota import Quota
from gameday.drill.session import CommandRefused, Vocabulary
from gameday.drill.terms import vocabulary
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.text import plain
from sandbox.errors import BadStack
from sandbox.operate.answer import more_of
from sandbox.operate.execute import Operator
from sandbox.operate.lines import Operation, parse, usage
from sandbox.operate.outcome import Outcome
from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack
from sandbox.world.deployer import Deployer
from sandbox.world.keeper import Reply, ShellLine

_OUTPUT_KEPT = 8_000
"""Characters of a command's output that the journal keeps."""

PAUSED = "the drill is paused"

_NOTHING = ("none",)
"""The mechanisms of a claim that nothing is wrong."""

DeskCommand = (
    do.Acknowledge
    | do.Note
    | do.Operate
    | do.Shell
    | do.PagePerson
    | do.Believe
    | do.Pin
    | do.RuleOut
    | do.Look
    | do.DisposeHint
    | do.SubmitDiagnosis
    | do.StandDown
)


class Desk:
    """Acts on one sandbox in one drill."""

    def __init__(
        self, facts: Facts, say: Say, stack: Stack, runtime: Runtime, clock: Clock, colleagues: People
    ) -> None:
        self._facts = facts
        self._say = say
        self._stack = stack
        self._runtime = runtime
        self._clock = clock
        self._people = colleagues
        self._operator: Operator | None = None
        self._quota = Quota()
        self._shell_there = BastionShell(runtime)
        self.vocabulary: Vocabulary = vocabulary(stack)

    def open(self, deployer: Deployer) -> None:
        """The company runs; from now on operations are carried out."""
        self._operator = Operator(self._runtime, self._stack, deployer)

    def close(self) -> None:
        if self._operator is not None:
            self._operator.close()

    def understand(self, line: str) -> Operation:
        """What an `ops` line asks for.

        Raises:
            CommandRefused: it can't be understood, or the company's rules forbid it.
        """
        try:
            return parse(self._stack, line)
        except BadStack as error:
            raise CommandRefused(str(error)) from error

    def blast_radius(self, line: str) -> str | None:
        """What a write line would touch, in one sentence; None for a read.

        Raises:
            CommandRefused: it can't be understood.
        """
        match people.understood(line):
            case do.PagePerson(who):
                return f"Rings {people.find(who).name}, wherever they are now."
            case "channel":
                return None
        operation = self.understand(line)
        return operation.blast_radius if operation.tier == "write" else None

    async def carry_out(self, command: DeskCommand) -> None:
        """Do what was asked.

        Raises:
            CommandRefused: it makes no sense now; with one sentence.
        """
        if self._facts.pauses.paused and not isinstance(command, do.Note):
            raise CommandRefused(PAUSED)
        match command:
            case do.Acknowledge():
                self._acknowledge()
            case do.Note(text):
                self._say(ev.Noted(text=text), "engineer")
            case do.PagePerson(who, question):
                self._people.page(who, question)
            case do.Operate(line) if asked := people.understood(line):
                self._ask(asked, line)
            case do.Operate(line):
                if self.understand(line).follow:
                    raise CommandRefused(
                        "here lines aren't followed; the log view does, and so does the bastion"
                    )
                await self._operate(line)
            case do.Shell(line):
                await self._shell(line)
            case do.Believe():
                self._believe(command)
            case do.Pin():
                self._pin(command)
            case do.RuleOut():
                self._rule_out(command)
            case do.Look(line):
                self._look(line)
            case do.DisposeHint(hint, fate, reason):
                self._dispose(hint, fate, reason)
            case do.SubmitDiagnosis():
                self._diagnose(command)
            case do.StandDown(reason):
                self._stand_down(reason)

    def _acknowledge(self) -> None:
        if self._facts.paged_at is None:
            raise CommandRefused("the pager has not rung")
        if self._facts.acknowledged:
            raise CommandRefused("the page is acknowledged already")
        self._facts.acknowledged = True
        self._say(ev.Acknowledged(), "engineer")

    def _stand_down(self, reason: str) -> None:
        if self._facts.paged_at is None:
            raise CommandRefused("the pager has not rung, so there is nothing to stand down from")
        self._say(ev.StoodDown(reason=reason), "engineer")

    def _ask(self, asked: do.PagePerson | Literal["channel"], line: str) -> str:
        """Something that people answer; what is said to it at once."""
        if isinstance(asked, do.PagePerson):
            return f"{self._people.page(asked.who, asked.question).name} is being paged"
        said = self._people.channel()
        kept = said[-_OUTPUT_KEPT:]
        self._say(ev.Operated(line=line, tier="read", exit_code=0, duration_s=0.0, output=kept), "engineer")
        return said

    async def answer(self, line: str, *, sure: bool) -> Reply:
        """What `ops` on the bastion asks for; journaled like what is asked here."""
        if self._facts.pauses.paused:
            return Reply(1, PAUSED)
        if self._facts.ended:
            return Reply(1, "nobody carries out operations any more")
        if line.strip() == "help":
            more = "\n".join(f"{verb.usage}  {verb.help}" for verb in people.VERBS)
            return Reply(0, f"{usage()}\n{more}")
        try:
            asked = people.understood(line)
            if asked is not None:
                would = None if sure else self.blast_radius(line)
                return Reply(0, "" if would else self._ask(asked, plain(line)), would=would or "")
            operation = self.understand(line)
            if operation.tier == "write" and not sure:
                return Reply(0, "", would=operation.blast_radius)
            begun = self._clock.wall()
            outcome = await self._operate(plain(line), from_bastion=True)
        except CommandRefused as refused:
            return Reply(BadStack.exit_code, str(refused))
        changed = outcome.changed if operation.tier == "write" else ""
        cursor = begun if operation.follow and not outcome.exit_code else 0.0
        return Reply(outcome.exit_code, outcome.text, changed=changed, cursor=cursor)

    def more(self, line: str, after: float) -> Reply:
        """What came since for an `ops` line that is followed; the line itself is in the journal. Blocks."""
        if self._facts.ended or self._operator is None:
            return Reply(1, "nobody carries out operations any more")
        try:
            return more_of(self._operator, self.understand(line), after)
        except (CommandRefused, BadStack) as refused:
            return Reply(BadStack.exit_code, str(refused))

    def heard(self, ran: ShellLine) -> None:
        """A command line ended in the bastion's own shell."""
        if not self._facts.ended:
            said = ev.Operated(
                line=plain(ran.line),
                tier="shell",
                exit_code=ran.exit_code,
                duration_s=ran.duration_s,
                output="",
            )
            self._write_down(said)

    def _write_down(self, said: ev.Operated) -> None:
        """Journal what was done on the bastion, where a loop may do it a hundred times a second."""
        if said.tier != "write" and not self._quota.admit(self._clock.mono_ns()):
            return
        self.say_what_was_left_out()
        self._say(said, "engineer")

    def say_what_was_left_out(self) -> None:
        """Journal how many lines from the bastion were too many to be journaled."""
        count = self._quota.take_left_out()
        if count:
            text = f"({count} more lines on the bastion, too many at once to be kept)"
            self._say(
                ev.Operated(line=text, tier="shell", exit_code=0, duration_s=0.0, output=""), "engineer"
            )

    async def _operate(self, line: str, *, from_bastion: bool = False) -> Outcome:
        operation = self.understand(line)
        if self._operator is None:
            raise CommandRefused("the company is still starting")
        begun = self._clock.mono_ns()
        outcome = await asyncio.to_thread(self._operator.carry_out, operation)
        took_s = (self._clock.mono_ns() - begun) / 1e9
        said = ev.Operated(
            line=line,
            tier=operation.tier,
            exit_code=outcome.exit_code,
            duration_s=round(took_s, 3),
            output=outcome.text[:_OUTPUT_KEPT],
            changed=outcome.changed if operation.tier == "write" else "",
        )
        if from_bastion:
            self._write_down(said)
        else:
            self._say(said, "engineer")
        return outcome

    async def _shell(self, line: str) -> None:
        if self._operator is None:
            raise CommandRefused("the company is still starting")
        done = await asyncio.to_thread(self._shell_there.run, line)
        said = ev.Operated(
            line=line,
            tier="shell",
            exit_code=done.exit_code,
            duration_s=round(done.duration_s, 3),
            output=(done.stdout + done.stderr)[:_OUTPUT_KEPT],
        )
        self._say(said, "engineer")

    def _believe(self, belief: do.Believe) -> None:
        self._check_claim(belief.components, belief.mechanisms)
        said = ev.Believed(
            components=belief.components,
            mechanisms=belief.mechanisms,
            confidence=_share(belief.confidence),
            text=belief.text,
            checkpoint=self._facts.checkpoint,
        )
        self._facts.checkpoint = None
        self._say(said, "engineer")

    def _pin(self, pin: do.Pin) -> None:
        self._check_claim(pin.components, pin.mechanisms)
        if (pin.bearing == "none") != (not (pin.components or pin.mechanisms)):
            raise CommandRefused("evidence is for or against a hypothesis, or neither: name both or none")
        said = ev.EvidencePinned(
            source=pin.source, text=pin.text, bearing=pin.bearing,
            components=pin.components, mechanisms=pin.mechanisms,
        )  # fmt: skip
        self._say(said, "engineer")

    def _rule_out(self, ruled: do.RuleOut) -> None:
        self._check_claim(ruled.components, ruled.mechanisms)
        if not (ruled.components or ruled.mechanisms):
            raise CommandRefused("say what is ruled out: a component, a mechanism or both")
        said = ev.RuledOut(components=ruled.components, mechanisms=ruled.mechanisms, reason=ruled.reason)
        self._say(said, "engineer")

    def _look(self, line: str) -> None:
        """Write down what was looked at; nothing else comes of it, so it must be a read."""
        if self.understand(line).tier != "read":
            raise CommandRefused(f"{line!r} does more than look")
        self._say(ev.Operated(line=line, tier="read", exit_code=0, duration_s=0.0, output=""), "engineer")

    def _dispose(self, hint: int, fate: ev.Fate, reason: str) -> None:
        if hint not in self._facts.hints:
            raise CommandRefused(f"there is no hint {hint}")
        self._facts.disposed.add(hint)
        self._say(ev.HintDisposed(hint=hint, fate=fate, reason=reason), "engineer")

    def _diagnose(self, answer: do.SubmitDiagnosis) -> None:
        if self._facts.paged_at is None:
            raise CommandRefused("nothing has happened yet that could be diagnosed")
        self._check_claim(answer.components, answer.mechanisms)
        if answer.mechanisms != _NOTHING and not (answer.components and answer.mechanisms):
            raise CommandRefused("a diagnosis names a component and a mechanism, or the mechanism none alone")
        _check(self.vocabulary.triggers, (answer.trigger,), "trigger")
        _check(self.vocabulary.contributing, answer.contributing, "contributing factor")
        said = ev.DiagnosisSubmitted(
            components=answer.components,
            mechanisms=answer.mechanisms,
            trigger=answer.trigger,
            contributing=answer.contributing,
            confidence=_share(answer.confidence),
            text=answer.text,
        )
        self._facts.diagnosed = True
        self._facts.checkpoint = None
        self._say(said, "engineer")

    def _check_claim(self, components: Sequence[str], mechanisms: Sequence[str]) -> None:
        _check(self.vocabulary.components, components, "component", most=2)
        _check(self.vocabulary.mechanisms, mechanisms, "mechanism", most=2)
        if "none" in mechanisms and (components or tuple(mechanisms) != _NOTHING):
            raise CommandRefused("the mechanism none says that nothing is wrong: it stands alone")


def _check(terms: Mapping[str, str], names: Sequence[str], word: str, most: int | None = None) -> None:
    if most is not None and len(names) > most:
        raise CommandRefused(f"at most {most} {word}s may be named")
    for name in names:
        if name not in terms:
            raise CommandRefused(f"{name!r} is no {word}; there are: {', '.join(terms)}")


def _share(confidence: float) -> float:
    if not 0.0 <= confidence <= 1.0:
        raise CommandRefused(f"a confidence is between 0 and 1, not {confidence:g}")
    return confidence
