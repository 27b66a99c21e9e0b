"""Blocks change how much is computed at a time, and nothing in what comes of it."""

import numpy as np
import pytest

from simkit.blocks import BLOCK, blocks, by_block, keep_rows
from simkit.campaign.influences import Influences
from simkit.streams import Streams

MANY = 2 * BLOCK + 7


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, MANY])
def test_blocks_walk_over_a_column_once_and_in_its_order(size):
    """Together they are the column; none is longer than a block."""
    column = np.arange(size)
    parts = [column[some] for some in blocks(size)]
    assert np.array_equal(np.concatenate(parts), column)
    assert max(part.shape[0] for part in parts) <= BLOCK


@pytest.mark.parametrize("size", [0, MANY])
def test_a_column_computed_by_block_is_the_one_computed_at_once(size):
    """Also an empty one, with its type."""
    column = np.arange(size, dtype=np.int32)
    found = by_block(lambda some: some % 3 == 0, column)
    assert found.dtype == np.bool_
    assert np.array_equal(found, column % 3 == 0)


@pytest.mark.parametrize("rows", [[], [0, 1, 2], [2, 5, 9], list(range(10))])
def test_rows_are_kept_in_their_order_without_memory_of_their_own(rows):
    """What is kept lies where the column lay."""
    column = np.arange(10) * 7
    kept = keep_rows(np.array(rows, dtype=np.intp), column)
    assert kept.tolist() == [7 * row for row in rows]
    assert kept.base is column


@pytest.mark.parametrize("width", [1, 4])
def test_a_number_does_not_depend_on_how_many_are_drawn_with_it(width):
    """More customers than a block holds have the numbers that each has alone, at one occasion or at each its own."""
    luck, customers = Streams(1, 2).decision("a decision"), np.arange(MANY, dtype=np.int32)
    for occasion in (3, customers % 5):
        together = luck.uniforms(customers, occasion, width=width)
        for customer in (0, BLOCK - 1, BLOCK, MANY - 1):
            own = occasion if isinstance(occasion, int) else occasion[[customer]]
            assert np.array_equal(together[customer], luck.uniforms(customers[[customer]], own, width=width)[0])


def test_influences_on_many_are_the_sum_of_their_terms_for_each():
    """Terms by customer, and terms that are one number for all; none at all is one zero."""
    influences, customers = Influences(), np.arange(MANY, dtype=np.int32)
    assert influences.total(customers, 0) == 0
    influences.add("own", lambda some, occasion: some * 0.5 + occasion)
    influences.add("of all", lambda some, occasion: np.float64(2.0))  # noqa: ARG005
    influences.add("of nobody", lambda some, occasion: 0.0)  # noqa: ARG005
    assert np.array_equal(influences.total(customers, 3), customers * 0.5 + 3 + 2.0)
    assert np.array_equal(
        influences.added_to(customers * 1.0, customers, 3), customers * 1.0 + (customers * 0.5 + 3) + 2.0
    )
