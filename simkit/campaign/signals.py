"""What one mechanism tells the others: who has just had which experience. Nobody listens, nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto

import numpy as np
from numpy.typing import NDArray

Customers = NDArray[np.integer]
Listener = Callable[[Customers, int], None]


class Signal(IntEnum):
    """Experiences that concern more than one mechanism; contacts are told by the ledger, which sees them all."""

    OPENED = auto()
    """Has opened a wallet."""
    ACTIVATED = auto()
    """Has made the first payment."""
    STOPPED = auto()
    """Has stopped paying."""
    BRIEFED = auto()
    """Has had the security of the wallet explained."""
    EDUCATED = auto()
    """Has been taught about wallets, without a sale."""
    SOLVED = auto()
    """Had a problem, which the bank solved."""
    UNSOLVED = auto()
    """Had a problem, which the bank did not solve."""
    WAITED = auto()
    """Has waited longer than is thought fit."""
    FOLLOWED_UP = auto()
    """Was called back in time after opening."""
    CARED_FOR = auto()
    """Has had a touch of care: a thank-you, a small gift."""
    REDEEMED = auto()
    """Has redeemed a reward."""
    HARMED = auto()
    """Has been struck by a breach or by fraud."""
    LEAD = auto()
    """Has shown interest that is worth following up."""
    GAVE_UP = auto()
    """Has opened a wallet and will not make the first payment alone."""
    HELP_WANTED = auto()
    """Wants a person of the support desk to help with the first steps."""
    HELPED = auto()
    """Has been helped with the first steps by the support desk."""


class Signals:
    """Listeners by signal; told at once, in the order in which they began to listen."""

    def __init__(self) -> None:
        self._listeners: dict[Signal, list[Listener]] = {}

    def listen(self, signal: Signal, listener: Listener) -> None:
        """Have `listener(customers, day)` called at every such signal."""
        self._listeners.setdefault(signal, []).append(listener)

    def heard(self, signal: Signal) -> bool:
        """Say whether anyone listens: the sender need not work out who is concerned where nobody does."""
        return signal in self._listeners

    def send(self, signal: Signal, customers: Customers, day: int) -> None:
        """Tell the listeners that these customers (each once) have had this experience on `day`."""
        if customers.shape[0]:
            for listener in self._listeners.get(signal, ()):
                listener(customers, day)
