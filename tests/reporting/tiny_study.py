"""A study that takes a second, as a plan file."""

import yaml

TINY = {
    "title": {"en": "Tiny", "zh": "小"},
    "question": {"en": "Does it work?", "zh": "能用吗？"},
    "scenario": "city_bank",
    "scale": 0.002,
    "strategies": ["digital_first"],
    "replications": 2,
}


def tiny_plan(folder, name, **changes):
    """Write a study that takes a second."""
    path = folder / f"{name[:50].replace('/', '')}.yaml"
    path.write_text(yaml.safe_dump({"name": name, **TINY, **changes}, allow_unicode=True), encoding="utf-8")
    return path
