"""Parameters of who the customers are: another mix of segments, and reported facts that are kept for comparison."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simkit.params.quantity import Frozen, SegmentChange, SegmentProbability, Years

_ROUNDING = 0.005


class CustomerMix(Frozen):
    """Another mix of segments than the bank's own of today."""

    of: Literal["bank", "country"] = Field(description="Whose shares of segments are simulated")
    country: SegmentProbability = Field(description="Shares of segments among the country's adults; they sum to 1")
    yearly_change: SegmentChange = Field(description="Change of each share in a year; the changes sum to 0")
    years_ahead: Years = Field(description="Years for which the mix has moved on")


class ReportedFact(Frozen):
    """A share that was reported, with its two numbers where they are known: a calibration may use it only if they agree."""

    part: float = Field(gt=0, description="What the share is of, numerator")
    whole: float = Field(gt=0, description="What the share is of, denominator")
    stated: float = Field(gt=0, lt=1, description="The share that is stated beside them")
    source: str = Field(min_length=1, description="Where all three were reported")

    @property
    def contradiction(self) -> str | None:
        """Say how far the stated share is from part / whole, if rounding to whole percents does not explain it."""
        found = self.part / self.whole
        if abs(found - self.stated) <= _ROUNDING:
            return None
        return f"{self.part:g} / {self.whole:g} = {found:.1%}, stated as {self.stated:.1%}: different bases; no parameter is fitted to it"
