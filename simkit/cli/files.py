"""Commands about parameter files: check them, and print them as tables."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from simkit.cli.options import answers
from simkit.params import Levers, load_scenario


def check(paths: list[Path], scenario: Annotated[str, typer.Option(help="For strategies.")] = "city_bank") -> None:
    """Check scenario, strategy, reward, study and plan files, or folders of them, and say what they hold."""
    from simkit.params import check_parameters
    from simkit.rewards.linter import REWARD_PROGRAMME
    from simkit.study.optimisation import MIX_PLAN

    def offered(levers: Levers) -> object:
        # Only where one is offered: it loads what campaigns need.
        from simkit.campaign.offered_programme import offered_programme

        return offered_programme(levers)

    kinds = [dataclasses.replace(REWARD_PROGRAMME, offered=offered), MIX_PLAN]
    files = [file for path in paths for file in check_parameters(path, others=kinds, scenario=scenario).files]
    for file in files:
        if file.findings:
            for finding in file.findings:
                answers.print(f"[red]✗[/] {escape(str(finding))}", highlight=False, soft_wrap=True)
        else:
            facts = "; ".join(file.facts)
            answers.print(
                f"[green]✓[/] {escape(f'{file.path}: {file.kind} {file.name}')}. {escape(facts)}", soft_wrap=True
            )
        for remark in file.remarks:
            answers.print(f"  [yellow]note[/] {escape(remark)}", highlight=False, soft_wrap=True)
    problems = sum(len(file.findings) for file in files)
    answers.print(f"{len(files)} files, {problems} problems")
    if problems:
        raise typer.Exit(1)


def parameters(
    scenario: Annotated[str, typer.Argument(help="Name or path of a scenario.")] = "city_bank",
) -> None:
    """Print every number of a scenario, every lever and every source as Markdown tables."""
    from simkit.params import document_parameters

    typer.echo(document_parameters(load_scenario(scenario)), nl=False)
