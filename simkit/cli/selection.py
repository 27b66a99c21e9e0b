"""Commands that decide: `simkit select`, and the options of `simkit study` that say how precise is precise enough."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.markup import escape

from simkit.cli.options import (
    REPORTS,
    STORE,
    ClusterOption,
    DocumentsOption,
    LanguageOption,
    ProgressOption,
    ReportLanguage,
    ScaleOption,
    SeedOption,
    StoreOption,
    WorkersOption,
    answers,
    documents_of,
)
from simkit.params import Choice, Finding, Frozen, ParameterError, StudyPlan, Until, load_study

Model = TypeVar("Model", bound=Frozen)

UntilOption = Annotated[
    list[str] | None,
    typer.Option(
        "--until",
        metavar="KPI[@SEGMENT]=WIDTH",
        help="Replicate until this difference's interval reaches no further to either side: lasting=20, cost=5%, or "
        "cost=5%,1000 (5 % of the difference, or 1,000 where that is more); repeatable.",
    ),
]
AgainstOption = Annotated[str | None, typer.Option(help="With --until: the strategy that differences are taken from.")]
AtMostOption = Annotated[int | None, typer.Option(min=10, help="With --until: replications at most.")]
MinutesOption = Annotated[float | None, typer.Option(min=0.01, help="With --until: time at most.")]


def select(
    plan: str,
    *,
    kpi: Annotated[str | None, typer.Option(metavar="KPI[@SEGMENT]", help="What is to be best.")] = None,
    indifference: Annotated[
        float | None,
        typer.Option(help="Least difference worth finding, in the KPI's unit; 1 % of do_nothing if left out."),
    ] = None,
    probability: Annotated[float | None, typer.Option(help="Of a correct selection, such as 0.95.")] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KPI[@SEGMENT]<=AMOUNT[~TOLERANCE]",
            help="Limit on a mean, as cost<=500000~5000; >= for a least amount; repeatable.",
        ),
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="race (until it is sure), allocation or halving (with a fixed number of runs).")
    ] = None,
    runs: Annotated[int | None, typer.Option(min=1, help="Budget of runs.")] = None,
    uncertain: Annotated[
        bool | None,
        typer.Option("--uncertain", help="Draw the uncertain numbers anew in every replication: best on average."),
    ] = None,
    scale: ScaleOption = None,
    seed: SeedOption = None,
    language: LanguageOption = ReportLanguage.EN,
    documents: DocumentsOption = "html",
    out: Annotated[Path, typer.Option(help="Folder that gets a folder selection_PLAN.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Choose the best strategy of a plan, with a stated probability and within limits, in as few runs as it takes."""
    from simkit.reporting.selection.report import write_selection_page

    limits = [_limit(text) for text in limit] if limit else None
    given = {
        **(_figure(kpi) if kpi else {}),
        "indifference": indifference,
        "probability": probability,
        "limits": limits,
        "method": method,
        "runs": runs,
        "uncertain": uncertain,
    }
    chosen_by = _choice(load_study(plan), {key: value for key, value in given.items() if value is not None})
    asked = _with(load_study(plan), choose=chosen_by, scale=scale, seed=seed)
    written = write_selection_page(
        asked,
        out,
        store=store,
        language=language.value,
        workers=workers,
        cluster=cluster,
        documents=documents_of(documents),
        progress=progress,
    )
    for line in written.words:
        answers.print(escape(line), highlight=False, soft_wrap=True)
    answers.print(f"Selection: {written.index}", soft_wrap=True)


def with_precision(
    plan: StudyPlan, until: list[str] | None, against: str | None, at_most: int | None, minutes: float | None
) -> StudyPlan:
    """Return the plan with what the options say of precision in place of its own."""
    given: dict[str, Any] = {"against": against, "at_most": at_most, "minutes": minutes}
    given = {key: value for key, value in given.items() if value is not None}
    if until:
        given["narrow"] = [_target(text) for text in until]
    if not given:
        return plan
    own = plan.until.model_dump(exclude_unset=True) if plan.until else {}
    if "narrow" not in {**own, **given}:
        raise ParameterError(
            [Finding("study", "--until", "is missing; say how narrow is narrow enough, as lasting=20")]
        )
    return _with(plan, until=_validated(Until, {**own, **given}, "study"))


def _choice(plan: StudyPlan, given: dict[str, Any]) -> Choice:
    own = plan.choose.model_dump(exclude_unset=True) if plan.choose else {}
    if given.get("kpi", own.get("kpi")) != own.get("kpi"):
        own.pop("indifference", None)  # that of another key figure says nothing
    if "kpi" not in {**own, **given}:
        raise ParameterError([Finding(plan.name, "--kpi", "is missing; the plan says not what to choose by")])
    return _validated(Choice, {**own, **given}, "select")


def _with(plan: StudyPlan, **instead: object) -> StudyPlan:
    return plan.model_copy(update={key: value for key, value in instead.items() if value is not None})


def _validated(model: type[Model], content: dict[str, Any], command: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        details = [(".".join(map(str, detail["loc"])), detail["msg"]) for detail in error.errors()]
        raise ParameterError([Finding(command, key, problem) for key, problem in details]) from error


def _figure(text: str) -> dict[str, str]:
    name, _, segment = text.strip().partition("@")
    return {"kpi": name.strip(), **({"segment": segment.strip()} if segment else {})}


def _target(text: str) -> dict[str, Any]:
    figure, equals, widths = text.partition("=")
    target: dict[str, Any] = dict(_figure(figure))
    for width in widths.split(",") if equals else []:
        share = width.strip().endswith("%")
        amount = _number(width.strip().rstrip("%"), "--until", text, "lasting=20, cost=5% or cost=5%,1000")
        target["relative" if share else "absolute"] = amount / 100 if share else amount
    return target


def _limit(text: str) -> dict[str, Any]:
    sides = {"<=": "at_most", ">=": "at_least"}
    sign = next((sign for sign in sides if sign in text), None)
    form = "cost<=500000, cost<=500000~5000 or lasting@silver>=300"
    if sign is None:
        raise ParameterError([Finding("select", "--limit", f"'{text}' is no limit; write it like {form}")])
    figure, _, amounts = text.partition(sign)
    amount, tilde, tolerance = amounts.partition("~")
    return {
        **_figure(figure),
        sides[sign]: _number(amount, "--limit", text, form),
        **({"tolerance": _number(tolerance, "--limit", text, form)} if tilde else {}),
    }


def _number(text: str, option: str, whole: str, form: str) -> float:
    try:
        return float(text.replace("_", ""))
    except ValueError as error:
        raise ParameterError([Finding("simkit", option, f"'{whole}' has no number; write it like {form}")]) from error
