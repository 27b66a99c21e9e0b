"""How precisely the differences of a study are known, in sentences."""

import math

from simkit.params import Target
from simkit.reporting.language import Narrator
from simkit.study.selection.precision import look_ahead
from simkit.study.selection.settling import Settled


def precision_words(settled: Settled, narrator: Narrator) -> list[str]:
    """Say after how many replications a study stopped and why, and each difference with its interval and what was asked for."""
    found = settled.precision
    number = narrator.quantities.number
    return [
        narrator.text(
            f"precision.{found.stopped}", n=number(found.replications), held=number(look_ahead(found.replications))
        ),
        narrator.text(
            "precision.together",
            count=number(len(found.mean)),
            confidence=narrator.quantities.tick(settled.plan.confidence, "share"),
        ),
        *(
            _difference(settled, strategy, target, narrator)
            for strategy in settled.strategies
            for target in range(len(settled.targets))
        ),
    ]


def _difference(settled: Settled, strategy: str, target: int, narrator: Narrator) -> str:
    found, asked = settled.precision, settled.targets[target]
    place = settled.place(strategy, target)
    state = "narrow" if found.narrow[place] else "wide"
    if state == "wide" and found.may_be_nothing[place] and asked.absolute is None:
        state = "nothing"
    forecast = float(found.forecast[place])
    return narrator.text(
        f"precision.{state}",
        strategy=narrator.strategy(strategy),
        against=narrator.strategy(settled.against),
        figure=_figure(asked, narrator),
        value=narrator.value(asked.kpi, float(found.mean[place])),
        half=narrator.value(asked.kpi, float(found.half_width[place])),
        allowed=narrator.value(asked.kpi, float(found.allowed[place])),
        forecast="" if math.isinf(forecast) else narrator.quantities.number(forecast),
    )


def _figure(target: Target, narrator: Narrator) -> str:
    title = narrator.kpi(target.kpi)
    if target.segment == "all":
        return title
    return narrator.text("selection.of_segment", kpi=title, segment=narrator.segment(target.segment))
