"""Remembering what a function gave for the very same objects."""

from simkit.identity_cache import once_for_each


def test_the_same_objects_are_asked_once_and_equal_ones_again():
    """The function runs once for an object, and again for another that only looks alike, also where neither can be hashed."""
    asked = []
    length = once_for_each(lambda *lists: asked.append(lists) or sum(map(len, lists)))
    one, alike = [1, 2], [1, 2]
    assert [length(one), length(one), length(alike), length(one, alike), length(alike, one), length(one)] == [
        2,
        2,
        2,
        4,
        4,
        2,
    ]
    assert len(asked) == 4
