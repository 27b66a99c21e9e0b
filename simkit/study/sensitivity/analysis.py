"""From some five hundred uncertain numbers to the few that an answer hangs on: sections first, then their numbers, then the leaders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from simkit.params import Finding, ParameterError
from simkit.params.uncertainty import UncertainNumber
from simkit.study.estimates import Estimate, Values
from simkit.study.sensitivity.designs import morris_trajectories, saltelli_rows
from simkit.study.sensitivity.one_at_a_time import BreakEven, Curve, break_even, mean_of
from simkit.study.sensitivity.screening import Effect, elementary_effects, leading, screen
from simkit.study.sensitivity.variance_shares import VarianceShare, variance_shares

Stage = Literal["as_written", "sections", "numbers", "swings", "break_even", "variance"]
LUCK = "luck"
"""The factor that stands for luck among those that share the variance; no number has this key."""
TAIL = 0.1
"""Cumulative probability at which a number counts as low, and 1 − TAIL as high."""
STRATEGIES = 2
_FEWEST = 2
_FEWEST_SAMPLES = (
    64  # a shorter Sobol sequence repeats itself in pairs of columns, and intervals of shares cover too little
)
_NEARLY_ALL = 0.99  # of all shares; numbers beyond it move next to nothing
_SCOUTS = 2  # paths on which all groups are moved
_ROUNDS = 5  # of narrowing a break-even value


class Probe(NamedTuple):
    """Some numbers of the scenario with other values than written, and one replication of luck."""

    values: Mapping[str, float]
    replication: int


class Differences(Protocol):
    """Tells how far one strategy is ahead of another; both meet the same luck."""

    def __call__(self, probes: Sequence[Probe]) -> Values:
        """Return the difference at each probe."""


Announce = Callable[[Stage, int], None]
"""Told of each stage before it starts: which, and how many runs it needs at most."""


@dataclass(frozen=True)
class Effort:
    """How thoroughly to look.

    trajectories: paths of each screening. repeats: replications of each path, which tell effects from luck. coverage: share of
    the sections' effects whose numbers are looked at one by one. top: numbers that are looked at alone. replications: of each of
    their values. decisive: the first of them, among which the variance is shared. samples: of that, a power of 2. Raises
    `ParameterError` for what can tell nothing: fewer than two paths, repeats or replications, or too few samples.
    """

    trajectories: int = 8
    repeats: int = 2
    coverage: float = 0.95
    top: int = 10
    replications: int = 10
    decisive: int = 6
    samples: int = 64
    confidence: float = 0.95
    seed: int = 1

    def __post_init__(self) -> None:
        few = [name for name in ("trajectories", "repeats", "replications") if getattr(self, name) < _FEWEST]
        findings = [
            Finding("sensitivity", name, f"is {getattr(self, name)}; luck and effects need {_FEWEST} or more")
            for name in few
        ]
        if self.samples < _FEWEST_SAMPLES or self.samples.bit_count() > 1:
            problem = f"is {self.samples}; allowed: {_FEWEST_SAMPLES}, {2 * _FEWEST_SAMPLES} and further powers of 2"
            findings.append(Finding("sensitivity", "samples", problem))
        if findings:
            raise ParameterError(findings)


@dataclass(frozen=True)
class Swing:
    """What one number does to the difference, all others as written.

    low, high: its 10th and 90th percentile. at_low, at_high: the difference there. fall, rise: the change from the number as
    written to there, luck by luck.
    """

    number: UncertainNumber
    low: float
    high: float
    at_low: Estimate
    at_high: Estimate
    fall: Estimate
    rise: Estimate
    break_even: BreakEven

    @property
    def width(self) -> float:
        """How far the difference goes between the low, the written and the high value."""
        return max(self.fall.mean, self.rise.mean, 0.0) - min(self.fall.mean, self.rise.mean, 0.0)


@dataclass(frozen=True)
class Outcomes:
    """The difference where the decisive numbers and luck are all drawn at once.

    n: draws. low, high: 10th and 90th percentile of the difference. flipped: draws in which its sign is not that as written.
    """

    n: int
    low: float
    high: float
    flipped: int


@dataclass(frozen=True)
class Sensitivity:
    """What the difference between two strategies hangs on.

    as_written: the difference with all numbers as written. sections: their effects, the largest first. numbers: those of the leading
    sections, one by one, the largest first. swings: of the leading numbers alone, the widest first. shares: of the decisive numbers
    and of luck in the variance. outcomes: None where no number is decisive.
    """

    effort: Effort
    uncertain: tuple[UncertainNumber, ...]
    as_written: Estimate
    sections: tuple[Effect, ...]
    numbers: tuple[Effect, ...]
    swings: tuple[Swing, ...]
    shares: tuple[VarianceShare, ...]
    outcomes: Outcomes | None

    @property
    def opened(self) -> tuple[Effect, ...]:
        """The sections whose numbers were looked at one by one."""
        return leading(self.sections, self.effort.coverage)


def section_of(key: str) -> str:
    """Return the section of the scenario that a number belongs to."""
    return key.partition(".")[0]


def analyse(
    uncertain: Sequence[UncertainNumber], differences: Differences, effort: Effort, announce: Announce
) -> Sensitivity:
    """Screen the sections, then the numbers of those that matter, then look at the leading numbers alone and together.

    The same question asks for the same probes in the same order.
    """
    look = _Look(differences, effort, announce)
    as_written = look.as_written()
    sections = look.screened("sections", uncertain, [section_of(number.key) for number in uncertain])
    opened = {section.name for section in leading(sections, effort.coverage)}
    inside = [number for number in uncertain if section_of(number.key) in opened]
    numbers = look.screened("numbers", inside, [number.key for number in inside])
    known = {number.key: number for number in inside}
    leaders = [known[effect.name] for effect in leading(numbers, _NEARLY_ALL)[: effort.top]]
    swings = look.alone(leaders, as_written)
    shares, outcomes = look.together(leaders[: effort.decisive], as_written)
    written = mean_of(as_written, effort.confidence)
    return Sensitivity(effort, tuple(uncertain), written, sections, numbers, swings, shares, outcomes)


@dataclass(frozen=True)
class _Look:
    differences: Differences
    effort: Effort
    announce: Announce

    def as_written(self) -> Values:
        """Return the difference with all numbers as written, by replication."""
        (written,) = self._at("as_written", [{}])
        return np.asarray(written)

    def screened(self, stage: Stage, numbers: Sequence[UncertainNumber], groups: Sequence[str]) -> tuple[Effect, ...]:
        """Screen numbers by groups between their low and their high values.

        Most mechanisms are no part of either strategy: a group that changes nothing at all on the first paths is held as written
        on the others.
        """
        names = list(dict.fromkeys(groups))
        if not names:
            return ()
        first = min(_SCOUTS, self.effort.trajectories)
        scouted = self._effects(stage, numbers, groups, range(first))
        moved = np.asarray(scouted.any(axis=(0, 2)))
        moving = {name for name, moves in zip(names, moved, strict=True) if moves}
        kept = [(number, group) for number, group in zip(numbers, groups, strict=True) if group in moving]
        effects = np.zeros((self.effort.trajectories, *scouted.shape[1:]))
        effects[:first] = scouted
        if kept and first < self.effort.trajectories:
            rest = range(first, self.effort.trajectories)
            effects[first:, moved] = self._effects(stage, [one for one, _ in kept], [group for _, group in kept], rest)
        return screen(effects, names, self.effort.confidence)

    def _effects(self, stage: Stage, numbers: Sequence[UncertainNumber], groups: Sequence[str], paths: range) -> Values:
        """Return the elementary effects on some paths, each of which has luck of its own."""
        repeats = self.effort.repeats
        positions = morris_trajectories(groups, len(paths), self.effort.seed + paths.start)
        points = _points(numbers, TAIL + (1 - 2 * TAIL) * positions)
        probes = [
            Probe(point, path * repeats + repeat)
            for path, along in zip(paths, points, strict=True)
            for point in along
            for repeat in range(repeats)
        ]
        values = self._asked(stage, probes).reshape(*positions.shape[:2], repeats)
        return elementary_effects(positions, values, groups)

    def alone(self, numbers: Sequence[UncertainNumber], as_written: Values) -> tuple[Swing, ...]:
        """Move each number alone, and narrow down where the difference is nil."""
        if not numbers:
            return ()
        curves = self._curves(numbers, as_written)
        for _ in range(_ROUNDS):
            wanted = [(place, curve.next_value(numbers[place].mode)) for place, curve in enumerate(curves)]
            open_ended = [(place, value) for place, value in wanted if value is not None]
            if not open_ended:
                break
            found = self._at("break_even", [{numbers[place].key: value} for place, value in open_ended])
            for (place, value), differences in zip(open_ended, found, strict=True):
                curves[place] = curves[place].joined(value, differences)
        swings = [self._swing(number, curve) for number, curve in zip(numbers, curves, strict=True)]
        return tuple(sorted(swings, key=lambda swing: -swing.width))

    def _curves(self, numbers: Sequence[UncertainNumber], as_written: Values) -> list[Curve]:
        """Look at the ends of each number's range, at its low and at its high value."""
        values = [np.setdiff1d([number.low, *_low_and_high(number), number.high], [number.mode]) for number in numbers]
        points = [{number.key: value} for number, at in zip(numbers, values, strict=True) for value in at.tolist()]
        found = np.split(self._at("swings", points), np.cumsum([len(at) for at in values])[:-1])
        return [
            Curve(at, differences).joined(number.mode, as_written)
            for number, at, differences in zip(numbers, values, found, strict=True)
        ]

    def _swing(self, number: UncertainNumber, curve: Curve) -> Swing:
        confidence = self.effort.confidence
        low, high = _low_and_high(number)
        return Swing(
            number,
            low,
            high,
            curve.difference(low, confidence),
            curve.difference(high, confidence),
            curve.change(number.mode, low, confidence),
            curve.change(number.mode, high, confidence),
            break_even(curve, number.mode, confidence),
        )

    def together(
        self, numbers: Sequence[UncertainNumber], as_written: Values
    ) -> tuple[tuple[VarianceShare, ...], Outcomes | None]:
        """Draw the numbers and luck at once, and share out the variance of the difference.

        Luck is one more factor: a point of the design that takes it from B is played with B's replication, so that its share, too,
        has an interval.
        """
        if not numbers:
            return (), None
        effort = self.effort
        rows = saltelli_rows(len(numbers) + 1, effort.samples, effort.seed)
        pair = 2 * np.arange(effort.samples)[:, None]
        replications = np.where(rows[..., -1] == rows[:, :1, -1], pair, pair + 1)
        probes = [
            Probe(point, replication)
            for along, lucks in zip(_points(numbers, rows[..., :-1]), replications.tolist(), strict=True)
            for point, replication in zip(along, lucks, strict=True)
        ]
        values = self._asked("variance", probes).reshape(replications.shape)
        names = [*(number.key for number in numbers), LUCK]
        shares = variance_shares(values, names, effort.confidence, effort.seed)
        return shares, _outcomes(values[:, [0, -1]].ravel(), float(as_written.mean()))

    def _at(self, stage: Stage, points: Sequence[Mapping[str, float]]) -> Values:
        """Return the differences at some points, all with the same replications: shape (points, replications)."""
        replications = range(self.effort.replications)
        probes = [Probe(point, replication) for point in points for replication in replications]
        return self._asked(stage, probes).reshape(len(points), len(replications))

    def _asked(self, stage: Stage, probes: Sequence[Probe]) -> Values:
        self.announce(stage, STRATEGIES * len(probes))
        return self.differences(probes)


def _points(numbers: Sequence[UncertainNumber], positions: Values) -> list[list[dict[str, float]]]:
    """Turn positions in the cube, shape (…, …, numbers), into values by key."""
    values = np.stack([number.at(positions[..., place]) for place, number in enumerate(numbers)], axis=-1)
    keys = [number.key for number in numbers]
    return [[dict(zip(keys, point, strict=True)) for point in along] for along in values.tolist()]


def _low_and_high(number: UncertainNumber) -> tuple[float, float]:
    low, high = number.at(np.array([TAIL, 1 - TAIL])).tolist()
    return low, high


def _outcomes(values: Values, written: float) -> Outcomes:
    low, high = np.quantile(values, [TAIL, 1 - TAIL]).tolist()
    return Outcomes(values.size, low, high, int(((values > 0) != (written > 0)).sum()))
