"""What mechanisms add to a common quantity in log-odds (or as the logarithm of a ratio), each under its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import BLOCK, blocks

Customers = NDArray[np.integer]
Floats = NDArray[np.floating]
Term = Callable[[Customers, int], Floats | float]
"""(customers, occasion) → one number each, or one for all; the occasion is the channel of a contact or the day of a plan."""


class Influences:
    """Named terms that are summed; with none, nothing is computed."""

    def __init__(self) -> None:
        self._terms: dict[str, Term] = {}
        self._changing: dict[str, Term] = {}

    def add(self, name: str, term: Term, *, changes: bool = False) -> None:
        """Add a term; `changes` says that it may differ from one day to the next. Raises `ValueError` for a name that is taken."""
        if name in self._terms:
            raise ValueError(f"the influence {name!r} is there already")
        self._terms[name] = term
        if changes:
            self._changing[name] = term

    def __bool__(self) -> bool:
        return bool(self._terms)

    @property
    def changing(self) -> bool:
        """Whether any term may differ from one day to the next."""
        return bool(self._changing)

    def terms(self, customers: Customers, occasion: int) -> dict[str, Floats]:
        """Return every term by name."""
        index = customers.astype(np.intp, copy=False)  # NumPy's own index type: every look-up is twice as fast
        return {name: np.asarray(term(index, occasion)) for name, term in self._terms.items()}

    def total(self, customers: Customers, occasion: int) -> Floats:
        """Return the sum of all terms."""
        return _sum(self._terms, customers, occasion)

    def added_to(self, total: Floats, customers: Customers, occasion: int) -> Floats:
        """Return this total with every term added to it in place, one after the other."""
        if customers.shape[0] <= BLOCK:
            return _added_to_block(total, self._terms, customers, occasion)
        for some in blocks(customers.shape[0]):
            _added_to_block(total[some], self._terms, customers[some], occasion)
        return total

    def changing_total(self, customers: Customers, occasion: int) -> Floats:
        """Return the sum of the terms that may change."""
        return _sum(self._changing, customers, occasion)

    def lasting_total(self, customers: Customers, occasion: int) -> Floats:
        """Return the sum of the terms that stay as they are."""
        lasting = {name: term for name, term in self._terms.items() if name not in self._changing}
        return _sum(lasting, customers, occasion)


def _sum(terms: dict[str, Term], customers: Customers, occasion: int) -> Floats:
    if customers.shape[0] <= BLOCK:
        return np.asarray(_sum_of_block(terms, customers, occasion))
    totals = [_sum_of_block(terms, customers[some], occasion) for some in blocks(customers.shape[0])]
    return np.concatenate(totals) if np.ndim(totals[0]) else np.asarray(totals[0])


def _sum_of_block(terms: dict[str, Term], customers: Customers, occasion: int) -> Floats | float:
    total: Floats | float = 0.0
    for effect in _effects(terms, customers.astype(np.intp, copy=False), occasion):
        total = total + effect
    return total


def _added_to_block(total: Floats, terms: dict[str, Term], customers: Customers, occasion: int) -> Floats:
    for effect in _effects(terms, customers.astype(np.intp, copy=False), occasion):
        total += effect
    return total


def _effects(terms: dict[str, Term], index: NDArray[np.intp], occasion: int) -> Iterator[Floats | float]:
    """Return the terms that are not nothing for all: most concern few channels, and say so by one zero."""
    for term in terms.values():
        effect = term(index, occasion)
        if not isinstance(effect, float) or effect:
            yield effect
