"""The `simkit` command: check parameter files, run studies, look at results, write reports."""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simkit import __version__
from simkit.params import Levers, ParameterError, PlannerError, load_scenario, load_strategy, load_study

if TYPE_CHECKING:
    from simkit.rewards.replay import Replayed
    from simkit.study import ResultStore, Study

STORE = Path("reports/store")
REPORTS = Path("reports")
app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
_WIDTH = 132  # of what is written to a file or a pipe
_out = Console(width=None if sys.stdout.isatty() else _WIDTH)
_err = Console(stderr=True)

StoreOption = Annotated[Path, typer.Option(help="Folder that keeps finished runs and studies.")]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; all cores when left out, 1 for none.")]
ProgressOption = Annotated[bool, typer.Option(help="Show how far the work is.")]
ScaleOption = Annotated[
    float | None, typer.Option(min=1e-6, max=1, help="Share of the bank that is simulated, such as 0.01.")
]
SeedOption = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Seed, instead of the scenario's.")]


class Detail(StrEnum):
    """How much a run keeps."""

    DAILY = "daily"
    FULL = "full"


class ReportLanguage(StrEnum):
    """Languages of reports."""

    EN = "en"
    ZH = "zh"


def main() -> None:
    """Run the command; a wrong parameter or a failed run ends with a message and code 1, Ctrl-C with code 130."""
    try:
        app()
    except PlannerError as error:
        _err.print(escape(str(error)), style="red", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("Stopped. What was finished is kept; start again to go on from there.")
        sys.exit(130)


@app.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False
) -> None:
    """Plan outreach campaigns for a bank's digital wallet."""
    if show:
        _out.print(__version__)
        raise typer.Exit


@app.command()
def check(paths: list[Path], scenario: Annotated[str, typer.Option(help="For strategies.")] = "city_bank") -> None:
    """Check scenario, strategy, reward and study files, or folders of them, and say what they hold."""
    from simkit.params import check_parameters
    from simkit.rewards.linter import REWARD_PROGRAMME

    def offered(levers: Levers) -> object:
        from simkit.campaign import offered_programme  # only where one is offered: it loads what campaigns need

        return offered_programme(levers)

    kinds = [dataclasses.replace(REWARD_PROGRAMME, offered=offered)]
    files = [file for path in paths for file in check_parameters(path, others=kinds, scenario=scenario).files]
    for file in files:
        if file.findings:
            for finding in file.findings:
                _out.print(f"[red]✗[/] {escape(str(finding))}", highlight=False, soft_wrap=True)
        else:
            facts = "; ".join(file.facts)
            _out.print(
                f"[green]✓[/] {escape(f'{file.path}: {file.kind} {file.name}')}. {escape(facts)}", soft_wrap=True
            )
        for remark in file.remarks:
            _out.print(f"  [yellow]note[/] {escape(remark)}", highlight=False, soft_wrap=True)
    problems = sum(len(file.findings) for file in files)
    _out.print(f"{len(files)} files, {problems} problems")
    if problems:
        raise typer.Exit(1)


@app.command()
def lint(
    programme: Annotated[str, typer.Argument(help="Name or path of a reward programme.")],
    *,
    variant: Annotated[str | None, typer.Option(help="Reading of the rules; all of them when left out.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a list of findings as JSON.")] = False,
) -> None:
    """Look for what is wrong with a reward programme's rules; end with code 1 if the reading that counts has a problem."""
    from simkit.rewards.linter import lint_programme

    report = lint_programme(programme, variant)
    if json:
        typer.echo(dumps(report.records(), ensure_ascii=False, indent=2))
    else:
        for found in report.findings:
            colour = "red" if found.severity == "problem" and report.counts(found) else "yellow"
            place = escape(f"{found.rule} {found}")
            _out.print(f"[{colour}]{found.severity}[/] {place}", highlight=False, soft_wrap=True)
        reading = f" in the reading '{report.reading}'" if report.reading else ""
        _out.print(f"{len(report.findings)} findings, {len(report.problems)} problems{reading}", soft_wrap=True)
    if report.problems:
        raise typer.Exit(1)


@app.command()
def parameters(
    scenario: Annotated[str, typer.Argument(help="Name or path of a scenario.")] = "city_bank",
) -> None:
    """Print every number of a scenario, every lever and every source as Markdown tables."""
    from simkit.params import document_parameters

    typer.echo(document_parameters(load_scenario(scenario)), nl=False)


@app.command()
def run(
    scenario: str,
    strategy: str,
    *,
    replication: Annotated[int, typer.Option(min=0)] = 0,
    draw: Annotated[int, typer.Option(min=0, help="0 takes the parameters as written.")] = 0,
    scale: ScaleOption = None,
    seed: SeedOption = None,
    detail: Detail = Detail.DAILY,
    store: StoreOption = STORE,
) -> None:
    """Make one run and print its key figures; any run of a study can be repeated alone."""
    from simkit.campaign import run_campaign, run_fingerprint
    from simkit.metrics import run_metrics
    from simkit.study import CAMPAIGN, ResultStore
    from simkit.study.planning import with_scale_and_seed

    chosen = with_scale_and_seed(load_scenario(scenario), scale, seed)
    choice = load_strategy(strategy)
    fingerprint = run_fingerprint(chosen, choice, draw, replication, detail=detail.value)
    results = ResultStore(store)
    if not results.measured(fingerprint, CAMPAIGN.measure):
        results.prepare()
        made = run_campaign(chosen, choice, draw, replication, detail=detail.value)
        results.write(made, run_metrics(made, chosen), CAMPAIGN.measure)
    _show_run(results, fingerprint)


@app.command()
def study(
    plan: str, *, store: StoreOption = STORE, workers: WorkersOption = None, progress: ProgressOption = True
) -> None:
    """Run a study (or what is missing of it) and print how the strategies compare."""
    from simkit.study import run_study

    _show_study(run_study(load_study(plan), store=store, workers=workers, progress=progress))


@app.command()
def show(
    what: Annotated[
        str | None, typer.Argument(help="A study's name, or the first letters of a run's fingerprint.")
    ] = None,
    *,
    table: Annotated[str | None, typer.Option(help="Print the first rows of this table of the ledger.")] = None,
    rows: Annotated[int, typer.Option(min=1)] = 20,
    store: StoreOption = STORE,
) -> None:
    """List the studies that were run, or show one study or one run."""
    from simkit.study import ResultStore, finished_runs, open_study, recorded_studies

    results = ResultStore(store)
    records = recorded_studies(store)
    if what is None:
        listed = Table("study", "recorded", "runs", "finished", "scenario", "scale", "seed")
        for record in records:
            recorded_at = record.recorded_at.astimezone().strftime("%Y-%m-%d %H:%M")
            counts = str(len(record.runs)), str(finished_runs(record, results))
            listed.add_row(
                record.full_name, recorded_at, *counts, record.plan.scenario, f"{record.scale:g}", str(record.seed)
            )
        _out.print(listed if records else f"No study is recorded in {store}.")
    elif Path(what).is_dir() or any(what in (record.plan.name, record.full_name) for record in records):
        opened = open_study(what, store)
        _show_study(opened) if table is None else _out.print(opened.table(table).head(rows).to_string())
    else:
        _show_run(results, results.find(what), table, rows)


@app.command()
def query(name: str, sql: str, *, store: StoreOption = STORE) -> None:
    """Ask a finished study in SQL (DuckDB); every table of the ledger has its name, each row its strategy and replication."""
    from simkit.study import open_study

    _out.print(open_study(name, store).query(sql).to_string(index=False), highlight=False, soft_wrap=True)


@app.command()
def report(
    plan: str,
    *,
    language: Annotated[ReportLanguage, typer.Option(help="English or Chinese.")] = ReportLanguage.EN,
    out: Annotated[Path, typer.Option(help="Folder that gets a folder of the study's name.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    progress: ProgressOption = True,
) -> None:
    """Run a study (or what is missing of it), execute its notebooks and write the report."""
    from simkit.reporting import write_report
    from simkit.study import run_study

    finished = run_study(load_study(plan), store=store, workers=workers, progress=progress)
    _show_study(finished)
    index = write_report(finished, out, language=language.value, progress=progress)
    _out.print(f"Report: {index}", soft_wrap=True)


@app.command()
def rewards(
    programme: Annotated[str, typer.Argument(help="Name or path of a reward programme.")],
    *,
    scenario: Annotated[str, typer.Option(help="Name or path of a scenario.")] = "city_bank",
    strategy: Annotated[
        str, typer.Option(help="Strategy whose contacts tell of it; it is offered without a word when left out.")
    ] = "",
    scale: Annotated[float, typer.Option(min=1e-6, max=1, help="Share of the bank that is simulated.")] = 0.02,
    replications: Annotated[int, typer.Option(min=1, help="How often luck is repeated.")] = 10,
    starts_on: Annotated[
        str, typer.Option(metavar="DATE", help="First day of the perfect customer, like 2026-03-02.")
    ] = "",
    language: Annotated[ReportLanguage, typer.Option(help="English or Chinese.")] = ReportLanguage.EN,
    out: Annotated[Path, typer.Option(help="Folder that gets a folder rewards_PROGRAMME.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    progress: ProgressOption = True,
) -> None:
    """Show one reward programme: what perfect and simulated customers get, what it costs, what to mend, in every reading."""
    from simkit.reporting.reward_report import Simulation, write_reward_page

    simulation = Simulation(scenario, strategy, scale, replications, starts_on)
    index = write_reward_page(
        programme, out, simulation, store=store, language=language.value, workers=workers, progress=progress
    )
    _out.print(f"Reward programme: {index}", soft_wrap=True)


@app.command()
def replay(
    programme: Annotated[str, typer.Argument(help="Name or path of a reward programme.")],
    *,
    customers: Annotated[
        Path, typer.Option(help="CSV file: customer_id,card_tier,new_customer,primary_card,approved_on.")
    ],
    events: Annotated[Path, typer.Option(help="CSV file: event_id,customer_id,at,kind,amount,ref.")],
    out: Annotated[Path, typer.Option(help="Folder that gets coupons.csv, decisions.csv and stages.csv.")],
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Settle lapses and expiries up to this day's end, not the last event's."),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="Reading of the programme, instead of its own.")] = None,
    progress: ProgressOption = True,
) -> None:
    """Play a log of payments, claims and redemptions by a programme's rules and write what came of it."""
    from simkit.rewards import load_programme
    from simkit.rewards.replay import replay as play

    rules = load_programme(programme, variant)
    try:
        replayed = play(rules, customers, events, out, as_of=_as_date("--as-of", as_of), progress=progress)
    except KeyboardInterrupt:
        _err.print(f"Stopped. {out} is as it was.", soft_wrap=True)
        raise typer.Exit(130) from None
    _show_replayed(replayed, out)


@app.command()
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
    from simkit.campaign import Channel, explain_opening
    from simkit.params import Finding, nearest
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
    _out.print(terms)


@contextmanager
def _as_parameter_error(key: str) -> Iterator[None]:
    from simkit.params import Finding

    try:
        yield
    except ValueError as error:
        raise ParameterError([Finding("explain", key, str(error))]) from error


def _as_date(option: str, text: str | None) -> datetime.date | None:
    from simkit.params import Finding

    try:
        return None if text is None else datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ParameterError([Finding("replay", option, f"'{text}' is no date; write it like 2024-12-31")]) from error


def _show_replayed(replayed: Replayed, out: Path) -> None:
    """Print what came of a replay: coupons by status, refusals by reason."""
    coupons = Table("status", "coupons", "face value", title=f"Coupons at the end of {replayed.as_of or 'no day'}")
    for status, count in replayed.coupons.items():
        coupons.add_row(status, f"{count:,}", f"{replayed.face_fen[status] / 100:,.2f}")
    coupons.add_row(
        "all", f"{sum(replayed.coupons.values()):,}", f"{sum(replayed.face_fen.values()) / 100:,.2f}", style="bold"
    )
    refused = Table("reason", "refused")
    for reason, count in replayed.refused.items():
        refused.add_row(reason, f"{count:,}")
    _out.print(coupons)
    if replayed.refused:
        _out.print(refused)
    if replayed.left_out:
        _out.print(f"{replayed.left_out:,} events after {replayed.as_of} were left out.", soft_wrap=True)
    _out.print(f"{replayed.events:,} events replayed; see {out}", soft_wrap=True)


def _show_study(finished: Study) -> None:
    """Print the comparison of the strategies."""
    from simkit.reporting.console import comparison_tables

    for table in comparison_tables(finished):
        _out.print(table)


def _show_run(results: ResultStore, fingerprint: str, table: str | None = None, rows: int = 20) -> None:
    """Print a run's key figures and the names of its tables, or the first rows of one table."""
    from simkit.params import Finding, nearest
    from simkit.reporting.console import run_table

    made, metrics = results.read(fingerprint)
    if table is None:
        _out.print(run_table(made, metrics))
        _out.print(
            f"Tables: {', '.join(made.tables)}. Show one: simkit show {fingerprint[:12]} --table daily", soft_wrap=True
        )
    elif table in made.tables:
        _out.print(made.tables[table].slice(0, rows).to_pandas().to_string())
    else:
        raise ParameterError([Finding("show", "table", f"there is no table '{table}'; {nearest(table, made.tables)}")])


if __name__ == "__main__":
    main()
