"""How the compiled loop sees the table: as one pointer, however many arrays.

Nothing is counted or freed through it, for whoever calls the loop holds the arrays. Counting references took a third of the time of
playing, and a good part of compiling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import extending
from numba.core import cgutils, types
from numba.core.extending import infer_getattr
from numba.core.typing.templates import AttributeTemplate

from simkit.rewards.play.table import Table


def in_loop(table: Table) -> Table:
    """Return the table as the functions of the loop take it: in plain Python as it is."""
    return table


class TableType(types.Type):
    """A pointer to the arrays of a table, which are in the frame of the function that called `in_loop`."""

    def __init__(self, table: types.NamedTuple) -> None:
        self.table = table
        super().__init__(f"TableType({table})")

    @property
    def mangling_args(self) -> tuple[str, tuple[()]]:
        """Keep the names of compiled functions short: the fields of all records would make them many thousand letters long."""
        return "Table", ()


extending.register_model(TableType)(extending.models.OpaqueModel)


@extending.type_callable(in_loop)
def _type_of_call(context: Any) -> Callable[[types.NamedTuple], TableType]:  # noqa: ANN401, ARG001 - Numba asks for it
    def type_of(table: types.NamedTuple) -> TableType:
        return TableType(table)

    return type_of


def _point(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
    return builder.bitcast(cgutils.alloca_once_value(builder, arguments[0]), cgutils.voidptr_t)


@infer_getattr
class _Arrays(AttributeTemplate):
    key = TableType

    def generic_resolve(self, pointer: TableType, name: str) -> Any:  # type: ignore[override]  # noqa: ANN401
        return pointer.table[pointer.table.fields.index(name)]


def _read(context: Any, builder: Any, kind: TableType, pointer: Any, name: str) -> Any:  # noqa: ANN401
    arrays = builder.bitcast(pointer, context.get_value_type(kind.table).as_pointer())
    return builder.load(cgutils.gep_inbounds(builder, arrays, 0, kind.table.fields.index(name)))


extending.lower_builtin(in_loop, types.NamedTuple)(_point)
extending.lower_getattr_generic(TableType)(_read)
