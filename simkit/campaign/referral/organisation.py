"""The tree staff → team → branch, by numbers alone: members of a team, and teams of a branch, have neighbouring numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.world import World


@dataclass(frozen=True)
class Organisation:
    """Staff are numbered from 0 through all branches."""

    branches: int
    teams_per_branch: int
    staff_per_team: int

    @classmethod
    def of(cls, world: World) -> Organisation:
        """Return the simulated share of the bank's organisation, at least one branch."""
        codes = world.scenario.staff_codes
        if codes is None:
            raise ValueError("the scenario has no section `staff_codes`")
        return cls(
            branches=max(1, round(world.scaled(world.scenario.bank.branches.value))),
            teams_per_branch=round(codes.teams_per_branch.value),
            staff_per_team=round(codes.staff_per_team.value),
        )

    @property
    def staff_per_branch(self) -> int:
        """Members of staff of one branch."""
        return self.teams_per_branch * self.staff_per_team

    @property
    def staff(self) -> int:
        """Members of staff of all branches."""
        return self.branches * self.staff_per_branch

    def by_team(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum amounts of staff for each team, shape (branches, teams of a branch)."""
        return np.asarray(amounts.reshape(self.branches, self.teams_per_branch, self.staff_per_team).sum(axis=2))

    def by_branch(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum amounts of staff for each branch."""
        return np.asarray(amounts.reshape(self.branches, -1).sum(axis=1))

    def first_of_each_branch(self, number: float) -> NDArray[np.bool_]:
        """Choose so many members of staff, spread evenly over the branches; more only adds to fewer."""
        number = min(round(number), self.staff)
        ends = np.arange(self.branches + 1) * number // self.branches
        chosen: NDArray[np.bool_] = (np.arange(self.staff_per_branch) < np.diff(ends)[:, None]).reshape(-1)
        return chosen
