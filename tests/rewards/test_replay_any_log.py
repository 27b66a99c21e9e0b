"""Any log, in any order and read in any blocks, gives the result that it gives in order and in one piece, or an error in words."""

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from simkit.params import ParameterError
from tests.rewards.replay_files import (
    AT,
    CELLS,
    CUSTOMERS,
    EVENTS,
    FILES,
    TWO,
    paid,
    replayed,
    row,
    text,
    three_payments,
    written,
)

MONTH = [f"2024-03-{day:02}T{hour:02}:00:00+08:00" for day in range(1, 29) for hour in (9, 18)]
ROWS = st.one_of(
    st.builds(
        paid, st.sampled_from(MONTH), st.sampled_from(["99.00", "10", "120.5"]), who=st.sampled_from(["c1", "c2"])
    ),
    st.builds(row, st.sampled_from(MONTH), st.just("points"), st.just("1000")),
    st.builds(row, st.sampled_from(MONTH), st.just("claim"), ref=st.sampled_from(["welcome", "weekly"])),
    st.builds(row, st.sampled_from(MONTH), st.just("exchange")),
    st.builds(
        row, st.sampled_from(MONTH), st.just("redeem"), ref=st.sampled_from(["welcome", "c1-welcome-2", "weekly"])
    ),
)


@given(rows=st.lists(ROWS, max_size=30), block_bytes=st.integers(1, 400))
@settings(max_examples=30)
def test_a_log_in_any_order_and_in_any_blocks_gives_what_it_gives_sorted(tmp_path_factory, rows, block_bytes):
    """Ties stay in the order of the file."""
    folder = tmp_path_factory.mktemp("log")
    header, *lines = text(*rows).splitlines()
    replayed(folder, "\n".join([header, *sorted(lines, key=lambda line: line.split(",")[2])]), TWO)
    in_order = written(folder)
    replayed(folder, text(*rows), TWO, block_bytes=block_bytes)
    assert written(folder) == in_order


def test_refunds_find_their_payments_in_a_log_that_is_not_sorted(tmp_path):
    """Where the refund stands before the payment, and nothing but a later row shows that the log is not sorted."""
    first, *others = three_payments("2024-03-04", "2024-03-05", "2024-03-06")
    rows = [row("2024-03-07", "refund", ref="e2"), first, *others]
    for block_bytes in (1, 1 << 20):
        told = replayed(tmp_path, text(*rows), block_bytes=block_bytes)
        assert told.columns("status") == [("revoked",)]


def test_a_payment_refunded_in_another_block_is_remembered(tmp_path):
    """Each row is a block."""
    rows = [paid("2024-03-10"), row("2024-03-11", "refund", ref="e1"), row("2024-03-12", "claim", ref="welcome")]
    assert replayed(tmp_path, text(*rows), block_bytes=1).reasons == {"e3": "REFUNDED"}
    other = [paid("2024-03-10"), row("2024-03-11", "refund", ref="e1", who="c2")]
    with pytest.raises(ParameterError, match=r"events.csv:3: ref: 'e1' is another customer's payment"):
        replayed(tmp_path, text(*other), TWO, block_bytes=1)


GARBAGE = st.one_of(
    st.binary(max_size=200),
    st.lists(st.lists(CELLS, max_size=8).map(",".join), max_size=6).map("\n".join).map(str.encode),
)
GOOD_ROW = f"e1,c1,{AT},payment,99,\n".encode()


def outcome(folder, *content, **options):
    """Return what was written, None where the files were refused in words."""
    try:
        replayed(folder, *content, **options)
    except ParameterError:
        return None
    return written(folder)


@given(garbage=GARBAGE, block_bytes=st.sampled_from([1, 30, 1 << 20]))
@example(garbage=b'e1,c1,"2024-03-10T12:00Z', block_bytes=1)
@example(garbage=b"\r\r\r", block_bytes=1)
@settings(max_examples=200)
def test_any_log_gives_a_result_or_an_error_in_words(tmp_path_factory, garbage, block_bytes):
    """And the same one, in whatever blocks it is read."""
    folder = tmp_path_factory.mktemp("log")
    content = f"{EVENTS}\n".encode() + GOOD_ROW + garbage
    assert outcome(folder, content, block_bytes=block_bytes) == outcome(folder, content)


@given(garbage=GARBAGE)
@settings(max_examples=100)
def test_any_files_give_a_result_or_an_error_in_words(tmp_path_factory, garbage):
    """Headers and customers too."""
    folder = tmp_path_factory.mktemp("files")
    for customers, events in ((garbage, EVENTS), (f"{CUSTOMERS}\n".encode() + garbage, EVENTS), (CUSTOMERS, garbage)):
        made = outcome(folder, events, customers)
        assert made is None or sorted(made) == sorted(FILES)
