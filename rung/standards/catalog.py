"""The catalogue `data.json` that a state's open-data portal harvests: DCAT-US 1.1, over the public tables alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rung.release.dictionary import Table, tables_of

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
MEDIA_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class Publisher:
    """Who publishes, whom to ask, and the address under which the folder `public/` of a release is served."""

    name: str
    contact: str
    email: str
    url: str


def catalog(manifest: Mapping[str, Any], modified: str, publisher: Publisher) -> dict[str, Any]:
    """The catalogue of a release. `modified`: the day it became current (ISO). One data set a public table."""
    base = publisher.url.rstrip("/")
    files = {file["path"]: file for file in manifest["files"] if file["path"].startswith("public/")}
    placed = [(table, f"public/{table.name}/{table.name}.parquet") for table in tables_of("public")]
    return {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
        "dataset": [
            _dataset(table, base, str(manifest["release_id"]), modified, publisher)
            for table, path in placed
            if path in files
        ],
    }


def _dataset(table: Table, base: str, release_id: str, modified: str, publisher: Publisher) -> dict[str, Any]:
    return {
        "@type": "dcat:Dataset",
        "identifier": f"{base}/{table.name}",
        "title": table.name.replace("_", " ").capitalize(),
        "description": f"{table.row} Release {release_id}.",
        "keyword": ["education", "teacher leadership", *table.name.split("_")],
        "modified": modified,
        "publisher": {"@type": "org:Organization", "name": publisher.name},
        "contactPoint": {"@type": "vcard:Contact", "fn": publisher.contact, "hasEmail": f"mailto:{publisher.email}"},
        "accessLevel": "public",
        "describedBy": f"{base}/datapackage.json",
        "describedByType": "application/json",
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "title": f"{table.name}.parquet",
                "format": "Parquet",
                "mediaType": MEDIA_TYPE,
                "downloadURL": f"{base}/{table.name}/{table.name}.parquet",
                "describedBy": f"{base}/datapackage.json",
                "describedByType": "application/json",
            }
        ],
    }
