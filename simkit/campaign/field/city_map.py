"""Where communities lie, and how long the rides between them take."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.params import Scenario
from simkit.params.mechanisms.leads import Routes
from simkit.streams import Streams

Communities = NDArray[np.integer]
_SAME_MAP = 0  # the map is the scenario's: no replication has another


class CityMap:
    """Communities in clusters: neighbours by number lie in one district. The map of a part of the bank is a part of the city."""

    def __init__(self, scenario: Scenario, facts: Routes, communities: int) -> None:
        luck = Streams(scenario.seed, _SAME_MAP)
        districts = math.ceil(communities / facts.communities_per_district.value)
        side = facts.district_distance.value * math.sqrt(districts)
        centre = luck.decision("map.district").uniforms(np.arange(districts), width=2) * side
        around = ndtri(luck.decision("map.community").uniforms(np.arange(communities), width=2))
        district = np.arange(communities) * districts // communities
        self._kilometres = centre[district] + around * facts.district_spread.value
        self._places = [(float(east), float(north)) for east, north in self._kilometres]
        self._minutes_per_kilometre = facts.detour.value / facts.speed.value * 60
        self._walk = scenario.field.walk.value

    def minutes(self, here: Communities, there: Communities) -> NDArray[np.float64]:
        """Return the minutes of a ride off the peak, no less than the walk to the next door; arguments broadcast."""
        way = self._kilometres[here] - self._kilometres[there]
        return np.asarray(np.maximum(np.sqrt((way**2).sum(axis=-1)) * self._minutes_per_kilometre, self._walk))

    def ride(self, here: int, there: int) -> float:
        """Return `minutes` for one ride."""
        return max(math.dist(self._places[here], self._places[there]) * self._minutes_per_kilometre, self._walk)
