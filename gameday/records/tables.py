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

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
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

aliases = Table(
    "aliases",
    metadata,
    Column("name", String, primary_key=True, doc="under which somebody's drills come in too"),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
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
    Column("spoiled", Boolean, nullable=False, doc="the pack was named, or the drill paused"),
    Column("simulated", Boolean, nullable=False, doc="nobody played it"),
    Column("assistants", JSON, nullable=False, doc="assistants seen on the machine"),
    Column("schema", Integer, nullable=False, doc="of the journal"),
    # What a plan assigned; null outside a plan.
    Column("block", String, doc="the pair that the drill belongs to"),
    Column("block_order", Integer, doc="1 or 2: its place in the pair"),
    Column("planned_mode", String),
    Column("planned_policy", String, doc="which hints it was to get; null without the AI"),
    Column("randomised", Boolean, doc="false once a lead set aside what chance had chosen"),
    Column("observer", String, doc="who watched it"),
    Column("met", Boolean, doc="something was broken in it, so the engineer knows the variant"),
    Column("busy", Double, doc="share of the processors' time during the incident; null where not measured"),
    Index(None, "block"),
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
    Column("time_to_mitigate_s", Double, doc="censored here unless mitigated; null if nothing was wrong"),
    Column("mitigated", Boolean, doc="null if nothing was wrong"),
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
    Column("no_fault", String, doc="what a drill without a fault came to"),
    Column("stood_down_s", Double, doc="since the onset"),
    # What is graded when a drill is taken in; null for drills that an older version took in.
    Column("felt_s", Double, doc="from the page to the end, as it felt"),
    Column("real_s", Double, doc="the same by the clock"),
    Column("harm_minutes", Double, doc="customer-minutes lost that doing nothing would not have cost"),
    Column("answer_components", String, doc="one a line"),
    Column("wrong_components", String, doc="that only wrong hints named, one a line"),
    Column("confidences", String, doc="of beliefs and diagnosis, as `0.6+ 0.9-`: + was right"),
    *(Column(f"missed_{part}", Integer, doc="true factors that no hint named") for part in ("k", "n")),
    *(
        Column(f"{claim}_{fate}", Integer, doc="hints")
        for claim in ("right", "wrong")
        for fate in ("taken", "left")
    ),
    Column("waiting_s", Double, doc="for hints"),
    Column("reading_s", Double, doc="hints, until it was said what became of them"),
    Column("astray_s", Double, doc="after wrong hints"),
    Column("rating", String, doc="again, hard, good or easy; null for drills with the AI"),
    Column("rated_by_par_s", Double, doc="the par of the day on which it was rated"),
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

cards = Table(
    "cards",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("family", String, primary_key=True),
    Column("drills", Integer, nullable=False, doc="rated drills that are folded into it"),
    Column("state", Integer, nullable=False, doc="fsrs's own, as are the next two"),
    Column("stability", Double, nullable=False),
    Column("difficulty", Double, nullable=False),
    Column("due", Double, nullable=False),
    Column("last_review", Double, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("outcome", String, primary_key=True, doc="the one that was declared in advance"),
    Column("pairs", Integer, primary_key=True, autoincrement=False, doc="at which it was planned"),
    Column("looked_at", Double, nullable=False),
    Column("engineers", Integer, nullable=False),
    # What it found; null where an order had too few pairs.
    Column("p", Double),
    Column("least_p", Double),
    Column("method", String),
    Column("direction", Integer),
    Column("effect", Double),
    Column("low", Double),
    Column("high", Double),
    Column("level", Double),
)

plans = Table(
    "plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("digest", String, nullable=False, doc="of the roster that it was made from"),
    Column("seed", BigInteger, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("length_min", Integer, nullable=False),
    Column("hints", JSON, nullable=False, doc="the stated rate of each hint policy"),
)

planned = Table(
    "planned",
    metadata,
    Column("block", String, primary_key=True, doc="the pair; named after its plan"),
    Column(
        "block_order", Integer, primary_key=True, autoincrement=False, doc="1 or 2: its place in the pair"
    ),
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("team", String, nullable=False),
    Column("family", String, nullable=False),
    Column("pack", String, nullable=False),
    Column("variant", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("advisor", String, nullable=False),
    Column("policy", String, doc="hidden from the engineer; null without the AI"),
    Column("style", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("zone", String, nullable=False, doc="the engineer's time zone"),
    Column("randomised", Boolean, nullable=False, doc="false once a lead set chance aside"),
    Column("unsealed", Boolean, nullable=False, doc="a lead opened the block's debriefs early"),
    Column("withdrawn", Boolean, nullable=False),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("run", String, primary_key=True, doc="never to be taken in again"),
    Column("forgotten_at", Double, nullable=False),
)
