"""What mechanisms add to a common quantity in log-odds (or as the logarithm of a ratio), each under its own name."""

from __future__ import annotations

from collections.abc import Callable

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
        """Return this total with every term added, one after the other."""
        return np.asarray(_add(total, self._terms, customers, occasion))

    def changing_total(self, customers: Customers, occasion: int) -> Floats:
        """Return the sum of the terms that may change."""
        return _sum(self._changing, customers, occasion)

    def lasting_total(self, customers: Customers, occasion: int) -> Floats:
        """Return the sum of the terms that stay as they are."""
        lasting = {name: term for name, term in self._terms.items() if name not in self._changing}
        return _sum(lasting, customers, occasion)


def _sum(terms: dict[str, Term], customers: Customers, occasion: int) -> Floats:
    return np.asarray(_add(0.0, terms, customers, occasion))


def _add(total: Floats | float, terms: dict[str, Term], customers: Customers, occasion: int) -> Floats | float:
    if customers.shape[0] <= BLOCK:
        return _add_to_block(total, terms, customers, occasion)
    totals = [
        _add_to_block(total[some] if isinstance(total, np.ndarray) else total, terms, customers[some], occasion)
        for some in blocks(customers.shape[0])
    ]
    return np.concatenate(totals) if np.ndim(totals[0]) else totals[0]


def _add_to_block(total: Floats | float, terms: dict[str, Term], customers: Customers, occasion: int) -> Floats | float:
    index = customers.astype(np.intp, copy=False)  # NumPy's own index type: every look-up is twice as fast
    for term in terms.values():
        effect = term(index, occasion)
        # Most terms concern few channels, and say so by one zero for all.
        if not isinstance(effect, float) or effect:
            total = total + effect
    return total
