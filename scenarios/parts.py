"""The parts of `scenario.yaml` that may differ between its variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.people import Confidence
from scenarios.terms import Component, Factor, Mechanism, Part, Seconds, Slug, Text, Trigger

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Tolerance = Annotated[str, Field(pattern=r"^(|(<|<=|>|>=|==) ?-?[0-9.]+)$")]


class Load(Part):
    """Who comes to the shop. Written to the customers' own configuration before the drill."""

    profile: Literal["evening", "afternoon", "night"] = Field(
        default="evening", description="How busy it is; `evening` is what the company is built for."
    )
    customers: Annotated[int, Field(ge=1, le=500)] | None = Field(
        default=None, description="People at their screens, instead of the profile's."
    )
    arrivals_per_s: Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)] | None = Field(
        default=None, description="Photos that arrive a second, instead of the profile's."
    )
    new_photo_share: Share | None = Field(
        default=None, description="Share of these that nobody uploaded before; 0.05 on an ordinary evening."
    )
    album: Annotated[int, Field(ge=1, le=60)] | None = Field(
        default=None,
        description="Photos that each of the forty who upload uploads again and again, known to the cache; "
        "3 on an ordinary evening.",
    )


class Observability(Part):
    """How much is written down; applied to every service before the drill."""

    log_sampling: Share | None = Field(
        default=None, description="Share of successful requests that leave a log line; failures always do."
    )
    trace_sampling: Share | None = Field(default=None, description="Share of requests that are traced.")


class Discriminator(Part):
    """A signal that tells the truth apart from the tempting story."""

    say: Text = Field(description="What it shows, in one sentence.")
    promql: Text = Field(description="The query, for the company's own metrics.")
    before: Tolerance = Field(default="", description="What holds before the onset, as `> 0.8`.")
    after: Tolerance = Field(default="", description="What holds when it has bitten, as `< 0.4`.")


class Truth(Part):
    """What really happened. Hidden until the debrief."""

    components: Annotated[tuple[Component, ...], Field(max_length=2)] = Field(
        description="Where it lies: services, or `customers` or `bank`. Empty only if nothing is wrong."
    )
    mechanisms: Annotated[tuple[Mechanism, ...], Field(min_length=1, max_length=2)] = Field(
        description="How it breaks, from the taxonomy; `none` alone if nothing is wrong."
    )
    trigger: Trigger = Field(description="What set it off, from the taxonomy.")
    contributing: tuple[Factor, ...] = Field(default=(), description="What made it worse, from the taxonomy.")
    chain: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="The causal chain, a sentence each, from the trigger to the customer."
    )
    discriminators: tuple[Discriminator, ...] = Field(
        default=(), description="Signals that tell it apart from what it looks like."
    )

    @property
    def is_nothing(self) -> bool:
        """Nothing is wrong: a drill without a fault."""
        return self.mechanisms == ("none",)

    @model_validator(mode="after")
    def _none_stands_alone(self) -> Truth:
        if "none" in self.mechanisms and not self.is_nothing:
            raise ValueError("the mechanism `none` stands alone: nothing is wrong, or something is")
        if not self.components and not self.is_nothing:
            raise ValueError("names no component; only with the mechanism `none` may it be empty")
        return self


class Fix(Part):
    """Steps as typed at the `ops` line; `wait N` waits N seconds."""

    id: Slug = Field(description="Its name in rehearsals and debriefs.")
    steps: tuple[Text, ...] = Field(description="Lines of the `ops` vocabulary, or `wait N`.")
    why: str = Field(default="", max_length=1000, description="Why it helps, tempts or harms.")


class AcceptedFix(Fix):
    """A fix that must bring the SLO back and hold it."""

    within_s: Seconds = Field(
        default=180, description="Seconds from its first step until customers are served."
    )
    stabilising: bool = Field(default=False, description="It serves customers and leaves the cause in place.")


class Fixes(Part):
    """What helps, what seems to, and what makes it worse."""

    accepted: tuple[AcceptedFix, ...] = Field(description="Each is proven to mitigate.")
    tempting: tuple[Fix, ...] = Field(default=(), description="Each is proven not to mitigate.")
    harmful: tuple[Fix, ...] = Field(default=(), description="Each costs the engineer, when it is done.")

    @model_validator(mode="after")
    def _names_differ(self) -> Fixes:
        names = [fix.id for fix in (*self.accepted, *self.tempting, *self.harmful)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two fixes are called {twice!r}")
        return self


class Claim(Part):
    """A diagnosis in the taxonomy's terms."""

    components: tuple[Component, ...] = Field(description="Where.")
    mechanisms: tuple[Mechanism, ...] = Field(description="How.")


class Advice(Part):
    """One line of the scripted advisor; its claim is graded like a person's answer."""

    after: Seconds = Field(description="Seconds after the page.")
    kind: Literal["observation", "diagnosis"] = Field(
        default="diagnosis", description="What it claims to be."
    )
    claim: Claim | None = Field(default=None, description="What it claims; an observation may have none.")
    confidence: Confidence = Field(description="As it is stated, from 0 to 1.")
    says: Text = Field(description="The words.")
    evidence: tuple[Text, ...] = Field(default=(), description="What it points at, in the style `evidence`.")
    alternatives: tuple[Text, ...] = Field(default=(), description="What else it could be.")
    suggests: str = Field(default="", max_length=400, description="A line of the `ops` vocabulary.")

    @model_validator(mode="after")
    def _a_diagnosis_claims(self) -> Advice:
        if self.kind == "diagnosis" and self.claim is None:
            raise ValueError("a diagnosis needs a `claim`")
        return self


class AdviceLines(Part):
    """What the scripted advisor says when it is right, and when it is wrong."""

    right: tuple[Advice, ...] = Field(default=(), description="Spoken by the policies `right` and `natural`.")
    wrong: tuple[Advice, ...] = Field(default=(), description="Spoken by the policies `wrong` and `natural`.")


class Bites(Part):
    """Within which times after the injection it shows."""

    violated_s: Seconds | None = Field(
        default=60, description="Seconds until the SLO is violated; null if customers don't notice."
    )
    paged_s: Seconds | None = Field(
        default=90, description="Seconds until somebody is paged; null if nobody is."
    )


class Expectations(Part):
    """What a rehearsal has to see."""

    quiet_s: Seconds = Field(default=30, description="Baseline load that must be quiet before, s.")
    bites: Bites = Field(default=Bites(), description="How soon it shows.")
    heals_itself: bool = Field(default=False, description="It goes away when nothing is done.")
    watch_s: Seconds = Field(default=60, description="How long doing nothing is watched, s.")


class Fraud(Part):
    """What bots get away with costs money: letting them through is no mitigation."""

    costs: Annotated[
        Mapping[
            Literal["browse", "upload", "buy", "login"], Annotated[float, Field(ge=0, allow_inf_nan=False)]
        ],
        Field(min_length=1),
    ] = Field(description="Journey → what each of the bots' successes costs, in the shop's currency.")
    cap_per_min: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        description="A mitigation must keep the loss under this much a minute."
    )

    def stolen(self, successes: Mapping[str, int]) -> float:
        """What so many of the bots' successes, by journey, cost the shop, in its currency."""
        return sum(cost * successes.get(journey, 0) for journey, cost in self.costs.items())


class Par(Part):
    """What a good engineer needs: the author's guess until enough drills exist."""

    mitigate_s: Seconds = Field(description="Seconds from the onset until customers are served again.")
