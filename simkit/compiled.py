"""Compiling the few loops that a profile names; each has a plain twin in the tests that agrees bit for bit."""

from __future__ import annotations

from collections.abc import Callable

import numba


def compiled(signature: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Compile a function for the one signature that is used, when its module is loaded, and keep the result on disk.

    Whatever is wrong with the cache (nowhere to write, damaged), compiling again only costs time.
    """

    def compile_now(function: Callable[..., None]) -> Callable[..., None]:
        try:
            fast: Callable[..., None] = numba.njit(signature, cache=True, nogil=True)(function)
        except Exception:  # noqa: BLE001 - see above
            fast = numba.njit(signature, nogil=True)(function)
        return fast

    return compile_now
