"""Replaying event logs: CSV files in, CSV files out, by the engine that the campaign drives."""

from simkit.rewards.replay.run import Replayed, replay

__all__ = ["Replayed", "replay"]
