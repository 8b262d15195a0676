"""The people of a drill: what is said on the channel, who answers when paged, who asks for an ETA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from scenarios.terms import Part, Seconds, Slug, Text


class Happening(Part):
    """Something that the engineer or the world did. Exactly one key."""

    write: Slug | None = Field(
        default=None, description="The first write with this `ops` verb, such as `restart` or `scale`."
    )
    mitigated: bool | None = Field(
        default=None, description="`true`: customers are served again; `false`: it relapsed."
    )
    acknowledged: bool | None = Field(default=None, description="`true`: the page was acknowledged.")
    paged: Slug | None = Field(default=None, description="This person was paged.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Happening:
        if len(self.model_fields_set) != 1:
            raise ValueError("takes exactly one of: write, mitigated, acknowledged, paged")
        if self.acknowledged is False:
            raise ValueError("acknowledged can only be true; leave it out instead")
        return self


class Line(Part):
    """Something that is said, once."""

    at: Seconds | None = Field(
        default=None, description="Seconds after the first page; with `when`, after what happened."
    )
    when: Happening | None = Field(default=None, description="What has to happen first.")
    says: Text = Field(description="The words.")

    @model_validator(mode="after")
    def _some_time(self) -> Line:
        if self.at is None and self.when is None:
            raise ValueError("says neither `at` nor `when`; give at least one of the two")
        return self


class ChannelLine(Line):
    """A colleague's line on the on-call channel."""

    who: Slug = Field(description="One of the company's people, by key.")


class Owner(Part):
    """Somebody who can be paged, and answers from memory."""

    who: Slug = Field(description="One of the company's people, by key.")
    knows: Slug = Field(description="What they know best: a service.")
    answers: Mapping[str, Text] = Field(
        default_factory=dict,
        description="What they say, by a word in the question; `default` is for any other.",
    )
    delay_s: Seconds = Field(default=30, description="Seconds from being paged to the answer.")
    available: bool = Field(default=True, description="Whether they can be reached at all.")
    on_leave_until: Text | None = Field(
        default=None,
        description="Back on this day, as their out-of-office reply says; then they don't answer.",
    )

    @model_validator(mode="after")
    def _answers_if_there(self) -> Owner:
        if self.available and not self.on_leave_until and "default" not in self.answers:
            raise ValueError("is there to be paged, but has no answer `default`")
        return self


class Cast(Part):
    """Who speaks in the drill."""

    channel: tuple[ChannelLine, ...] = Field(default=(), description="The on-call channel.")
    owners: tuple[Owner, ...] = Field(default=(), description="People who can be paged.")
    executive: tuple[Line, ...] = Field(default=(), description="Somebody in charge who wants an ETA.")
    support: tuple[Line, ...] = Field(default=(), description="Support, with customers' words.")


Confidence = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
