"""The mutants of transforms/: all that mutmut makes, drawn at random, each as the changed text of its module."""

from __future__ import annotations

import difflib
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import libcst as cst
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace, group_by_top_level_node
from mutmut.mutation.trampoline_templates import mangle_function_name
from mutmut.utils.format_utils import get_mutant_name

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutant:
    """One small change: `name` is mutmut's own, `number` its place among the mutants of its module."""

    name: str
    path: str
    number: int
    function: str

    @property
    def stage(self) -> str:
        """The stage of transforms/ it lies in, or `shared` for the modules that all stages use."""
        folder = Path(self.path).parts[1]
        return "shared" if folder.endswith(".py") else folder


@cache
def _module(path: str) -> tuple[cst.Module, tuple[tuple[str, str, Mutation], ...]]:
    """A module and, of each of its mutants, the name, the function and the mutation."""
    module, mutations, _, _ = create_mutations(path, (ROOT / path).read_text())
    class_of = {
        method: statement.name.value
        for statement in module.body
        if isinstance(statement, cst.ClassDef)
        for method in statement.body.body
    }
    made = []
    for function, of_function in group_by_top_level_node(mutations).items():
        if not isinstance(function, cst.FunctionDef):  # a field of a class: mutmut has no name for it
            continue
        short, owner = function.name.value, class_of.get(function)
        for n, mutation in enumerate(of_function, start=1):
            name = mangle_function_name(name=short, class_name=owner) + f"__mutmut_{n}"
            whole = f"{owner}.{short}" if owner else short
            made.append((get_mutant_name(Path(path), name), whole, mutation))
    return module, tuple(made)


def mutants_of(path: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text."""
    return [Mutant(name, path, number, function) for number, (name, function, _) in enumerate(_module(path)[1])]


def all_mutants() -> list[Mutant]:
    """Every mutant of transforms/; two minutes of one core."""
    paths = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "transforms").rglob("*.py"))
    with ProcessPoolExecutor() as pool:
        return [mutant for of_module in pool.map(mutants_of, paths) for mutant in of_module]


def draw(mutants: list[Mutant], sample: int, seed: int) -> list[Mutant]:
    """A plain random sample: every mutant has the same chance, so the share caught estimates that of all."""
    return random.Random(seed).sample(mutants, sample)


def changed_text(mutant: Mutant) -> str:
    """The text of the mutant's module with its one change."""
    module, made = _module(mutant.path)
    mutation = made[mutant.number][2]
    changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
    assert isinstance(changed, cst.Module)
    return changed.code


def difference(mutant: Mutant) -> str:
    """The change as a reader sees it: lines taken out and put in."""
    before, after = (ROOT / mutant.path).read_text(), changed_text(mutant)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))
