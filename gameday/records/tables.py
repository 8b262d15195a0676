"""The tables, as the newest migration leaves them. Times are UNIX seconds, durations end in `_s`.

What comparison, currency and history ask for has columns of its own. The rest of a scorecard is kept as the
JSON that it was, in a table of its own, so that reading many drills reads little.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

REVISIONS = ("0001",)
"""Every migration that this version knows, oldest first; a test holds it to the files."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, unique=True, doc="null once the person asked to be forgotten"),
    Column("pseudonym", String, nullable=False, unique=True),
    Column("made_at", Double, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("made_at", Double, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("team_id", ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", Double, nullable=False),
)

drills = Table(
    "drills",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String, nullable=False, unique=True),
    Column("digest", String, nullable=False, doc="SHA-256 of what the run folder held"),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("codename", String, nullable=False),
    Column("pack", String, nullable=False),
    Column("variant", String, nullable=False),
    Column("family", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("advisor", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("style", String, nullable=False),
    Column("runtime", String, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("started", Double, nullable=False),
    Column("ended", Double, nullable=False),
    Column("outcome", String, nullable=False, doc="why it ended"),
    Column("limit_s", Double, nullable=False),
    Column("par_s", Double),
    Column("void", Boolean, nullable=False, doc="it has no score"),
    Column("spoiled", Boolean, nullable=False, doc="the pack was named"),
    Column("simulated", Boolean, nullable=False, doc="nobody played it"),
    Column("assistants", JSON, nullable=False, doc="assistants seen on the machine"),
    Column("schema", Integer, nullable=False, doc="of the journal"),
    Index(None, "digest"),
    Index(None, "started"),
    Index(None, "person_id", "started"),
)

scorecards = Table(
    "scorecards",
    metadata,
    Column("drill_id", ForeignKey("drills.id", ondelete="CASCADE"), primary_key=True),
    Column("schema", Integer, nullable=False),
    Column("time_to_acknowledge_s", Double),
    Column("time_to_hypothesis_s", Double),
    Column("time_to_mitigate_s", Double, nullable=False, doc="censored here unless mitigated"),
    Column("mitigated", Boolean, nullable=False),
    Column("diagnosis", Double, nullable=False, doc="D, 0 to 1"),
    Column("correct", Boolean, nullable=False),
    Column("confidence", Double, doc="in the diagnosis"),
    Column("customer_minutes_lost", Double, nullable=False),
    Column("money_lost", Double, nullable=False),
    Column("response_skill", Double),
    Column("harmful", Integer, nullable=False, doc="harmful actions"),
    Column("stabilised_first", Boolean, nullable=False),
    Column("beliefs", Integer, nullable=False),
    Column("brier", Double),
    Column("overconfidence", Double),
    *(
        Column(f"{name}_{part}", Integer, nullable=False)
        for name in ("rair", "rsr", "commission")
        for part in ("k", "n")
    ),
)

vectors = Table(
    "vectors",
    metadata,
    Column("drill_id", ForeignKey("drills.id", ondelete="CASCADE"), primary_key=True),
    Column("stated", JSON, nullable=False, doc="truth, answer, beliefs and hints' claims"),
    Column("vector", JSON, nullable=False, doc="the whole scorecard"),
)

hints = Table(
    "hints",
    metadata,
    Column("drill_id", ForeignKey("drills.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at_s", Double, nullable=False, doc="since the onset"),
    Column("confidence", Double, nullable=False),
    Column("right", Boolean, doc="null where it named no cause"),
    Column("fate", String, nullable=False),
    Column("followed", Boolean, nullable=False),
    Column("right_before", Boolean),
    Column("right_after", Boolean),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("run", String, primary_key=True, doc="never to be taken in again"),
    Column("forgotten_at", Double, nullable=False),
)
