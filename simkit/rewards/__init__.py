"""Reward programmes: their rules and their coupons. Knows no clock but the day and no behaviour."""

from simkit.rewards.coupons import CouponBook, CouponState
from simkit.rewards.programme import RewardProgramme, load_programme

__all__ = ["CouponBook", "CouponState", "RewardProgramme", "load_programme"]
