"""Parameter files to start from and to break."""

import copy
from pathlib import Path

import pytest
import yaml

from simkit.params import read_yaml

PARAMS = Path(__file__).resolve().parents[2] / "params"
_CITY_BANK = read_yaml(PARAMS / "scenarios" / "city_bank.yaml").data


@pytest.fixture
def city_bank():
    """Give the data of the shipped scenario, to be changed at will."""
    return copy.deepcopy(_CITY_BANK)


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a text, bytes or data to a YAML file and returns its path."""

    def written(content, name="changed.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, str | bytes):
            content = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written
