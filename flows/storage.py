"""The only module that opens files: a place is a local folder or an `s3://bucket/prefix`, both with the same verbs.

Writes are whole or not at all: a local file is written beside its name and renamed, an S3 object is one PUT.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from flows.errors import RungError

# Small row groups let BI tools skip; statistics are on by default. One setting for every Parquet file Rung writes.
PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "statistics": True, "row_group_size": 250_000}


RANGE = 16 * 1024**2  # larger objects are read in parts beside each other


@dataclass(frozen=True)
class Entry:
    """An object of a place: `key` inside it, bytes, a tag that changes when its content does, and when it came."""

    key: str
    size: int
    etag: str
    modified: datetime


class Conflict(RungError):
    """Somebody else wrote the object first."""


class Place(Protocol):
    """A folder on disk or a prefix in a bucket. Keys use `/` and never leave the place."""

    address: str

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Objects under a folder, in order of key."""

    def read(self, key: str) -> bytes:
        """Bytes of an object. Raises FileNotFoundError."""

    def read_whole(self, entry: Entry) -> bytes:
        """Bytes of a listed object, large ones in ranges read beside each other. Raises FileNotFoundError."""

    def write(self, key: str, data: bytes) -> None:
        """Write an object whole, over an older one if there is one."""

    def write_new(self, key: str, data: bytes) -> None:
        """Write an object that must not exist yet. Raises Conflict."""

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        """Write an object only if its tag is still `seen` (None: still absent). Raises Conflict."""

    def tag(self, key: str) -> str | None:
        """The object's tag, None when it is absent."""

    def remove(self, prefix: str) -> None:
        """Remove every object under a folder."""

    def point(self, name: str, target: str) -> None:
        """Make the folder `name` show what the folder `target` holds: in one step on disk, by copying on S3."""

    def uri(self, key: str) -> str:
        """What Polars scans."""

    @property
    def options(self) -> dict[str, str] | None:
        """Polars storage options."""


class LocalPlace:
    """A folder on disk."""

    def __init__(self, root: Path, address: str | None = None) -> None:
        self.root = root.resolve()
        self.address = address or str(self.root)

    @property
    def options(self) -> dict[str, str] | None:
        return None

    def path(self, key: str) -> Path:
        path = self.root / key
        if not path.is_relative_to(self.root) or ".." in Path(key).parts:
            raise RungError(f"{key}: leaves {self.root}")
        return path

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        base = self.path(prefix)
        if not base.is_dir():
            return
        for item in sorted(os.scandir(base), key=lambda each: each.name):
            key = f"{prefix}/{item.name}" if prefix else item.name
            if item.is_dir():
                yield from self.entries(key)
            elif item.is_file() and not item.name.startswith("."):
                stat = item.stat()
                modified = datetime.fromtimestamp(stat.st_mtime, tz=UTC)
                yield Entry(key, stat.st_size, f"{stat.st_mtime_ns:x}-{stat.st_size:x}", modified)

    def read(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def read_whole(self, entry: Entry) -> bytes:
        return self.read(entry.key)

    def write(self, key: str, data: bytes) -> None:
        path = self.path(key)
        temporary = self._beside(path)
        temporary.write_bytes(data)
        temporary.replace(path)

    def write_new(self, key: str, data: bytes) -> None:
        path = self.path(key)
        temporary = self._beside(path)
        temporary.write_bytes(data)
        try:
            os.link(temporary, path)  # atomic, and refuses an existing name
        except FileExistsError:
            raise Conflict(f"{self.uri(key)}: exists already") from None
        finally:
            temporary.unlink()

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        import fcntl

        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.tag(key) != seen:
                raise Conflict(f"{self.uri(key)}: changed by another writer; run again")
            self.write(key, data)

    def tag(self, key: str) -> str | None:
        path = self.path(key)
        if not path.exists():
            return None
        stat = path.stat()
        return f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"

    def remove(self, prefix: str) -> None:
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def point(self, name: str, target: str) -> None:
        link = self.path(name)
        temporary = self._beside(link)
        temporary.symlink_to(target, target_is_directory=True)
        temporary.replace(link)

    def uri(self, key: str) -> str:
        return str(self.path(key))

    def _beside(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.parent / f".{path.name}.{os.getpid():x}.{os.urandom(4).hex()}"


class S3Place:
    """A prefix in a bucket. Retries with backoff are botocore's standard mode."""

    def __init__(self, address: str, endpoint_url: str | None, region: str | None) -> None:
        import boto3
        from botocore.config import Config

        self.address = address.rstrip("/")
        bucket, _, prefix = self.address.removeprefix("s3://").partition("/")
        self.bucket, self.prefix = bucket, prefix
        self.endpoint_url, self.region = endpoint_url, region or os.environ.get("AWS_REGION", "us-east-1")
        config = Config(
            retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=32, s3={"addressing_style": "path"}
        )
        self.client = boto3.client("s3", endpoint_url=endpoint_url, region_name=self.region, config=config)

    @property
    def options(self) -> dict[str, str] | None:
        import boto3

        found = boto3.Session().get_credentials()
        options = {"aws_region": self.region}
        if found is not None:
            frozen = found.get_frozen_credentials()
            options |= {"aws_access_key_id": frozen.access_key, "aws_secret_access_key": frozen.secret_key}
            if frozen.token:
                options["aws_session_token"] = frozen.token
        if self.endpoint_url:
            options |= {"aws_endpoint_url": self.endpoint_url, "aws_allow_http": "true"}
        return options

    def _full(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        from botocore.exceptions import ClientError

        base = self._full(f"{prefix}/" if prefix else "")
        cut = len(self.prefix) + 1 if self.prefix else 0
        try:
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=base):
                for item in page.get("Contents", ()):
                    if item["Key"].endswith("/"):
                        continue
                    yield Entry(item["Key"][cut:], item["Size"], item["ETag"].strip('"'), item["LastModified"])
        except ClientError as error:
            raise RungError(f"{self.address}: cannot be listed: {error.response['Error']['Code']}") from None

    def read(self, key: str) -> bytes:
        from botocore.exceptions import ClientError

        try:
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=self._full(key))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise FileNotFoundError(self.uri(key)) from None
            raise RungError(f"{self.uri(key)}: cannot be read: {error.response['Error']['Code']}") from None
        return body

    def read_whole(self, entry: Entry) -> bytes:
        if entry.size <= RANGE:
            return self.read(entry.key)
        starts = range(0, entry.size, RANGE)
        with ThreadPoolExecutor(4) as pool:
            return b"".join(pool.map(lambda start: self._range(entry, start), starts))

    def _range(self, entry: Entry, start: int) -> bytes:
        """Part of an object, refused when the object is no longer the one that was listed."""
        from botocore.exceptions import ClientError

        end = min(start + RANGE, entry.size) - 1
        try:
            answer = self.client.get_object(
                Bucket=self.bucket, Key=self._full(entry.key), Range=f"bytes={start}-{end}", IfMatch=entry.etag
            )
            part: bytes = answer["Body"].read()
        except ClientError as error:
            raise RungError(f"{self.uri(entry.key)}: cannot be read: {error.response['Error']['Code']}") from None
        return part

    def write(self, key: str, data: bytes) -> None:
        self._put(key, data)

    def write_new(self, key: str, data: bytes) -> None:
        self._put(key, data, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        if seen is None:
            self._put(key, data, IfNoneMatch="*")
        else:
            self._put(key, data, IfMatch=seen)

    def _put(self, key: str, data: bytes, **conditions: str) -> None:
        from botocore.exceptions import ClientError

        try:
            self.client.put_object(Bucket=self.bucket, Key=self._full(key), Body=data, **conditions)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("PreconditionFailed", "ConditionalRequestConflict", "412", "409"):
                raise Conflict(f"{self.uri(key)}: changed by another writer; run again") from None
            raise RungError(f"{self.uri(key)}: cannot be written: {code}") from None

    def tag(self, key: str) -> str | None:
        from botocore.exceptions import ClientError

        try:
            head = self.client.head_object(Bucket=self.bucket, Key=self._full(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404", "NotFound"):
                return None
            raise RungError(f"{self.uri(key)}: cannot be seen: {error.response['Error']['Code']}") from None
        tag: str = head["ETag"].strip('"')
        return tag

    def remove(self, prefix: str) -> None:
        for entry in list(self.entries(prefix)):
            self.client.delete_object(Bucket=self.bucket, Key=self._full(entry.key))

    def point(self, name: str, target: str) -> None:
        wanted = {entry.key.removeprefix(f"{target}/") for entry in self.entries(target)}
        for key in sorted(wanted):
            source = {"Bucket": self.bucket, "Key": self._full(f"{target}/{key}")}
            self.client.copy_object(Bucket=self.bucket, Key=self._full(f"{name}/{key}"), CopySource=source)
        for entry in list(self.entries(name)):
            if entry.key.removeprefix(f"{name}/") not in wanted:
                self.client.delete_object(Bucket=self.bucket, Key=self._full(entry.key))

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{self._full(key)}"


def open_place(address: str, root: Path, endpoint_url: str | None = None, region: str | None = None) -> Place:
    """The place that an address of `[storage]` names; a relative path starts at `root`."""
    if address.startswith("s3://"):
        return S3Place(address, endpoint_url, region)
    if "://" in address:
        raise RungError(f"{address}: not a place Rung knows; use a path or s3://bucket/prefix")
    return LocalPlace(root / address, address)


def scan_parquet(place: Place, keys: list[str]) -> pl.LazyFrame:
    """Scan Parquet objects of a place as one frame, columns matched by name."""
    return pl.scan_parquet([place.uri(key) for key in keys], storage_options=place.options, glob=False)


def write_parquet(place: Place, key: str, frame: pl.DataFrame) -> bytes:
    """Write a frame as one Parquet object and return its bytes (for checksums)."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, **PARQUET)
    data = buffer.getvalue()
    place.write(key, data)
    return data


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for what lives only during a run."""
    return tempfile.TemporaryDirectory(prefix="rung-")
