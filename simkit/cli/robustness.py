"""The command that asks how a choice stands up to what is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
)
from simkit.params import load_study


def robustness(
    plan: Annotated[str, typer.Argument(help="A study with draws, such as city_bank_robustness.")],
    *,
    kpi: Annotated[str, typer.Option(help="Key figure by which strategies are compared.")] = "net_value",
    strategy: Annotated[str, typer.Option(help="Whose losses are looked for; the best on average when left out.")] = "",
    worst: Annotated[float, typer.Option(help="Share of worst samples that a careful rule looks at.")] = 0.1,
    language: LanguageOption = ReportLanguage.EN,
    documents: DocumentsOption = "html",
    out: Annotated[Path, typer.Option(help="Folder that gets a folder robustness_STUDY_KPI.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Say what is luck and what is ignorance, where a strategy loses, and what careful rules choose, over samples of the numbers."""
    from simkit.reporting.robustness.page import page_of
    from simkit.reporting.robustness.report import write_robustness_page
    from simkit.study import run_study
    from simkit.study.robustness.study_robustness import check_question

    chosen = load_study(plan)
    names = [Path(source).stem for source in chosen.all_strategies]
    check_question(names, chosen.draws, chosen.replications, kpi=kpi, strategy=strategy, tail_share=worst)
    study = run_study(chosen, store=store, workers=workers, cluster=cluster, progress=progress)
    page = page_of(study, kpi=kpi, strategy=strategy, worst=worst, language=language.value)
    for line in (page.words.headline, *page.words.lines()):
        answers.print(f"· {line}", soft_wrap=True, highlight=False, markup=False)
    index = write_robustness_page(page, out, documents=documents_of(documents), progress=progress)
    answers.print(f"Robustness: {index}", soft_wrap=True)
