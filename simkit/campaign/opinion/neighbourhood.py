"""Who talks with whom: a small world of neighbours, computed and never stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled
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
        self._size, self._communities = population.size, population.communities
        self._bounds = population.first_residents
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
        neighbours = np.empty(customers.shape[0], dtype=np.int64)
        luck = self._links.uniform(customers, places)
        links = self._long_links, self._size, self._communities
        index = np.ascontiguousarray(customers, dtype=np.int64)
        find_neighbours(index, places, luck, self._bounds, links, neighbours)
        return neighbours


@compiled("void(int64[::1], int64[::1], float64[::1], int64[::1], Tuple((float64, int64, int64)), int64[::1])")
def find_neighbours(
    customers: NDArray[np.int64],
    places: NDArray[np.int64],
    luck: NDArray[np.float64],
    first_residents: NDArray[np.int64],
    links: tuple[float, int, int],
    neighbours: NDArray[np.int64],
) -> None:
    """Fill `neighbours` with who stands at a place of each customer; links: the share of long ones, customers and communities."""
    long_links, size, communities = links
    for row in range(customers.shape[0]):
        if luck[row] < long_links:
            neighbours[row] = int(luck[row] / long_links * size)
        else:
            community = customers[row] * communities // size
            first, following = first_residents[community], first_residents[community + 1]
            away = places[row] // 2 + 1
            step = -away if places[row] % 2 else away
            neighbours[row] = first + (customers[row] - first + step) % (following - first)
