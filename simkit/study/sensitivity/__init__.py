"""What an answer hangs on: screening of all uncertain numbers, shares of variance, and one number at a time."""

from simkit.study.sensitivity.analysis import Effort, Sensitivity
from simkit.study.sensitivity.campaigns import Answer, Question, ask

__all__ = ["Answer", "Effort", "Question", "Sensitivity", "ask"]
