"""Where in the unit cube to look: the designs of Morris and of Saltelli, both drawn by SALib.

A position in the cube is a cumulative probability of each number, so that every distribution is a matter of the caller.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from simkit.params import PlannerError
from simkit.study.estimates import Values

LEVELS = 4
"""Levels of Morris's grid; a step goes over two thirds of the cube's side."""


class MissingExtraError(PlannerError):
    """A library that only some commands need is not installed."""


def salib(module: str) -> ModuleType:
    """Return a module of SALib. Raises `MissingExtraError` with what to install where there is none."""
    try:
        return importlib.import_module(f"SALib.{module}")
    except ModuleNotFoundError as error:
        advice = "it comes with the extra 'sensitivity': pip install 'simkit[sensitivity]'"
        raise MissingExtraError(
            f"Sensitivity analysis needs the library SALib, which is not installed; {advice}"
        ) from error


def problem_of(names: Sequence[str], groups: Sequence[str] | None = None) -> dict[str, Any]:
    """Return factors on the unit cube as SALib describes them; `groups` names the group of each."""
    problem: dict[str, Any] = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    return problem if groups is None else problem | {"groups": list(groups)}


def morris_trajectories(groups: Sequence[str], number: int, seed: int) -> Values:
    """Return paths through the cube on which one group of factors after another is moved, in random order.

    Morris (1991), Technometrics 33, with groups as in Campolongo, Cariboni and Saltelli (2007), Environ. Model. Softw. 22: the factors
    of a group move together, each up or down by chance. `groups` names the group of each factor; shape (number, groups + 1, factors).
    """
    problem = problem_of([str(place) for place in range(len(groups))], groups)
    rows: Values = salib("sample.morris").sample(problem, number, num_levels=LEVELS, seed=seed)
    return rows.reshape(number, -1, len(groups))


def saltelli_rows(factors: int, samples: int, seed: int) -> Values:
    """Return pairs of points A and B of a scrambled Sobol sequence, and between them A with one factor after another from B.

    Saltelli et al. (2010), Comput. Phys. Commun. 181. `samples` is a power of 2; shape (samples, factors + 2, factors).
    """
    problem = problem_of([str(place) for place in range(factors)])
    rows: Values = salib("sample.sobol").sample(problem, samples, calc_second_order=False, seed=seed)
    return rows.reshape(samples, factors + 2, factors)
