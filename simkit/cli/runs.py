"""Commands about single runs: make one, and say why a customer would open the wallet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from simkit.cli.options import STORE, Detail, ScaleOption, SeedOption, SetOption, StoreOption, answers
from simkit.params import (
    Finding,
    ParameterError,
    load_scenario,
    load_strategy,
    nearest,
    read_value,
    with_levers,
    with_values,
)

if TYPE_CHECKING:
    from simkit.study import ResultStore


def run(
    scenario: str,
    strategy: str,
    *,
    replication: Annotated[int, typer.Option(min=0)] = 0,
    draw: Annotated[int, typer.Option(min=0, help="0 takes the parameters as written.")] = 0,
    scale: ScaleOption = None,
    seed: SeedOption = None,
    detail: Detail = Detail.DAILY,
    settings: SetOption = None,
    store: StoreOption = STORE,
) -> None:
    """Make one run and print its key figures; any run of a study can be repeated alone."""
    from simkit.campaign.fingerprint import run_fingerprint
    from simkit.campaign.run import run_campaign
    from simkit.metrics.measuring import run_metrics
    from simkit.study import CAMPAIGN, ResultStore
    from simkit.study.planning import with_scale_and_seed

    values, levers = _settings(settings or ())
    chosen = with_values(with_scale_and_seed(load_scenario(scenario), scale, seed), values)
    choice = with_levers(load_strategy(strategy), levers)
    fingerprint = run_fingerprint(chosen, choice, draw, replication, detail=detail.value)
    results = ResultStore(store)
    if not results.measured(fingerprint, CAMPAIGN.measure):
        results.prepare()
        made = run_campaign(chosen, choice, draw, replication, detail=detail.value)
        results.write(made, run_metrics(made, chosen), CAMPAIGN.measure)
    show_run(results, fingerprint)


def explain(
    scenario: str,
    strategy: str,
    customer: int,
    channel: str,
    *,
    replication: Annotated[int, typer.Option(min=0)] = 0,
    scale: ScaleOption = None,
) -> None:
    """Say why a customer would open the wallet with this probability at a first contact."""
    from simkit.campaign.explanation import explain_opening
    from simkit.campaign.vocabulary import Channel
    from simkit.study.planning import with_scale_and_seed

    known = {code.name.lower(): code for code in Channel if code is not Channel.ORGANIC}
    if channel not in known:
        raise ParameterError([Finding("explain", "channel", f"'{channel}' is unknown; {nearest(channel, known)}")])
    chosen = with_scale_and_seed(load_scenario(scenario), scale, None)
    with _as_parameter_error("customer"):
        why = explain_opening(chosen, load_strategy(strategy), customer, known[channel], replication=replication)
    terms = Table(
        "term", "log-odds", title=f"Customer {why.customer} ({why.segment}), {why.channel}: {why.probability:.2%}"
    )
    for name, value in why.terms.items():
        terms.add_row(name, f"{value:+.3f}")
    terms.add_row("sum", f"{sum(why.terms.values()):+.3f}", style="bold")
    answers.print(terms)


def show_run(results: ResultStore, fingerprint: str, table: str | None = None, rows: int = 20) -> None:
    """Print a run's key figures and the names of its tables, or the first rows of one table."""
    from simkit.reporting.console import run_table

    made, metrics = results.read(fingerprint)
    if table is None:
        answers.print(run_table(made, metrics))
        answers.print(
            f"Tables: {', '.join(made.tables)}. Show one: simkit show {fingerprint[:12]} --table daily", soft_wrap=True
        )
    elif table in made.tables:
        answers.print(made.tables[table].slice(0, rows).to_pandas().to_string())
    else:
        raise ParameterError([Finding("show", "table", f"there is no table '{table}'; {nearest(table, made.tables)}")])


def _settings(written: Sequence[str]) -> tuple[dict[str, float], dict[str, object]]:
    """Return what `--set` says: numbers of the scenario, and levers of the strategy, by dotted key."""
    values: dict[str, float] = {}
    levers: dict[str, object] = {}
    for setting in written:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ParameterError([Finding("--set", setting, "write KEY=VALUE, such as levers.field.teams=5")])
        value = read_value(text, f"--set {key}")
        if key.startswith("levers."):
            levers[key] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            values[key] = float(value)
        else:
            raise ParameterError([Finding("--set", key, f"is '{text}'; a number is needed here")])
    return values, levers


@contextmanager
def _as_parameter_error(key: str) -> Iterator[None]:

    try:
        yield
    except ValueError as error:
        raise ParameterError([Finding("explain", key, str(error))]) from error
