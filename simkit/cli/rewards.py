"""Commands about reward programmes: look for mistakes, show one, and play a log of payments by its rules."""

from __future__ import annotations

import datetime
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from simkit.cli.options import (
    REPORTS,
    STORE,
    ClusterOption,
    DocumentsOption,
    LanguageOption,
    ProgressOption,
    ReportLanguage,
    StoreOption,
    WorkersOption,
    answers,
    documents_of,
    errors,
)
from simkit.params import Finding, ParameterError

if TYPE_CHECKING:
    from simkit.rewards.replay import Replayed


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
            answers.print(f"[{colour}]{found.severity}[/] {place}", highlight=False, soft_wrap=True)
        reading = f" in the reading '{report.reading}'" if report.reading else ""
        answers.print(f"{len(report.findings)} findings, {len(report.problems)} problems{reading}", soft_wrap=True)
    if report.problems:
        raise typer.Exit(1)


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
    language: LanguageOption = ReportLanguage.EN,
    documents: DocumentsOption = "html",
    out: Annotated[Path, typer.Option(help="Folder that gets a folder rewards_PROGRAMME.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Show one reward programme: what perfect and simulated customers get, what it costs, what to mend, in every reading."""
    from simkit.reporting.rewards.report import Simulation, write_reward_page

    simulation = Simulation(scenario, strategy, scale, replications, starts_on)
    index = write_reward_page(
        programme,
        out,
        simulation,
        store=store,
        language=language.value,
        documents=documents_of(documents),
        workers=workers,
        cluster=cluster,
        progress=progress,
    )
    answers.print(f"Reward programme: {index}", soft_wrap=True)


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
        errors.print(f"Stopped. {out} is as it was.", soft_wrap=True)
        raise typer.Exit(130) from None
    _show_replayed(replayed, out)


def _as_date(option: str, text: str | None) -> datetime.date | None:

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
    answers.print(coupons)
    if replayed.refused:
        answers.print(refused)
    if replayed.left_out:
        answers.print(f"{replayed.left_out:,} events after {replayed.as_of} were left out.", soft_wrap=True)
    answers.print(f"{replayed.events:,} events replayed; see {out}", soft_wrap=True)
