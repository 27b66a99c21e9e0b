"""What levers, values and strategies that were tried are called in the two languages."""

from __future__ import annotations

from simkit.params import find_parameters
from simkit.params.levers import Title
from simkit.reporting.language import LANGUAGES, Language, Narrator
from simkit.rewards import load_programme
from simkit.workbench.levers import PROGRAMME, Lever, Value, offered_levers, rules_of
from simkit.workbench.trial import Trial

_TOLD = 3
_LONGEST_TITLE = 200


def speaker(language: Language) -> Narrator:
    """Return a narrator for what has no study: the words of controls."""
    return Narrator(language, {}, {})


def lever_title(lever: Lever, programme: str | None, narrator: Narrator) -> str:
    """Return what a lever is called; a rule with the title of its part, and of its tier."""
    if not lever.part:
        return narrator.text(f"workbench.lever.{lever.words}.title")
    part = lever.part
    if programme is not None:
        part = (
            load_programme(find_parameters("rewards", programme))
            .parts[lever.part]
            .title.model_dump()[narrator.language]
        )
    tier = lever.key.partition(f".grant.{lever.words.removeprefix('rule.')}.")[2]
    titled = narrator.text(f"workbench.lever.{lever.words}.title", part=part)
    return narrator.text("workbench.of_tier", title=titled, tier=tier) if tier else titled


def lever_unit(lever: Lever, narrator: Narrator) -> str:
    """Return what a lever is counted in; nothing where it is chosen from words."""
    return "" if lever.choices or lever.key == PROGRAMME else narrator.text(f"workbench.lever.{lever.words}.unit")


def value_text(lever: Lever, value: Value, narrator: Narrator) -> str:
    """Return a value as people write it."""
    if value is None:
        return narrator.text("workbench.none")
    if isinstance(value, str):
        return narrator.text(f"workbench.choice.{value}") if value in lever.choices else value
    unit = "share" if lever.words == "rule.rate" else ""
    digits = 3 if unit else 0 if value.is_integer() else 2
    return narrator.quantities.number(value, unit, digits)


def differences(trial: Trial, narrator: Narrator) -> list[str]:
    """Return what was moved, each as 'title value'."""
    programme = trial.programme
    levers = [lever for levers in offered_levers().values() for lever in levers]
    levers += rules_of(programme)
    return [
        narrator.text(
            "workbench.difference",
            title=lever_title(lever, programme, narrator),
            value=value_text(lever, trial.changes[lever.key], narrator),
        )
        for lever in levers
        if lever.key in trial.changes
    ]


def tried_title(trial: Trial) -> Title:
    """Return what a strategy that is being tried is called."""
    return _both("workbench.tried", trial)


def pinned_title(number: int, trial: Trial) -> Title:
    """Return what a pinned strategy is called: its number, and what differs from the strategy that it began from."""
    return _both("workbench.pinned", trial, number=str(number))


def summary_of(trial: Trial) -> Title:
    """Return what a strategy is that differs in some levers from another."""
    return _both("workbench.summary", trial)


def _both(key: str, trial: Trial, **values: str) -> Title:
    return Title(**{language: _told(key, trial, language, values) for language in LANGUAGES})


def _told(key: str, trial: Trial, language: Language, values: dict[str, str]) -> str:
    narrator = speaker(language)
    moved = differences(trial, narrator)
    base = trial.begins_from.title.model_dump()[language]
    what = narrator.text("list.separator").join(moved[:_TOLD])
    if len(moved) > _TOLD:
        what = narrator.text("workbench.and_more", what=what, n=str(len(moved) - _TOLD))
    told = narrator.text(key if moved else f"{key}_unchanged", base=base, what=what, **values)
    return told if len(told) <= _LONGEST_TITLE else told[: _LONGEST_TITLE - 1] + "…"
