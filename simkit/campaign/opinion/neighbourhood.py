"""Who talks with whom: a small world of neighbours, computed and never stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.params.mechanisms import opinion
from simkit.population import Population
from simkit.streams import Streams

Customers = NDArray[np.integer]


class Neighbourhood:
    """The next-door neighbours in the own community's ring, some of them exchanged for somebody anywhere.

    Who stands at each of a customer's places is fixed for the whole run (Watts and Strogatz, Collective dynamics of small-world
    networks, 1998, with links that need not be mutual). Fully mixed, anyone may stand at a place, and whom one meets is drawn
    anew each time.
    """

    def __init__(self, facts: opinion.WordOfMouth, population: Population, streams: Streams) -> None:
        self.places = round(facts.neighbours.value)
        self._mixed = facts.mixing == "fully_mixed"
        self._long_links = 1.0 if self._mixed else facts.long_links.value
        self._population = population
        self._size = population.size
        self._bounds = population.first_residents
        places = np.arange(self.places)
        self._steps = np.where(places % 2 == 0, places // 2 + 1, -(places // 2) - 1)
        self._links = streams.decision("word_of_mouth.links")

    def neighbours(self, customers: Customers) -> NDArray[np.int64]:
        """Return who stands at the customers' places, shape (customers × places,)."""
        places = np.arange(customers.shape[0] * self.places) % self.places
        return self._at(customers.repeat(self.places), places)

    def met(self, customers: Customers, luck: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return whom each customer meets, given a number in (0, 1)."""
        if self._mixed:
            return (luck * self._size).astype(np.int64)
        return self._at(customers, (luck * self.places).astype(np.int64))

    def _at(self, customers: Customers, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return who stands at one place of each customer: next door on the right, on the left, two doors away, and so on."""
        community = self._population.community_of(customers)
        first, following = self._bounds.take(community), self._bounds[1:].take(community)
        neighbour = first + (customers - first + self._steps.take(places)) % (following - first)
        luck = self._links.uniform(customers, places)
        far = (luck < self._long_links).nonzero()[0]
        neighbour[far] = luck[far] / self._long_links * self._size
        return neighbour
