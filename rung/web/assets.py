"""What a check page is made of beside Rung: Pyodide and pydantic-core built for browsers, by version and hash.

`make kit-assets`, or `python -m rung.web.assets`, fetches them with npm and pip, whose settings say from where. They
lie in `RUNG_KIT_ASSETS`, or in the user's cache; a kit can then be made without a network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rung.core.errors import RungError

PYTHON = "314"
ABI = "pyemscripten_2026_0_wasm32"


@dataclass(frozen=True)
class Asset:
    """A file to fetch: its name, its SHA-256, and the command that fetches it into the folder where it runs."""

    file: str
    sha256: str
    command: tuple[str, ...]


def _wheel(name: str) -> tuple[str, ...]:
    how = ("--only-binary", ":all:", "--platform", ABI, "--python-version", PYTHON, "--implementation", "cp")
    return (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *how, name)


PYODIDE = Asset(
    "pyodide-314.0.7.tgz",
    "66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0",
    ("npm", "pack", "--silent", "pyodide@314.0.7"),
)
PYDANTIC_CORE = Asset(
    f"pydantic_core-2.50.4-cp{PYTHON}-cp{PYTHON}-{ABI}.whl",
    "e6da138a1ecc1341c8b788a5ee822670b03788e1f5decf7af9d461de6e508b8e",
    _wheel("pydantic-core==2.50.4"),
)
ASSETS = (PYODIDE, PYDANTIC_CORE)


def assets_folder() -> Path:
    """Where the assets lie: `RUNG_KIT_ASSETS`, else the user's cache."""
    named = os.environ.get("RUNG_KIT_ASSETS")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(cache) / "rung" / "kit-assets"


def read_asset(asset: Asset) -> bytes:
    """The bytes of an asset. Raises RungError where it is absent or not the one that was pinned."""
    path = assets_folder() / asset.file
    if not path.is_file():
        raise RungError(f"{path}: absent; fetch what kits are made of: `make kit-assets`, or python -m rung.web.assets")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != asset.sha256:
        raise RungError(f"{path}: is not the file that Rung knows (its SHA-256 differs); delete it and fetch it again")
    return data


def fetch_assets() -> None:
    """Fetch what is absent. Raises RungError where a command fails or brings something else."""
    folder = assets_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for asset in ASSETS:
        if not (folder / asset.file).is_file():
            with tempfile.TemporaryDirectory() as work:
                try:
                    subprocess.run(asset.command, cwd=work, check=True, capture_output=True)
                except (OSError, subprocess.CalledProcessError) as error:
                    raise RungError(f"{asset.file}: `{' '.join(asset.command)}` failed: {error}") from None
                brought = Path(work) / asset.file
                if not brought.is_file() or hashlib.sha256(brought.read_bytes()).hexdigest() != asset.sha256:
                    raise RungError(f"{asset.file}: what was fetched is not the file that Rung knows; not kept")
                shutil.move(brought, folder / asset.file)
        read_asset(asset)


if __name__ == "__main__":
    try:
        fetch_assets()
    except RungError as failed:
        sys.exit(f"rung: {failed}")
    sys.stdout.write(f"{assets_folder()}: {', '.join(asset.file for asset in ASSETS)}\n")
