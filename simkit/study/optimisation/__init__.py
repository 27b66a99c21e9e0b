"""The best mix of levers under limits: a search on a lattice of whole steps, and a choice among its last candidates."""

from simkit.study.optimisation.mixes import MIX_PLAN, Campaigns, Mixes
from simkit.study.optimisation.optimising import Optimisation, mix_problem, optimise
from simkit.study.optimisation.search import SURE, MixSearch

__all__ = ["MIX_PLAN", "SURE", "Campaigns", "MixSearch", "Mixes", "Optimisation", "mix_problem", "optimise"]
