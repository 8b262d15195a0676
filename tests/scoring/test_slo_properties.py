"""What must be true of the oracle for every series."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.slo import (
    Oracle,
    Requests,
    SecondSli,
    Transition,
    holds,
    mitigated_since,
    violated_since,
)
from tests.scoring.examples import BASELINE, ONSET, SLO

few = settings(max_examples=150, deadline=None)

requests = st.integers(0, 14).flatmap(
    lambda count: st.builds(Requests, st.just(count), st.integers(0, count))
)
any_second = st.fixed_dictionaries({"browse": requests, "buy": requests})
good_second = st.just({"browse": Requests(10, 10), "buy": Requests(2, 2)})
bad_second = st.just({"browse": Requests(10, 3), "buy": Requests(2, 0)})
one_slip = st.just({"browse": Requests(10, 9), "buy": Requests(2, 2)})
dead_second = st.just({"browse": Requests(0, 0), "buy": Requests(0, 0)})
kinds = st.one_of(st.none(), good_second, good_second, bad_second, one_slip, dead_second, any_second)


@st.composite
def series(draw: st.DrawFn) -> list[SecondSli]:
    """A feed around the onset: stretches of one kind each, some of them missing."""
    stretches = draw(st.lists(st.tuples(kinds, st.integers(1, 30)), min_size=1, max_size=8))
    seconds: list[SecondSli] = []
    second = int(ONSET) - draw(st.integers(-5, 20))
    for journeys, length in stretches:
        for _ in range(length):
            if journeys is not None:
                seconds.append(SecondSli(second, journeys))
            second += 1
    return seconds


onsets = st.floats(ONSET, ONSET + 30)
hold_times = st.floats(1, 40)


def feed(seconds: list[SecondSli], onset: float, hold_s: float) -> list[Transition]:
    oracle = Oracle(onset, SLO, BASELINE, hold_s)
    return [change for second in seconds for change in oracle.feed(second)]


@few
@given(series(), onsets, hold_times)
def test_never_before_the_onset(seconds: list[SecondSli], onset: float, hold_s: float) -> None:
    """A mitigation starts after the violation, and that at or after the onset."""
    since = mitigated_since(seconds, onset, SLO, BASELINE, hold_s)
    violated = violated_since(seconds, onset, SLO, BASELINE)
    assert since is None or (violated is not None and since > violated >= onset)


@few
@given(series(), onsets, hold_times)
def test_never_while_violated(seconds: list[SecondSli], onset: float, hold_s: float) -> None:
    """In the second where a mitigation starts, somebody is served and no journey is below target."""
    since = mitigated_since(seconds, onset, SLO, BASELINE, hold_s)
    if since is not None:
        first = next(item for item in seconds if item.second == since)
        assert any(item.good for item in first.journeys.values())
        assert all(item.good >= SLO.target * item.total for item in first.journeys.values())


@few
@given(series(), onsets, hold_times)
def test_the_slo_holds_over_the_window(seconds: list[SecondSli], onset: float, hold_s: float) -> None:
    """The window that counts as mitigated meets the SLO as a whole."""
    since = mitigated_since(seconds, onset, SLO, BASELINE, hold_s)
    if since is not None:
        found = {item.second: item for item in seconds}
        assert holds([found.get(int(since) + s) for s in range(int(max(hold_s, 10)))], SLO, BASELINE)


@few
@given(series(), onsets, hold_times, st.floats(0, 40))
def test_a_longer_hold_is_never_earlier(
    seconds: list[SecondSli], onset: float, hold_s: float, more: float
) -> None:
    """Asking for more proof can only delay the verdict, or withhold it."""
    shorter = mitigated_since(seconds, onset, SLO, BASELINE, hold_s)
    longer = mitigated_since(seconds, onset, SLO, BASELINE, hold_s + more)
    assert longer is None or (shorter is not None and longer >= shorter)


@few
@given(series(), onsets, hold_times)
def test_the_same_in_one_piece_or_second_by_second(
    seconds: list[SecondSli], onset: float, hold_s: float
) -> None:
    """The oracle that is fed second by second says what the whole series says."""
    changes = feed(seconds, onset, hold_s)
    first = {change.kind: change.since for change in reversed(changes)}
    assert first.get("violated") == violated_since(seconds, onset, SLO, BASELINE)
    assert first.get("mitigated") == mitigated_since(seconds, onset, SLO, BASELINE, hold_s)


@few
@given(series(), onsets, hold_times)
def test_verdicts_take_turns(seconds: list[SecondSli], onset: float, hold_s: float) -> None:
    """Violated once, then mitigated and relapsed in turns, each later than the one before."""
    changes = feed(seconds, onset, hold_s)
    turns = ["violated", *(["mitigated", "relapsed"] * len(changes))]
    assert [change.kind for change in changes] == turns[: len(changes)]
    dates = [change.since for change in changes]
    assert dates == sorted(dates)
    assert all(change.since < change.seen for change in changes)


@few
@given(st.lists(st.integers(0, 200), max_size=100, unique=True), onsets, hold_times)
def test_zero_counts_never_mitigate(offsets: list[int], onset: float, hold_s: float) -> None:
    """Seconds without requests, or no seconds at all, mitigate nothing."""
    nothing = {"browse": Requests(0, 0), "buy": Requests(0, 0)}
    seconds = [SecondSli(int(ONSET) + offset, nothing) for offset in sorted(offsets)]
    assert mitigated_since(seconds, onset, SLO, BASELINE, hold_s) is None


@few
@given(series(), onsets, hold_times)
def test_late_lines_change_nothing(seconds: list[SecondSli], onset: float, hold_s: float) -> None:
    """A second that comes twice or too late does not change a verdict."""
    repeated = [item for second in seconds for item in (second, SecondSli(second.second, {}))]
    assert feed(repeated, onset, hold_s) == feed(seconds, onset, hold_s)
