"""What a reader can add up, found and not listed: cells whose persons (times cents) add up to others' (DISCLOSURE 4).

Every person has a random number; a cell's print is the sum over its persons modulo 2^64. Equal sums of prints are equal
sums of the same records. Inside a district-year with the year before, and inside the state's year, all identities of
two, three and four terms are found from the sums and differences of pairs.

Not every identity of records is knowledge: that all five leaders of a school stayed makes two numbers equal, and is the
very secret. An identity is structural, and a reader is taken to know it, when it holds in every year of the place in
which its numbers exist, in at least LASTING years with somebody in it, and with LASTING_PERSONS in its smallest term.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
PRIME = 2_147_483_629
LASTING = 2
LASTING_PERSONS = 20
Identity = dict[int, int]


def derived(cells: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Entries (name, kind, cell, coefficient) of the identities that the declared relations do not imply.

    `cells` has print, sensitive, grain, lea_id and school_year. An identity of open numbers alone tells nothing new and
    is left out; one that is implied inside its block is too. Names begin with `derived`.
    """
    placed = cells.filter(pl.col("grain").is_in(["lea", "state"]))
    shown = placed.filter(pl.col("print") != 0)
    lasting = Lasting(placed)
    # Numbers of nobody add nothing: without them more relations lie inside a block.
    nobody = placed.filter(pl.col("print") == 0).select("cell")
    entries = entries.join(nobody, on="cell", how="anti")
    known = Known(entries)
    found: list[pl.DataFrame] = []
    number = 0
    for block in district_blocks(shown):
        basis = known.basis(block["cell"].to_list())
        for identity in identities(block):
            if not lasting.holds(identity) or basis.implies(identity):
                continue
            basis.add(identity)
            terms = sorted(identity)
            found.append(
                pl.DataFrame(
                    {
                        "name": [f"derived|{number:05d}"] * len(terms),
                        "kind": ["hard"] * len(terms),
                        "cell": terms,
                        "coefficient": [identity[term] for term in terms],
                    }
                )
            )
            number += 1
    return pl.concat([pl.DataFrame(schema=entries.schema), *found])


def district_blocks(shown: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Each district-year with its year before, and each year of the state with districts' cells of the same records."""
    lea = shown.filter(pl.col("grain") == "lea")
    place = ["lea_id", "school_year"]
    levels = lea.filter(pl.col("table") == "public_designation").partition_by(place, as_dict=True, maintain_order=True)
    for (lea_id, year), block in lea.partition_by(place, as_dict=True, maintain_order=True).items():
        before = levels.get((lea_id, int(str(year)) - 1))
        both = block if before is None else pl.concat([block, before])
        if both["sensitive"].any():
            yield both
    for _, block in shown.group_by("school_year", maintain_order=True):
        state = block.filter((pl.col("grain") == "state") & pl.col("sensitive"))
        same = block.filter(pl.col("grain") == "lea").join(state.select("print").unique(), on="print", how="semi")
        yield pl.concat([state, same])


def identities(block: pl.DataFrame) -> Iterator[Identity]:
    """Identities of two to four terms between cells of a block, at least one of them sensitive; smallest first."""
    block = block.sort("print", "cell")
    prints, numbers = block["print"].to_numpy(), block["cell"].to_list()
    sensitive = block["sensitive"].to_list()
    first = np.concatenate([[True], prints[1:] != prints[:-1]]) if len(prints) else np.zeros(0, bool)
    group = np.cumsum(first) - 1
    one = np.flatnonzero(first)
    for at in range(len(prints)):
        head = int(one[group[at]])
        if head != at and (sensitive[at] or sensitive[head]):
            yield {numbers[head]: 1, numbers[at]: -1}
    alone: Words = prints[one].astype(np.uint64)
    secret = np.zeros(len(one), bool)
    np.logical_or.at(secret, group, np.array(sensitive, bool))
    names = [numbers[int(at)] for at in one]
    yield from _longer(alone, secret, names)


def _longer(prints: Words, secret: npt.NDArray[np.bool_], names: list[int]) -> Iterator[Identity]:
    """Three and four terms: a + b = c, a + b = c + d, a + b + c = d."""
    if len(prints) < 3:
        return
    i, j = np.triu_indices(len(prints), 1)
    sums = prints[i] + prints[j]
    order = np.argsort(sums, kind="stable")
    ranked = sums[order]
    at = np.searchsorted(ranked, prints)
    for c in np.flatnonzero(ranked[np.minimum(at, len(ranked) - 1)] == prints):
        pair = order[at[c]]
        yield from _identities((i[pair], 1), (j[pair], 1), (int(c), -1), secret=secret, names=names)
    for k in np.flatnonzero(ranked[1:] == ranked[:-1]):
        p, q = order[k], order[k + 1]
        yield from _identities((i[p], 1), (j[p], 1), (i[q], -1), (j[q], -1), secret=secret, names=names)
    less = np.concatenate([prints[i] - prints[j], prints[j] - prints[i]])
    more = np.concatenate([i, j]), np.concatenate([j, i])
    at = np.minimum(np.searchsorted(ranked, less), len(ranked) - 1)
    for d in np.flatnonzero(ranked[at] == less):
        pair = order[at[d]]
        yield from _identities(
            (i[pair], 1), (j[pair], 1), (more[0][d], -1), (more[1][d], 1), secret=secret, names=names
        )


def _identities(*terms: tuple[int, int], secret: npt.NDArray[np.bool_], names: list[int]) -> Iterator[Identity]:
    found: Identity = {}
    for at, k in terms:
        found[int(at)] = found.get(int(at), 0) + k
    found = {at: k for at, k in found.items() if k}
    if len(found) > 1 and any(secret[at] for at in found):
        yield {names[at]: k for at, k in found.items()}


class Lasting:
    """Prints of all cells by what they are and where, to ask whether an identity holds in every year of its place."""

    def __init__(self, cells: pl.DataFrame) -> None:
        what = ["table", "program_id", "cut", "part", "grain", "lea_id"]
        same = cells.select(pl.concat_str([pl.col(name).fill_null("") for name in what], separator="|"))
        self.what = dict(zip(cells["cell"], same.to_series(), strict=True))
        self.year = dict(zip(cells["cell"], cells["school_year"], strict=True))
        self.prints = dict(zip(zip(same.to_series(), cells["school_year"], strict=True), cells["print"], strict=True))
        behind = cells["persons"].fill_null(0)
        self.persons = dict(zip(zip(same.to_series(), cells["school_year"], strict=True), behind, strict=True))
        self.years = sorted(set(cells["school_year"]))

    def holds(self, identity: Identity) -> bool:
        """Structural: in every year in which all its numbers exist, and with somebody in it in LASTING of them."""
        latest = max(self.year[cell] for cell in identity)
        seen = persons = 0
        for year in self.years:
            at = [((self.what[cell], self.year[cell] - latest + year), k) for cell, k in identity.items()]
            terms = [(k, self.prints.get(where)) for where, k in at]
            if any(number is None for _, number in terms):
                continue
            if sum(k * int(number or 0) for k, number in terms) % 2**64:
                return False
            seen += any(number for _, number in terms)
            persons += min(self.persons[where] for where, _ in at)
        return seen >= LASTING and persons >= LASTING_PERSONS


class Known:
    """Relations (entries: name, kind, cell, coefficient) by the cells in them."""

    def __init__(self, entries: pl.DataFrame) -> None:
        self.relations: dict[str, Identity] = {}
        self.at: dict[int, list[str]] = {}
        for name, cell, k in zip(entries["name"], entries["cell"], entries["coefficient"], strict=True):
            self.relations.setdefault(name, {})[cell] = k
            self.at.setdefault(cell, []).append(name)

    def basis(self, cells: list[int]) -> Basis:
        """The relations that have all their cells in a block."""
        inside = set(cells)
        names = dict.fromkeys(name for cell in cells for name in self.at.get(cell, ()))
        made = Basis(cells)
        for name in names:
            if self.relations[name].keys() <= inside:
                made.add(self.relations[name])
        return made


class Basis:
    """A row space of relations inside a block, modulo a prime, in echelon form."""

    def __init__(self, cells: list[int]) -> None:
        self.place = {cell: at for at, cell in enumerate(dict.fromkeys(cells))}
        self.rows: dict[int, Ints] = {}

    def add(self, identity: Identity) -> None:
        """One more relation."""
        row = self._reduced(identity)
        lead = np.flatnonzero(row)
        if len(lead):
            at = int(lead[0])
            self.rows[at] = row * pow(int(row[at]), -1, PRIME) % PRIME

    def implies(self, identity: Identity) -> bool:
        """Whether the relations so far imply it."""
        return not self._reduced(identity).any()

    def _reduced(self, identity: Identity) -> Ints:
        row = np.zeros(len(self.place), np.int64)
        for cell, k in identity.items():
            row[self.place[cell]] = k % PRIME
        for at in sorted(self.rows):
            if row[at]:
                row = (row - row[at] * self.rows[at]) % PRIME
        return row
