"""The compiled loop is the plain one, only faster."""

import os
import subprocess
import sys
from pathlib import Path

from simkit.rewards import Reason
from tests.rewards import loop_digest

ROOT = Path(__file__).parents[2]


def test_the_compiled_loop_and_its_plain_twin_agree_bit_for_bit():
    """Coupons, decisions, stages, books, points and refusals of thousands of events, in a process where nothing is compiled."""
    plain = subprocess.run(
        [sys.executable, "-m", "tests.rewards.loop_digest"],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert dict(line.split() for line in plain.splitlines()) == loop_digest.digests()


def test_the_games_meet_what_they_are_meant_to_meet():
    """Nearly every reason is given, and coupons end in every state: the comparison above is no empty one."""
    reasons, ends = set(), {}
    for name, reading in loop_digest.GAMES:
        game = loop_digest.played(name, reading)
        assert game["coupons"], name
        reasons |= {Reason(reason) for part in game["decisions"] for _, _, reason in part}
        ends[name] = {row[-1] for row in game["coupons"]}
    rare = {Reason.NOT_FOR_TIER, Reason.ANNUAL_CAP, Reason.LIFETIME_CAP, Reason.QUOTA_FULL}
    assert reasons >= set(Reason) - rare
    assert all(ends[name] == {0, 1, 2, 3} for name in ("budgeted_coupons", "huaxia_luckin", "small_weekly_reward"))
