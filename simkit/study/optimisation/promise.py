"""What an untried mix promises: how much better than the best so far it may be, times how likely it keeps every limit.

Expected improvement (Jones, Schonlau and Welch, Efficient global optimization of expensive black-box functions, 1998) under
constraints (Schonlau, Welch and Jones, Global versus local search in constrained optimization of computer models, 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from simkit.study.optimisation.lattice import Lattice, Points
from simkit.study.optimisation.surrogate import Floats, Surrogate

_CLIMBERS = 6
_TINY = 1e-12


@dataclass(frozen=True)
class Promise:
    """What surrogates (one for each figure), the known parts of figures and the limits promise of mixes.

    limits: the most that figures 1, 2 … may be, infinite where there is none. to_beat: figure 0 of the best mix so far that keeps them;
    NaN where there is none, and then a mix promises what is likely to keep the limits.
    """

    surrogates: Sequence[Surrogate]
    lattice: Lattice
    known: Callable[[Points], Floats]
    limits: Floats
    to_beat: float

    def __call__(self, points: Points) -> Floats:
        """Return the promise of each mix, in the unit of figure 0."""
        places = self.lattice.places(points)
        known = np.broadcast_to(self.known(points), (len(points), len(self.surrogates)))
        promise = np.ones(len(points))
        for figure, (surrogate, most) in enumerate(zip(self.surrogates[1:], self.limits, strict=True), start=1):
            mean, deviation = surrogate.predict(places)
            promise *= ndtr((most - mean - known[:, figure]) / (deviation + _TINY))
        if np.isnan(self.to_beat):
            return promise
        mean, deviation = self.surrogates[0].predict(places)
        return promise * _expected_excess(mean + known[:, 0] - self.to_beat, deviation + _TINY)

    def highest(self, starts: Points, taken: Points) -> tuple[Points, float]:
        """Climb from the most promising of `starts` by steps on the lattice; return the best mix that is not `taken`, and its promise.

        Shape (1, levers); (0, levers) where every mix is taken.
        """
        starts = starts[self.lattice.absent(starts, taken)]
        best, promise = starts[:0], 0.0
        for start in starts[np.argsort(-self(starts), kind="stable")[:_CLIMBERS]]:
            found, height = self._climbed(start[None], taken)
            if not len(best) or height > promise:
                best, promise = found, height
        return best, promise

    def _climbed(self, here: Points, taken: Points) -> tuple[Points, float]:
        height = float(self(here)[0])
        while True:
            around = self.lattice.neighbours(here)
            around = around[self.lattice.absent(around, taken)]
            heights = self(around)
            if not len(around) or heights.max() <= height:
                return here, height
            here, height = around[[heights.argmax()]], float(heights.max())

    def believing(self, points: Points) -> Promise:
        """Return the promise as if these mixes had been observed and had turned out as expected.

        The 'kriging believer', with which several mixes are chosen at once (Ginsbourger, Le Riche and Carraro, 2010).
        """
        places = self.lattice.places(points)
        return replace(self, surrogates=[surrogate.believing(places) for surrogate in self.surrogates])


def _expected_excess(mean: Floats, deviation: Floats) -> Floats:
    """Return the expectation of a normal variable above 0."""
    ratio = mean / deviation
    density = np.exp(-(ratio**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(mean * ndtr(ratio) + deviation * density)
