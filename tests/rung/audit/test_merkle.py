"""The Merkle tree of a release: what it depends on, and that `rung audit` sees every kind of damage to it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from rung.audit.merkle import MANIFEST, check_manifest, root_of, tree_of
from rung.release.contents import Rendered, manifest_of

Files = dict[str, bytes]


def release(**made_from: object) -> Files:
    files = [Rendered(f"restricted/{name}/{name}.parquet", name.encode()) for name in ("a", "b")]
    files.append(Rendered("public/notes.md", b"notes"))
    _, manifest = manifest_of(files, {"state": "XX", **made_from})
    return {file.path: file.data for file in files} | {MANIFEST: manifest}


def problems(files: Files) -> list[str]:
    return check_manifest(lambda path: files[path], files)


def test_a_folder_is_named_by_what_is_in_it_and_the_root_by_all_of_it() -> None:
    tree = tree_of({"x/a/1": "s1", "x/a/2": "s2", "x/b/1": "s3", "top": "s4"})
    assert sorted(tree) == ["", "x", "x/a", "x/b"]
    moved = tree_of({"x/a/1": "s1", "x/a/2": "s2", "x/b/1": "other", "top": "s4"})
    assert {folder for folder in tree if tree[folder] != moved[folder]} == {"", "x", "x/b"}
    assert tree == tree_of({"top": "s4", "x/b/1": "s3", "x/a/2": "s2", "x/a/1": "s1"})
    assert tree_of({"x/a/1": "s1", "x/a/3": "s2", "x/b/1": "s3", "top": "s4"})["x/a"] != tree["x/a"]
    assert root_of(tree, {"k": 1}) != root_of(tree, {"k": 2})


def test_a_release_as_it_was_made_holds_and_is_named_by_its_root() -> None:
    files = release()
    manifest = json.loads(files[MANIFEST])
    assert problems(files) == []
    assert manifest["root"].startswith(manifest["release_id"])
    assert set(manifest["tree"]) == {"", "public", "restricted", "restricted/a", "restricted/b"}
    assert json.loads(release(state="YY")[MANIFEST])["root"] != manifest["root"]


def _in_manifest(change: Callable[[dict[str, object]], object]) -> Callable[[Files], None]:
    def spoil(files: Files) -> None:
        manifest = json.loads(files[MANIFEST])
        change(manifest)
        files[MANIFEST] = json.dumps(manifest).encode()

    return spoil


SPOILED: dict[str, tuple[Callable[[Files], object], str]] = {
    "a byte": (lambda f: f.update({"public/notes.md": b"Notes"}), "public/notes.md: not the file"),
    "a file more": (lambda f: f.update({"public/more.md": b""}), "public/more.md: not in the manifest"),
    "a file less": (lambda f: f.pop("public/notes.md"), "public/notes.md: in the manifest, not in the release"),
    "no manifest": (lambda f: f.pop(MANIFEST), "manifest.json cannot be read"),
    "a mart's hash": (_in_manifest(lambda m: m["tree"].update({"restricted/a": "0"})), "restricted/a: its hash"),
    "what it was made from": (_in_manifest(lambda m: m.update(state="YY")), "the root is not"),
    "its name": (_in_manifest(lambda m: m.update(release_id="0" * 16)), "the release is not named"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_damage_is_found(kind: str) -> None:
    files = release()
    spoil, message = SPOILED[kind]
    spoil(files)
    assert any(problem.startswith(message) for problem in problems(files)), problems(files)
