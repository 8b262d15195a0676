"""What a scenario pack says, as typed, frozen models. The keys are the contract with authors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from scenarios.taxonomy import taxonomy


def seconds(value: Any) -> Any:
    """`45`, `45s` and `2m` as seconds."""
    if isinstance(value, str) and value[-1:] in "sm" and value[:-1].replace(".", "", 1).isdigit():
        return float(value[:-1]) * (60 if value.endswith("m") else 1)
    return value


def _known(group: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in getattr(taxonomy(), group):
            raise ValueError(f"{name!r} is not one of the {group} in taxonomy.yaml")
        return name

    return AfterValidator(check)


Seconds = Annotated[float, BeforeValidator(seconds), Field(ge=0)]
Mechanism = Annotated[str, _known("mechanisms")]
Trigger = Annotated[str, _known("triggers")]
Factor = Annotated[str, _known("contributing")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(_Part):
    """A real incident that the pack follows."""

    title: str
    url: str


class Limits(_Part):
    drill_s: Seconds = 1200
    """How long the engineer has."""
    hold_s: Seconds = 20
    """How long customers must be served again for a mitigation to count."""


class Delay(_Part):
    """The hidden delay between a proven baseline and the fault is drawn from here, s."""

    least_s: Seconds = 15
    most_s: Seconds = 60


class Variant(_Part):
    """Looks alike outside and differs inside."""

    id: Slug
    configuration: dict[str, str | int | float] = Field(default_factory=dict)
    """Goes into the experiment's `configuration` block."""


class Discriminator(_Part):
    """A signal that tells the truth apart from the tempting story."""

    say: str
    promql: str
    before: str = ""
    """What holds before the onset, as `> 0.8`."""
    after: str = ""


class Truth(_Part):
    """What really happened. Hidden until the debrief."""

    components: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    mechanisms: Annotated[tuple[Mechanism, ...], Field(min_length=1, max_length=2)]
    trigger: Trigger
    contributing: tuple[Factor, ...] = ()
    chain: tuple[str, ...]
    discriminators: tuple[Discriminator, ...] = ()


class Fix(_Part):
    """Steps as typed at the `ops` line; `wait N` waits N seconds."""

    id: Slug
    steps: tuple[str, ...]
    why: str = ""


class Fixes(_Part):
    accepted: tuple[Fix, ...]
    tempting: tuple[Fix, ...] = ()
    harmful: tuple[Fix, ...] = ()


class Claim(_Part):
    components: tuple[str, ...]
    mechanisms: tuple[Mechanism, ...]


class Advice(_Part):
    """One line of the scripted advisor; its claim is graded like a person's answer."""

    after: Seconds
    """Seconds after the page."""
    kind: Literal["observation", "diagnosis"] = "diagnosis"
    claim: Claim | None = None
    confidence: Annotated[float, Field(ge=0, le=1)]
    says: str
    evidence: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    suggests: str = ""


class AdviceLines(_Part):
    right: tuple[Advice, ...] = ()
    wrong: tuple[Advice, ...] = ()


class Par(_Part):
    mitigate_s: Seconds


class Scenario(_Part):
    """`scenario.yaml`."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    id: Slug
    family: Slug
    """The skill that currency counts."""
    title: str
    severity: Literal["sev1", "sev2", "sev3"]
    difficulty: Annotated[int, Field(ge=1, le=5)]
    references: tuple[Reference, ...] = ()
    briefing: str
    limits: Limits = Limits()
    delay: Delay = Delay()
    needs: tuple[str, ...] = ()
    """Capabilities that the runtime must have."""
    variants: Annotated[tuple[Variant, ...], Field(min_length=1)]
    truth: Truth
    fixes: Fixes
    advice: AdviceLines = AdviceLines()
    par: Par


class Pack(_Part):
    """A scenario with the folder that it was read from."""

    folder: Path
    scenario: Scenario

    @property
    def experiment(self) -> Path:
        return self.folder / "experiment.yaml"

    def runbooks(self) -> dict[str, str]:
        """The company's runbooks by name, as Markdown; right, outdated or wrong."""
        paths = sorted((self.folder / "runbooks").glob("*.md"))
        return {path.stem: path.read_text(encoding="utf-8") for path in paths}

    def variant(self, name: str) -> Variant:
        """The variant of that name.

        Raises:
            KeyError: there is none.
        """
        for variant in self.scenario.variants:
            if variant.id == name:
                return variant
        raise KeyError(name)
