"""One store of customer tags: stage of life, tier of wealth, occupation; drawn once a replication, the same for every strategy."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from simkit.blocks import blocks
from simkit.params import BySegment, Scenario
from simkit.params.mechanisms.messaging import TAG_GROUPS, Eligibility, TagGroup, Tags
from simkit.population import Population
from simkit.streams import Streams

_FACES = 2**16
_DEVIATIONS, _LEVELS = 4.0, 4096  # a place in the order is looked up in steps of 1/512 standard deviations
_LEVELS_A_DEVIATION = np.float32(_LEVELS / (2 * _DEVIATIONS))


class CustomerTags:
    """Codes of the tags of each group, shape (customers,), one byte each; a cell is one combination of the three.

    A group's tags are dealt in their order along `correlation × z + √(1 - correlation²) × luck`, where z is the customer's own log-odds
    of opening in standard deviations. Tags therefore tell who opens more readily, and change nothing in who does.
    """

    def __init__(self, tags: Tags, scenario: Scenario, population: Population, streams: Streams) -> None:
        self._tags = tags
        self._code: dict[TagGroup, NDArray[np.uint8]] = {
            group: np.empty(population.size, dtype=np.uint8) for group in TAG_GROUPS
        }
        dealt = {group: _codes_by_level(tags.shares(group), scenario) for group in TAG_GROUPS}
        decision = streams.decision("tags.who")
        standard = ndtri((np.arange(_FACES) + 0.5) / _FACES).astype(np.float32)
        spread = np.float32(scenario.response.propensity_spread.value)
        for some in blocks(population.size):
            faces = decision.faces(np.arange(some.start, some.stop), width=2)
            own = population.propensity[some] / spread + spread / 2 if spread else np.float32(0)
            row = population.segment[some].astype(np.intp) * _LEVELS
            for position, group in enumerate(TAG_GROUPS):
                correlation = getattr(tags, f"{group}_correlation").value
                luck = np.float32(np.sqrt(1 - correlation**2)) * standard.take(faces[:, position])
                level = (np.float32(correlation) * own + luck + np.float32(_DEVIATIONS)) * _LEVELS_A_DEVIATION
                row_of_level = row + np.minimum(np.maximum(level, 0), _LEVELS - 1).astype(np.intp)
                self._code[group][some] = dealt[group].take(row_of_level)

    def of(self, group: TagGroup) -> NDArray[np.uint8]:
        """Return each customer's tag of a group, as its position among them."""
        return self._code[group]

    @property
    def cells(self) -> int:
        """Number of combinations."""
        return int(np.prod([len(getattr(self._tags, group)) for group in TAG_GROUPS]))

    def cell(self, customers: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the cell of customers."""
        cell: NDArray[np.int64] = self._code["lifecycle"][customers].astype(np.int64)
        for group in TAG_GROUPS[1:]:
            cell = cell * len(getattr(self._tags, group)) + self._code[group][customers]
        return cell

    def eligible(self, rule: Eligibility) -> NDArray[np.bool_]:
        """Say who has one of the tags that the rule names, in every group that it names."""
        eligible = np.ones(self._code["lifecycle"].shape[0], dtype=np.bool_)
        for group in TAG_GROUPS:
            names = getattr(rule, group)
            if names is not None:
                named = np.array([tag in names for tag in getattr(self._tags, group)])
                eligible &= named[self._code[group]]
        return eligible


def _codes_by_level(shares: Iterable[BySegment], scenario: Scenario) -> NDArray[np.uint8]:
    """Return the tag at each level of the order, row by row a segment; `shares` are those of the tags."""
    rank = ndtr(((np.arange(_LEVELS) + 0.5) / _LEVELS * 2 - 1) * _DEVIATIONS)
    ends = np.cumsum([scenario.by_segment(share) for share in shares], axis=0)[:-1].T
    return np.concatenate([np.searchsorted(end, rank, side="right") for end in ends]).astype(np.uint8)
