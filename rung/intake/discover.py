"""New and changed objects of the landing, grouped into drops: the files of one folder that arrived together.

A drop replaces the accepted submission of its lea x year x extract whole. When a file of the submission in force is
overwritten, that submission's other files, still lying there, belong to the new drop too; a drop of new names alone
stands by itself. So a file sent in parts is resent in parts, and a corrected file under a new name replaces the old.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from contracts.vocabulary import EXTRACTS
from rung.lake.place import Entry, Overlooked, Place
from transforms.s1_conform.file_names import unique_name, unsafe_name

# The name of a file of answers to warnings; it is no part of a drop.
EXPLANATIONS = "explanations.csv"

# Lock files of office programs, thumbnails and folder settings: they come along when a folder is copied.
_LEFTOVER = re.compile(r"~\$.*|\.~lock\..*#|thumbs\.db|desktop\.ini|ehthumbs\.db", re.IGNORECASE)

# What programs name a file until all of it has come: it is renamed then, and read.
_UNDER_WAY = re.compile(r".+\.(filepart|part|partial|crdownload|download|upload|uploading|tmp)", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def left_behind(name: str) -> bool:
    """Whether a program that shows or edits files left the file there: no part of what was sent."""
    return _LEFTOVER.fullmatch(name) is not None


@dataclass(frozen=True)
class LandedFile:
    """A landing object: where it lies, its name inside the drop's folder, and its size and tag."""

    place: Place
    entry: Entry
    name: str


@dataclass(frozen=True)
class Drop:
    """The files that make one submission."""

    lea_id: str
    school_year: int
    extract: str
    files: tuple[LandedFile, ...]

    @property
    def size(self) -> int:
        return sum(file.entry.size for file in self.files)

    @property
    def received_at(self) -> str:
        """When the last of the files came: the landing's clock, so that a repeated run says the same."""
        return max(file.entry.modified for file in self.files).isoformat(timespec="seconds")


@dataclass(frozen=True)
class LandedAnswers:
    """A district's answers to warnings: `explanations.csv` in the folder of the drops that they are about."""

    lea_id: str
    school_year: int
    extract: str
    file: LandedFile


@dataclass(frozen=True)
class Found:
    """What a look at the landing found: drops to take in (`again`: of them judged before), objects unchanged, new files
    of answers. `stray`: keys that are not read: they name no district's extract, or no file of data."""

    drops: tuple[Drop, ...]
    unchanged: int
    stray: tuple[str, ...]
    again: int = 0
    answers: tuple[LandedAnswers, ...] = ()


def discover(
    places: tuple[Place, ...], seen: Mapping[tuple[str, str], tuple[str, str]], again: Collection[str] = ()
) -> Found:
    """Look at every landing place. `seen` is the ledger's (landing, key) → (etag, submission_id).

    Of a folder with nothing new, the files of a submission in `again` make its drop once more, if all still lie there.
    """
    sizes = Counter(submission_id for _, submission_id in seen.values())
    folders: dict[tuple[str, int, str], list[LandedFile]] = defaultdict(list)
    names: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    inside: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    stray: list[str] = []
    answers: list[LandedAnswers] = []
    read_before = 0
    for place in places:
        overlooked: list[Overlooked] = []
        for entry in place.entries("", overlooked):
            parts = entry.key.split("/")
            named = _folder(parts)
            if named is None:
                stray.append(printable(entry.key))
            elif left_behind(parts[-1]):
                stray.append(f"{printable(entry.key)} (left by a program that shows or edits files)")
            elif _UNDER_WAY.fullmatch(parts[-1]):
                stray.append(f"{printable(entry.key)} (still under way, by its name)")
            elif len(parts) == 4 and parts[3].lower() == EXPLANATIONS:
                if seen.get((place.address, printable(entry.key)), ("", ""))[0] == entry.etag:
                    read_before += 1
                else:
                    answers.append(LandedAnswers(*named, LandedFile(place, entry, EXPLANATIONS)))
            else:
                name = _own_name(printable("/".join(parts[3:])), names[named], inside[named])
                folders[named].append(LandedFile(place, entry, name))
        stray += [f"{printable(each.key)} ({each.why})" for each in overlooked]
    drops, unchanged, repeated = [], read_before, 0
    for (lea_id, school_year, extract), files in sorted(folders.items()):
        members = tuple(_members(files, seen))
        if not members and (members := _repeated(files, seen, again, sizes)):
            repeated += 1
        unchanged += len(files) - len(members)
        if members:
            drops.append(Drop(lea_id, school_year, extract, members))
    return Found(tuple(drops), unchanged, tuple(stray), repeated, tuple(answers))


def _own_name(name: str, names: set[str], inside: set[str]) -> str:
    """The name, numbered where another landing place has it too: as a file, or one of the two as a folder.

    `names` and `inside` (the folders of names) gain it.
    """
    while held := next((name[: at.start()] for at in re.finditer("/", name) if name[: at.start()] in names), None):
        name = f"{held} (2){name.removeprefix(held)}"
    name = unique_name(name, names | inside)
    names.add(name)
    inside.update(name[: at.start()] for at in re.finditer("/", name))
    return name


def _repeated(
    files: list[LandedFile],
    seen: Mapping[tuple[str, str], tuple[str, str]],
    again: Collection[str],
    sizes: Mapping[str, int],
) -> tuple[LandedFile, ...]:
    """The files of the one submission of the folder that is judged again; none where some of them are gone."""
    of = [(file, seen.get((file.place.address, printable(file.entry.key)), ("", ""))[1]) for file in files]
    chosen = next((submission_id for _, submission_id in of if submission_id in again), None)
    members = tuple(file for file, submission_id in of if submission_id == chosen)
    return members if chosen is not None and len(members) == sizes[chosen] else ()


def printable(key: str) -> str:
    """A key as it can be written down: control characters, and bytes that are no UTF-8, are shown as escapes."""
    shown = key.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", shown)


def _folder(parts: list[str]) -> tuple[str, int, str] | None:
    if (
        len(parts) < 4
        or unsafe_name(printable(parts[0]))
        or not (parts[1].isascii() and parts[1].isdecimal() and len(parts[1]) == 4)
        or parts[2] not in EXTRACTS
    ):
        return None
    return parts[0], int(parts[1]), parts[2]


def _members(files: list[LandedFile], seen: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[LandedFile]:
    def known(file: LandedFile) -> tuple[str, str]:
        return seen.get((file.place.address, printable(file.entry.key)), ("", ""))

    fresh = [file for file in files if known(file)[0] != file.entry.etag]
    renewed = {known(file)[1] for file in fresh} - {""}
    for file in files:
        if file in fresh or known(file)[1] in renewed:
            yield file
