"""Compiling the functions of the loop together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

# Wrappers for callers from Python would double the time that compiling takes, and nothing in the loop is allocated whose references
# had to be counted; Numba's types do not know these options.
_compile: Any = functools.partial(
    numba.njit,
    error_model="numpy",
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    _nrt=False,
)


def part_of_loop(function: Function) -> Function:
    """Compile a function together with the loop that calls it; nothing else calls it."""
    compiled: Function = _compile(function)
    return compiled
