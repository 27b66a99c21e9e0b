"""Who is best as far as a fixed number of runs can tell. Nothing is promised beforehand; `probability_best` says how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, log2
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from simkit.study.estimates import Values
from simkit.study.selection.allocation import next_runs
from simkit.study.selection.best import Question, Selection, best_of, surely_kept
from simkit.study.selection.evidence import counts_of, rooms
from simkit.study.selection.race import LEAST_FIRST_STAGE

if TYPE_CHECKING:
    from simkit.study.observing import Observe

_RUNS_AT_ONCE = 8


def allocate_runs(
    observe: Observe, strategies: int, question: Question, *, runs: int, first_stage: int = LEAST_FIRST_STAGE
) -> Selection:
    """Spend a fixed number of runs where they tell most of who is best; see `simkit.study.selection.allocation`.

    The arguments are those of `select_best`. Whoever surely breaks a limit gets no further runs.
    """
    observed = observe(range(strategies), range(first_stage))
    while (left := runs - int(counts_of(observed).sum())) > 0:
        posed = question.posed(observed)
        able = _able(question, posed)
        leader = able.tolist().index(best_of(posed, able.tolist()))
        more = next_runs(posed[able, :, 0], leader, question.indifference, min(left, _RUNS_AT_ONCE))
        observed = _extended(observe, observed, dict(zip(able.tolist(), more.tolist(), strict=True)))
    return _told(question, "allocation", observed, np.zeros(strategies, dtype=np.int64))


def halve(
    observe: Observe, strategies: int, question: Question, *, runs: int, first_stage: int = LEAST_FIRST_STAGE
) -> Selection:
    """Spend a fixed number of runs in rounds of equal cost, and go on with the better half after each.

    Karnin, Koren and Somekh (2013), Almost optimal exploration in multi-armed bandits, ICML, but what was observed in earlier rounds
    counts on. Better than `allocate_runs` where many strategies are close together. The arguments are those of `select_best`.
    """
    observed = observe(range(strategies), range(first_stage))
    fell_at = np.zeros(strategies, dtype=np.int64)
    running = np.arange(strategies)
    for round_number in range(rounds := ceil(log2(strategies)) if strategies > 1 else 0):
        posed = question.posed(observed)
        able = [place for place in _able(question, posed).tolist() if place in running]
        ranked = _ranked(posed, able or running.tolist())
        stay = ranked[: max(ceil(strategies / 2 ** (round_number + 1)), 1)]
        fell_at[np.setdiff1d(running, stay)] = observed.shape[1]
        running = np.sort(stay)
        left = runs - int(counts_of(observed).sum())
        if len(running) == 1:
            break
        step = left // (rounds - 1 - round_number) // len(running)
        observed = _extended(observe, observed, dict.fromkeys(running.tolist(), step))
    return _told(question, "halving", observed, fell_at)


def _told(
    question: Question, method: Literal["allocation", "halving"], observed: Values, fell_at: NDArray[np.int64]
) -> Selection:
    """Tell who leads among those that seem to keep their limits."""
    posed = question.posed(observed)
    seem_allowed = (rooms(posed, question.probability).mean >= 0).all(axis=-1)
    able = np.flatnonzero(seem_allowed & (fell_at == 0)).tolist() or np.flatnonzero(seem_allowed).tolist()
    return Selection(
        question,
        method,
        best_of(posed, able) if able else None,
        sure=False,
        observed=observed,
        fell_at=fell_at,
        fell_to=np.full(len(observed), -1),
        kept=surely_kept(question, posed),
        runs=int(counts_of(observed).sum()),
        _posed=posed,
    )


def _able(question: Question, posed: Values) -> NDArray[np.int64]:
    """Return who does not surely break a limit; everybody where all do."""
    broken = (surely_kept(question, posed) == -1).any(axis=-1)
    return np.arange(len(posed)) if broken.all() else np.flatnonzero(~broken)


def _ranked(posed: Values, among: list[int]) -> list[int]:
    """Return strategies that have equally many replications, the best first."""
    return sorted(among, key=lambda place: -float(np.nanmean(posed[place, :, 0])))


def _extended(observe: Observe, observed: Values, more: Mapping[int, int]) -> Values:
    """Add to each strategy as many replications as `more` says, and make those together that are the same."""
    counts = counts_of(observed)
    spans = {place: (int(counts[place]), int(counts[place]) + added) for place, added in more.items() if added}
    longest = max([observed.shape[1], *(end for _, end in spans.values())])
    padding = np.full((len(observed), longest - observed.shape[1], observed.shape[2]), np.nan)
    wider = np.concatenate([observed, padding], axis=1)
    for start, end in dict.fromkeys(spans.values()):
        places = [place for place, span in spans.items() if span == (start, end)]
        wider[places, start:end] = observe(places, range(start, end))
    return wider
