"""The compiled ways of the replay make what the plain ones make: rows from bytes, numbers for names, lines from texts."""

import io
from dataclasses import fields

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
from hypothesis import given, settings

from simkit.rewards import EventKind
from simkit.rewards.replay import identities
from simkit.rewards.replay.csv_file import CsvFile
from simkit.rewards.replay.identities import Identities
from simkit.rewards.replay.lines import LineWriter, Texts
from simkit.rewards.replay.log import Rows, any_rows, usual_rows
from tests.rewards.replay_files import CELLS, EVENTS, W01, write_files

MOMENTS = st.integers(-200_000, 36_600 * 86_400).map(
    lambda second: str(np.datetime64("2000-01-01T00:00:00") + np.timedelta64(second, "s"))
)
NO_MOMENTS = [
    "2024-02-29 23:59:59",
    "2023-02-29T00:00:00",
    "2024-13-01T00:00:00",
    "2024-01-00T00:00:00",
    "2024-01-01T24:00:00",
]
OFFSETS = ["+08:00", "Z", "-00:30", "+24:00", "+08:60", "+0800", "", "+08:0", "Zz"]
AMOUNTS = [
    "",
    "0",
    "99",
    "99.",
    "99.9",
    "99.99",
    "99.999",
    ".5",
    "-1",
    "007.10",
    "9999999999999",
    "99999999999999",
    "1e2",
]
USUAL = st.tuples(
    st.sampled_from(["e1", "", "a b", "é", "12345678901234567"]),
    st.just("c1"),
    st.tuples(st.one_of(MOMENTS, st.sampled_from(NO_MOMENTS)), st.sampled_from(OFFSETS)).map("".join),
    st.sampled_from([*(kind.name.lower() for kind in EventKind), "pay", ""]),
    st.sampled_from(AMOUNTS),
    st.sampled_from(["", "welcome", "x\x7f", "x\ty"]),
)


@given(
    lines=st.lists(st.one_of(USUAL, USUAL, st.lists(CELLS, max_size=7)), min_size=1, max_size=3),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    order=st.permutations(range(6)),
)
@settings(max_examples=500)
def test_usual_rows_are_read_as_arrow_reads_them(tmp_path_factory, lines, end, order):
    """What the fast way takes, the exact way takes too, and both make the same of it."""
    path = tmp_path_factory.mktemp("rows") / "events.csv"
    names = tuple(EVENTS.split(",")[place] for place in order)
    ordered = ([line[place] for place in order] if len(line) == len(order) else line for line in lines)
    path.write_bytes((",".join(names) + "\n" + "".join(f"{','.join(line)}{end}" for line in ordered)).encode())
    file = CsvFile(path, names)
    for block in file.blocks():
        usual = usual_rows(file, block, 7)
        if usual is not None:
            exact = any_rows(file, block, 7)
            for column in fields(Rows):
                ours, theirs = getattr(usual, column.name), getattr(exact, column.name)
                if isinstance(ours, np.ndarray):
                    ours, theirs = (pa.array(array) for array in (ours, theirs))
                assert ours.equals(theirs), column.name


def test_the_usual_log_is_read_the_fast_way(tmp_path):
    """Otherwise nothing would be wrong, but slow."""
    _, events = write_files(tmp_path, W01)
    file = CsvFile(events, tuple(EVENTS.split(",")))
    (block,) = file.blocks()
    assert len(usual_rows(file, block, 0)) == len(W01)


TEXTS = st.lists(st.text(max_size=8), min_size=1, max_size=5)


@given(
    tables=st.lists(TEXTS, min_size=1, max_size=4), rows=st.integers(0, 20), buffer=st.integers(1, 60), draw=st.data()
)
def test_lines_are_put_together_from_their_texts(tables, rows, buffer, draw):
    """Whatever the room for them, which grows where a line needs more."""
    cells = [draw.draw(st.lists(st.integers(0, len(table) - 1), min_size=rows, max_size=rows)) for table in tables]
    after = bytes(range(ord("a"), ord("a") + len(tables)))
    file = io.BytesIO()
    writer = LineWriter(file)
    writer.buffer = np.empty(buffer, dtype=np.uint8)
    texts = Texts([pa.array(table, pa.string()) for table in tables])
    writer.write(
        texts,
        after,
        *(np.array(column, dtype=np.int32) + first for column, first in zip(cells, texts.first, strict=False)),
    )
    expected = "".join(
        table[place] + chr(end)
        for line in zip(*cells, strict=True)
        for table, place, end in zip(tables, line, after, strict=True)
    )
    assert file.getvalue().decode() == expected


NAMES = st.lists(st.one_of(st.text(max_size=20), st.integers(0, 10**17).map(str), st.sampled_from("ab")), max_size=40)


@given(known=NAMES, wanted=NAMES)
def test_names_are_found_by_their_position(known, wanted):
    """As by a dictionary; the first repeated one is told, and found where it stood first."""
    found = Identities(pa.array(known, pa.string()))
    first = {name: place for place, name in reversed(list(enumerate(known)))}
    asked = [*known, *wanted]
    assert found.find(pa.array(asked, pa.string())).tolist() == [first.get(name, -1) for name in asked]
    again = [place for place, name in enumerate(known) if first[name] < place]
    assert found.duplicate == (again[0] if again else -1)


@given(names=NAMES)
def test_compiled_and_plain_hashes_agree(names):
    """Bit for bit, as do the tables that are made of them."""
    _, offsets, content = pa.array(names, pa.string()).buffers()
    begins = np.frombuffer(offsets, dtype=np.int32)[: len(names) + 1] if names else np.zeros(1, dtype=np.int32)
    held = np.frombuffer(content, dtype=np.uint8) if content is not None else np.empty(0, dtype=np.uint8)
    tables = []
    with np.errstate(over="ignore"):
        for hashing, looking in (
            (identities.hash_names, identities.look_up),
            (identities.hash_names.__wrapped__, identities.look_up.__wrapped__),
        ):
            codes, found = np.empty(len(names), dtype=np.uint64), np.empty(len(names), dtype=np.int32)
            table, positions = np.zeros(128, dtype=np.uint64), np.zeros(128, dtype=np.int32)
            hashing(held, begins, codes)
            looking(codes, table, positions, True, found)  # noqa: FBT003
            tables.append([array.tolist() for array in (codes, table, positions, found)])
    assert tables[0] == tables[1]
