"""Names beside the ids of districts, programs and levels, wherever a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts.policy.packs import Pack


@dataclass(frozen=True)
class Names:
    """Names by id; what has none is shown by its id alone. `districts`: as `rung.lake.reference.names_of` has them."""

    districts: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def district(self, lea_id: str) -> str:
        """ "Oak (0100)"."""
        return self.districts.get(lea_id, lea_id)

    def program(self, program_id: str) -> str:
        """ "Texas Teacher Incentive Allotment (texas_tia)"."""
        return beside(self.programs.get(program_id), program_id)

    def level(self, program_id: str, level: str) -> str:
        """ "Mentor teacher (MENTOR)"."""
        return beside(self.levels.get((program_id, level)), level)


def beside(name: str | None, id_: str) -> str:
    """The name with its id; the id alone where there is no name, or where the name is the id."""
    return f"{name} ({id_})" if name and name != id_ else id_


def names_of_packs(packs: Sequence[Pack], districts: Mapping[str, str] | None = None) -> Names:
    """The names that packs give their programs and levels, and those of the districts."""
    return Names(
        districts or {},
        {pack.program_id: pack.title for pack in packs},
        {(pack.program_id, level.id): level.title for pack in packs for level in pack.levels},
    )
