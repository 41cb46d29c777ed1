"""The Merkle tree of a release: files → folders (a mart is one) → root. Two releases with one root are the same.

The hash of a folder is that of its lines, `file NAME SHA256` or `folder NAME SHA256`, in order; that of a release is of
its outermost folder and of what the manifest says it was made from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

MANIFEST = "manifest.json"
# What the manifest says of files and of itself; the rest is what the release was made from.
OWN = ("release_id", "root", "tree", "files")
ID_LENGTH = 16


def tree_of(files: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of every folder by path, "" the outermost; `files`: SHA-256 by path."""
    lines: dict[str, list[str]] = {"": []}
    for path, sha256 in files.items():
        folder, _, name = path.rpartition("/")
        lines.setdefault(folder, []).append(f"file {name} {sha256}")
        while folder:
            folder = folder.rpartition("/")[0]
            lines.setdefault(folder, [])
    tree: dict[str, str] = {}
    for folder in sorted(lines, key=lambda path: (-path.count("/"), path == "", path)):
        tree[folder] = _sha256("\n".join(sorted(lines[folder])))
        if folder:
            outer, _, name = folder.rpartition("/")
            lines[outer].append(f"folder {name} {tree[folder]}")
    return dict(sorted(tree.items()))


def root_of(tree: Mapping[str, str], made_from: Mapping[str, Any]) -> str:
    """SHA-256 of a whole release."""
    return _sha256(f"{tree['']} {_sha256(json.dumps(made_from, sort_keys=True))}")


def check_manifest(read: Callable[[str], bytes], paths: Iterable[str]) -> list[str]:
    """What does not hold of a release's manifest: `paths` are the files that are there, `read` gives their bytes."""
    try:
        manifest = json.loads(read(MANIFEST))
        listed = {file["path"]: file["sha256"] for file in manifest["files"]}
        root, tree, release_id = manifest["root"], manifest["tree"], manifest["release_id"]
    except (OSError, KeyError, ValueError, TypeError) as error:
        return [f"{MANIFEST} cannot be read: {type(error).__name__}: {error}"]
    there = set(paths) - {MANIFEST}
    problems = [f"{path}: not in the manifest" for path in sorted(there - set(listed))]
    problems += [f"{path}: in the manifest, not in the release" for path in sorted(set(listed) - there)]
    problems += [
        f"{path}: not the file of the manifest"
        for path in sorted(there & set(listed))
        if hashlib.sha256(read(path)).hexdigest() != listed[path]
    ]
    found = tree_of(listed)
    problems += [
        f"{folder or 'the release'}: its hash in the manifest's tree is not that of its files"
        for folder in sorted(set(found) | set(tree))
        if found.get(folder) != tree.get(folder)
    ]
    made_from = {key: value for key, value in manifest.items() if key not in OWN}
    if root != root_of(found, made_from):
        problems.append("the root is not the hash of the tree and of what the release was made from")
    if release_id != root[:ID_LENGTH]:
        problems.append("the release is not named by its root")
    return problems


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
