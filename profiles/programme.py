"""Linear programmes of one set of sums, solved again and again: each search starts where the last one ended.

What is looked for, and what may change, is the asker's business.
"""

from typing import Any

import numpy as np

MANY = 1e7
"""More people than there are."""


class Programme:
    """Every set of numbers that fits: each line of ``matrix`` comes to no less than ``least`` and no more than ``most``."""

    def __init__(self, matrix: Any, least: Any, most: Any, are_whole: bool = False):
        import highspy

        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = matrix.shape
        model.col_cost_ = model.col_lower_ = np.zeros(model.num_col_)
        model.col_upper_ = np.full(model.num_col_, MANY)
        model.row_lower_, model.row_upper_ = least, most
        if are_whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
            matrix.indptr,
            matrix.indices,
            matrix.data,
        )
        self._places = np.arange(model.num_col_, dtype=np.int32)
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # the library types its models, not its solver
        self._solver.silent()
        self._solver.passModel(model)

    def solved(self, price: Any, lower: Any, upper: Any) -> Any:
        """The cheapest numbers within the limits; none if none fit."""
        import highspy

        solver, places = self._solver, self._places
        solver.changeColsCost(len(places), places, price)
        solver.changeColsBounds(len(places), places, lower, np.minimum(upper, MANY))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(solver.getSolution().col_value)
