"""Compiling the few loops that a profile names; each has a plain twin in the tests that agrees bit for bit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

Arguments = ParamSpec("Arguments")
# Nothing is divided by 0, and nobody calls these loops but Python: without what is meant for either they compile sooner.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(*signatures: str) -> Callable[[Callable[Arguments, None]], Callable[Arguments, None]]:
    """Compile a function for the few signatures that are used, when it is first called, and keep the result on disk.

    Who only reads results never loads the compiler. Whatever is wrong with the cache (nowhere to write, damaged), compiling again only
    costs time.
    """

    def compile_later(function: Callable[Arguments, None]) -> Callable[Arguments, None]:
        @functools.cache
        def fast() -> Callable[Arguments, None]:
            import numba  # noqa: PLC0415 - the compiler takes half a second to load

            try:
                made: Callable[Arguments, None] = numba.njit(list(signatures), cache=True, **_OPTIONS)(function)
            except Exception:  # noqa: BLE001 - see above
                made = numba.njit(list(signatures), **_OPTIONS)(function)
            return made

        @functools.wraps(function)
        def call(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
            fast()(*arguments, **named)

        return call

    return compile_later
