"""What a scenario pack says, as typed, frozen models. The keys are the contract with authors.

A part may say what differs between variants under `per_variant`: variant → keys of that part, which are
laid over the common ones (mappings are merged, lists replaced). `Scenario.of` gives the whole that one
variant comes to; nothing else should be played.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scenarios.parts import AdviceLines, Expectations, Fixes, Fraud, Load, Observability, Par, Truth
from scenarios.people import Cast
from scenarios.terms import Part, Seconds, Slug, Text, nearest

BRIEFING = (
    "You are on call for Lumen, a shop that prints photos. Customers look around, upload pictures and "
    "order. A picture goes through the edge and the storefront to vision, the image model, which captions "
    "it in one of its compute slots if the cache doesn't know it. An order goes to checkout, which keeps "
    "it, asks payments to charge the card at the bank, and hands what is paid to the worker. An account "
    "that has never ordered gets its first 22 prints for free; paper and postage cost the shop 0.40 each.\n\n"
    "Nothing is wrong yet. When the pager rings: acknowledge, find out what is going on, see to it that "
    "customers are served, and say what it was. Stand down when you are not needed."
)
"""What an engineer knows of the company. It is the same whatever will break."""

Need = Literal["exec", "copy_in", "restart", "scale", "pause", "kill", "limit", "partition", "names"]
"""What a runtime may be able to do."""
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\.ya?ml$", max_length=80)]


class Reference(Part):
    """A real incident that the pack follows."""

    title: Text = Field(description="Its name.")
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] = Field(description="Where it is told.")


class Limits(Part):
    """How long a drill takes."""

    drill_s: Annotated[Seconds, Field(gt=0)] = Field(
        default=1200, description="How long the engineer has, s."
    )
    hold_s: Annotated[Seconds, Field(gt=0)] = Field(
        default=20, description="How long customers must be served again for a mitigation to count, s."
    )


class Delay(Part):
    """The hidden delay between a proven baseline and the fault is drawn from here."""

    least_s: Seconds = Field(default=15, description="The shortest, s.")
    most_s: Seconds = Field(default=60, description="The longest, s.")

    @model_validator(mode="after")
    def _in_order(self) -> Delay:
        if self.least_s > self.most_s:
            raise ValueError("least_s is more than most_s")
        return self


class Variant(Part):
    """Looks alike outside and differs inside."""

    id: Slug = Field(description="Its name within the pack.")
    configuration: Mapping[str, str | int | float | bool] = Field(
        default_factory=dict, description="Goes into the experiment's `configuration` block."
    )
    experiment: FileName = Field(
        default="experiment.yaml",
        description="The experiment that this variant plays, a file beside this one.",
    )
    draft: bool = Field(
        default=False,
        description="It is not proven by a rehearsal yet: it is played when it is named, never drawn blind.",
    )


class Common(Part):
    """What every variant of a pack shares."""

    schema_: Literal[1] = Field(alias="schema", description="The version of this format.")
    id: Slug = Field(description="The pack's name, as its folder is called.")
    family: Slug = Field(description="The skill that currency counts.")
    title: Text = Field(description="The pack's title; it may tell the truth, and is shown afterwards.")
    severity: Literal["sev1", "sev2", "sev3"] = Field(description="As the company would declare it.")
    difficulty: Annotated[int, Field(ge=1, le=5)] = Field(description="From 1 to 5, the author's guess.")
    references: tuple[Reference, ...] = Field(default=(), description="Real incidents that it follows.")
    briefing: Text = Field(
        default=BRIEFING,
        description="What the engineer reads before; packs that leave it out can't be told apart by it.",
    )
    limits: Limits = Field(default=Limits(), description="How long things take.")
    delay: Delay = Field(default=Delay(), description="The hidden delay before the fault.")
    needs: tuple[Need, ...] = Field(default=(), description="What the runtime must be able to do.")


class Case(Common):
    """One variant as it is played: the common parts with what the variant says instead."""

    variant: Variant
    truth: Truth
    fixes: Fixes
    advice: AdviceLines = AdviceLines()
    cast: Cast = Cast()
    load: Load = Load()
    observability: Observability = Observability()
    expectations: Expectations = Expectations()
    fraud: Fraud | None = None
    par: Par

    @model_validator(mode="after")
    def _something_helps(self) -> Case:
        if not self.fixes.accepted and not self.truth.is_nothing:
            raise ValueError("fixes.accepted is empty although something is wrong")
        return self


PARTS: Mapping[str, type[Part]] = {
    "truth": Truth, "fixes": Fixes, "advice": AdviceLines, "cast": Cast, "load": Load,
    "observability": Observability, "expectations": Expectations, "fraud": Fraud, "par": Par,
}  # fmt: skip
"""The keys that may have a `per_variant`."""

RawPart = dict[str, Any]


class Scenario(Common):
    """`scenario.yaml`: the common parts as they are written, and what differs."""

    variants: Annotated[tuple[Variant, ...], Field(min_length=1)] = Field(
        description="Three or more that look alike outside and differ inside."
    )
    truth: RawPart = Field(description=Truth.__doc__)
    fixes: RawPart = Field(description=Fixes.__doc__)
    advice: RawPart = Field(default={}, description=AdviceLines.__doc__)
    cast: RawPart = Field(default={}, description=Cast.__doc__)
    load: RawPart = Field(default={}, description=Load.__doc__)
    observability: RawPart = Field(default={}, description=Observability.__doc__)
    expectations: RawPart = Field(default={}, description=Expectations.__doc__)
    fraud: RawPart | None = Field(default=None, description=Fraud.__doc__)
    par: RawPart = Field(description=Par.__doc__)

    @model_validator(mode="after")
    def _variants_are_known(self) -> Scenario:
        names = [variant.id for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError("two variants have the same id")
        for part in PARTS:
            differing = (getattr(self, part) or {}).get("per_variant", {})
            if not isinstance(differing, dict) or not all(isinstance(v, dict) for v in differing.values()):
                raise ValueError(f"{part}.per_variant: is not: variant → keys of {part}")
            for name in differing:
                if name not in names:
                    raise ValueError(f"{part}.per_variant: no variant {name!r}; {nearest(str(name), names)}")
        return self

    def of(self, variant: str) -> Case:
        """The scenario as that variant plays it.

        Raises:
            KeyError: there is no such variant.
            ValidationError: what it comes to is not valid; the loader has looked before.
        """
        found = {each.id: each for each in self.variants}[variant]
        common = {name: getattr(self, name) for name in Common.model_fields if name != "schema_"}
        parts = {name: resolved(getattr(self, name), variant) for name in PARTS if getattr(self, name)}
        return Case.model_validate({"schema": self.schema_, **common, "variant": found, **parts})


def laid_over(common: Mapping[str, Any], differing: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; anything else takes the place of what was there."""
    merged = dict(common)
    for key, value in differing.items():
        old = merged.get(key)
        merged[key] = laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def resolved(part: Mapping[str, Any], variant: str) -> dict[str, Any]:
    """A part as one variant has it."""
    common = {key: value for key, value in part.items() if key != "per_variant"}
    return laid_over(common, part.get("per_variant", {}).get(variant, {}))


class Pack(Part):
    """A scenario with the folder that it was read from."""

    folder: Path
    scenario: Scenario

    @property
    def commits(self) -> Path:
        """Where its commits for the company's repository lie; it may not be there."""
        return self.folder / "commits"

    def experiment(self, variant: str) -> Path:
        """The experiment that a variant plays."""
        return self.folder / self.variant(variant).experiment

    def runbooks(self) -> dict[str, str]:
        """The company's runbooks by name, as the company has them: Markdown without front matter."""
        from scenarios.runbooks import shelf

        return shelf(self.folder)

    def variant(self, name: str) -> Variant:
        """The variant of that name.

        Raises:
            KeyError: there is none.
        """
        for variant in self.scenario.variants:
            if variant.id == name:
                return variant
        raise KeyError(name)
