"""The plain greedy choice, for comparison: hide the smallest shown cell wherever a relation has too little hidden."""

from __future__ import annotations

import numpy as np

from transforms.s6_disclose.audit import Audit, audit
from transforms.s6_disclose.problem import Bools, Ints, Problem

ROUNDS = 60


def protect_greedily(problem: Problem, primary: Bools) -> tuple[Bools, Audit]:
    """As `complementary.protect`, by the textbook rule; the audit repairs it as far as that helps."""
    hidden = primary | problem.residual
    for _ in range(ROUNDS):
        hidden = _two_in_every_relation(problem, primary, hidden)
        found = audit(problem, primary, hidden)
        if not len(found.failing):
            return hidden, found
        rows = np.unique(problem.relation[np.isin(problem.cell, found.failing)])
        more = _smallest(problem, hidden, rows)
        if not len(more):
            break
        hidden[more] = True
    return hidden, audit(problem, primary, hidden)


def _two_in_every_relation(problem: Problem, primary: Bools, hidden: Bools) -> Bools:
    """Hides the smallest shown cell of each relation with one hidden cell, or too few persons hidden, until none is."""
    hidden = hidden.copy()
    while True:
        entries = hidden[problem.cell]
        relation, cell = problem.relation[entries], problem.cell[entries]
        count = np.bincount(relation, minlength=problem.relations)
        amount = np.bincount(relation, np.abs(problem.value[cell]), minlength=problem.relations)
        need = np.zeros(problem.relations)
        np.maximum.at(need, relation, problem.needed(primary, hidden)[cell])
        thin = np.flatnonzero((count > 0) & ((count == 1) | (amount < need)))
        more = _smallest(problem, hidden, thin)
        if not len(more):
            return hidden
        hidden[more] = True


def _smallest(problem: Problem, hidden: Bools, rows: Ints) -> Ints:
    """The smallest shown cell that is not empty, of each of these relations."""
    entries = np.isin(problem.relation, rows) & ~hidden[problem.cell] & (problem.value[problem.cell] != 0)
    relation, cell = problem.relation[entries], problem.cell[entries]
    order = np.lexsort((cell, np.abs(problem.value[cell]), relation))
    _, first = np.unique(relation[order], return_index=True)
    return np.unique(cell[order][first])
