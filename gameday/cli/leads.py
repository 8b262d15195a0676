"""`gameday compare`, `gameday currency`, `gameday next`: what leads ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from gameday.cli.records import open_records
from gameday.errors import GamedayError

if TYPE_CHECKING:
    from scoring.comparison import Pair

F = TypeVar("F", bound=Callable[..., Any])

_pseudonyms = click.option(
    "--pseudonyms", is_flag=True, help="Codenames instead of names, the same ones every time."
)
_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_team = click.option("--team", help="Only the members of a team.")
_family = click.option(
    "--family", "families", multiple=True, help="A family that counts; the library's proven ones by default."
)


@click.command()
@click.option("--by", type=click.Choice(["team", "engineer", "family"]), help="Also show groups, by name.")
@click.option(
    "--since", help="Only drills that ended since a date or time, such as 2026-03-01; no verdict then."
)
@click.option(
    "--primary",
    type=click.Choice(["time_to_mitigate", "diagnosis"]),
    help="The one outcome that is declared in advance; time to mitigate, or what the first look declared.",
)
@_json
@click.option("--csv", "as_csv", is_flag=True, help="A line for each pair.")
@_pseudonyms
def compare(
    by: str | None, since: str | None, primary: str | None, as_json: bool, as_csv: bool, pseudonyms: bool
) -> None:
    """Compare drills with the AI against drills without, within planned pairs.

    It says what may be concluded, and what may not. Nobody is ranked.
    """
    from rich.console import Console

    from gameday.drill.recording import catch_up
    from gameday.reports.leads.comparing import Asked, comparison_page

    if as_json and as_csv:
        raise GamedayError("--json and --csv: choose one")
    asked = Asked(
        by=cast(Any, by), since=moment(since, "--since"), primary=cast(Any, primary), pseudonyms=pseudonyms
    )
    pairs: list[Pair] = []
    with open_records() as (database, records):
        catch_up(records)
        keep = (lambda _, paired, __: pairs.extend(paired.pairs)) if as_csv else None
        page = comparison_page(database, asked, on_reps=keep)
    if as_json or as_csv:
        from gameday.reports.leads.comparison_data import comparison_csv, comparison_json

        click.echo(comparison_json(page) if as_json else comparison_csv(pairs), nl=as_json)
        return
    from gameday.reports.leads.comparison_text import comparison_text

    console = Console()
    console.print(comparison_text(page, console.width))


def rules_of(command: F) -> F:
    """The numbers of the rule of currency, as options and settings."""
    for name, default, says in (
        ("observed-after", 180, "Days lapsed after which a watched drill is needed."),
        ("lapsing", 14, "Days before it expires."),
        ("family-window", 180, "Days in which each family needs one."),
        ("window", 90, "Days in which they count."),
        ("drills", 3, "Drills by hand that make somebody current."),
    ):
        option = click.option(
            f"--{name}",
            f"rule_{name.replace('-', '_')}",
            type=click.IntRange(min=0 if name in ("lapsing", "observed-after") else 1),
            default=default,
            show_default=True,
            envvar=f"GAMEDAY_CURRENCY_{name.replace('-', '_').upper()}",
            help=says,
        )
        command = option(command)
    return command


@click.command()
@_team
@click.option("--as", "name", help="Only this engineer.")
@click.option("--on", "day", help="The day, such as 2026-04-10; today by default. Days are days in UTC.")
@_family
@_json
@_pseudonyms
@rules_of
def currency(
    team: str | None, name: str | None, day: str | None, families: tuple[str, ...], as_json: bool,
    pseudonyms: bool, rule_drills: int, rule_window: int, rule_family_window: int, rule_lapsing: int,
    rule_observed_after: int,
) -> None:  # fmt: skip
    """Whose skill by hand is current, as a pilot's is: so many drills without the AI in so many days.

    Current is not the same as proficient.
    """
    from rich.console import Console

    from gameday.drill.recording import catch_up
    from gameday.records.training import Training
    from gameday.reports.leads.library import families as families_of
    from gameday.reports.leads.practising import chosen, currency_page
    from gameday.reports.leads.practising_text import currency_text
    from scoring.currency import CurrencyRules

    rules = CurrencyRules(rule_drills, rule_window, rule_family_window, rule_lapsing, rule_observed_after)
    on = (moment(day, "--on", dt.UTC) or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).date()
    with open_records() as (database, records):
        catch_up(records)
        training = Training(database)
        training.rate()
        page = currency_page(
            chosen(training, team=team, name=name),
            training.practice(),
            families_of(records, families),
            on,
            rules,
            pseudonyms=pseudonyms,
            simulated=records.simulated,
            sealed=training.sealed(),
        )
    if as_json:
        _echo_json(page)
    else:
        Console().print(currency_text(page))


@click.command("next")
@click.option("--as", "name", help="Whose; your login by default.")
@_team
@click.option("--on", "day", help="The day or time, in UTC unless it says; now by default.")
@click.option(
    "--budget", type=click.IntRange(min=0), default=2, show_default=True, envvar="GAMEDAY_MONTHLY_BUDGET",
    help="Drills by hand a month for each engineer.",
)  # fmt: skip
@_family
@_json
@_pseudonyms
def next_(
    name: str | None, team: str | None, day: str | None, budget: int, families: tuple[str, ...],
    as_json: bool, pseudonyms: bool,
) -> None:  # fmt: skip
    """What to practise next by hand, the most urgent first, within a monthly budget."""
    from rich.console import Console

    from gameday.cli.who import login
    from gameday.drill.recording import catch_up
    from gameday.records.training import Person, Training
    from gameday.reports.leads.library import families as families_of
    from gameday.reports.leads.practising import chosen, next_page
    from gameday.reports.leads.practising_text import next_text

    at = moment(day, "--on", dt.UTC) or dt.datetime.now(dt.UTC)
    with open_records() as (database, records):
        catch_up(records)
        training = Training(database)
        training.settle()
        own = name is None and team is None
        if own and training.known_as(login()) is None:
            # Whoever has never played has everything to practise.
            people: tuple[Person, ...] = (Person(0, login(), login(), ()),)
        else:
            people = chosen(training, team=team, name=login() if own else name)
        page = next_page(
            people, training, families_of(records, families), at, budget, pseudonyms=pseudonyms,
            simulated=records.simulated,
        )  # fmt: skip
    if as_json:
        _echo_json(page)
    else:
        Console().print(next_text(page))


def _echo_json(page: object) -> None:
    import json

    from gameday.reports.leads.comparison_data import as_dict

    click.echo(json.dumps(as_dict(page), indent=2, ensure_ascii=False))


def moment(text: str | None, option: str, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """A date or time as somebody typed it; without a zone of its own it is in `zone`, or this machine's."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=zone) if zone else found.astimezone()
    except (ValueError, OverflowError) as error:
        raise GamedayError(
            f"{option} takes a date or a time, such as 2026-03-01 or 2026-03-01T09:30+01:00, not {text!r}"
        ) from error
