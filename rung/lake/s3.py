"""Places on S3. Retries with backoff are botocore's standard mode: throttling and broken connections can pass by.

Credentials come from the environment or boto3's own chain, never from the configuration.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from urllib3.exceptions import HTTPError

from rung.core.errors import RungError
from rung.lake.place import Conflict, Entry, Overlooked, Place, Unavailable

RANGE = 16 * 1024**2  # larger objects are read in parts beside each other
PAGE = 1000
# A body that breaks off is asked for again; botocore's own retries end with the answer's head.
BODY_TRIES = 4
BODY_PAUSE = 0.2  # seconds, doubled at each try
ABSENT = ("NoSuchKey", "404", "NotFound")
CHANGED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
# What a server says that could answer later.
UNSIGNED = ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ParamValidationError")
BUSY = ("SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "InternalError", "ServiceUnavailable", "Throttling")


class S3Place:
    """A prefix in a bucket. Retries with backoff are botocore's standard mode."""

    at_once = 16

    def __init__(self, address: str, endpoint_url: str | None, region: str | None) -> None:
        self.address = address.rstrip("/")
        bucket, _, prefix = self.address.removeprefix("s3://").partition("/")
        self.bucket, self.prefix = bucket, prefix
        self.endpoint_url, self.region = endpoint_url, region or os.environ.get("AWS_REGION", "us-east-1")
        config = Config(
            retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=32, s3={"addressing_style": "path"}
        )
        # A session of its own: the default one keeps the credentials that it saw first.
        self.client = boto3.Session().client("s3", endpoint_url=endpoint_url, region_name=self.region, config=config)

    @property
    def options(self) -> dict[str, str] | None:
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

    def entries(self, prefix: str = "", overlooked: list[Overlooked] | None = None) -> Iterator[Entry]:
        base = self._full(f"{prefix}/" if prefix else "")
        cut = len(self.prefix) + 1 if self.prefix else 0
        try:
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=base):
                for item in page.get("Contents", ()):
                    if item["Key"].endswith("/"):
                        continue
                    yield Entry(item["Key"][cut:], item["Size"], item["ETag"].strip('"'), item["LastModified"])
        except (ClientError, BotoCoreError) as error:
            raise self._failed("listed", prefix, error) from None

    def read(self, key: str) -> bytes:
        return self._get(key, {})

    def _get(self, key: str, how: dict[str, str]) -> bytes:
        """An object's body, whole. Raises FileNotFoundError where it is absent, or gone since it was listed."""
        for attempt in range(BODY_TRIES):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=self._full(key), **how)
                body: bytes = answer["Body"].read()
                if len(body) == answer["ContentLength"]:
                    return body
                broken: BotoCoreError | HTTPError = ResponseStreamingError(error="the body is shorter than its head")
            except ClientError as error:
                if _code(error) in ABSENT:
                    raise FileNotFoundError(self.uri(key)) from None
                raise self._failed("read", key, error) from None
            except (IncompleteReadError, ResponseStreamingError, ReadTimeoutError, HTTPError) as error:
                broken = error
            except BotoCoreError as error:
                raise self._failed("read", key, error) from None
            time.sleep(BODY_PAUSE * 2**attempt)
        raise self._failed("read", key, broken)

    def read_whole(self, entry: Entry) -> bytes:
        if entry.size <= RANGE:
            return self.read(entry.key)
        starts = range(0, entry.size, RANGE)
        with ThreadPoolExecutor(4) as pool:
            return b"".join(pool.map(lambda start: self._range(entry, start), starts))

    def read_into(self, entry: Entry, file: IO[bytes]) -> None:
        for start in range(0, entry.size, RANGE):
            file.write(self._range(entry, start))

    def _range(self, entry: Entry, start: int) -> bytes:
        """Part of an object, refused when the object is no longer the one that was listed."""
        end = min(start + RANGE, entry.size) - 1
        return self._get(entry.key, {"Range": f"bytes={start}-{end}", "IfMatch": f'"{entry.etag}"'})

    def write(self, key: str, data: bytes) -> None:
        self._put(key, data)

    def write_linked(self, key: str, data: bytes, older: str) -> bool:
        tag = _tag_of(data)
        return self._copied(key, data, self.bucket, self._full(older), tag if self.tag(older) == tag else None)

    def write_copied(self, key: str, data: bytes, source: Place, entry: Entry) -> bool:
        tag = _tag_of(data) if entry.size <= RANGE else None
        if not isinstance(source, S3Place) or source.endpoint_url != self.endpoint_url or entry.etag != tag:
            self.write(key, data)
            return False
        return self._copied(key, data, source.bucket, source._full(entry.key), tag)

    def _copied(self, key: str, data: bytes, bucket: str, source: str, tag: str | None) -> bool:
        """Let the server copy an object whose tag says that it holds these bytes; else, or where the server refuses (it
        is not that object any more, may not be copied, cannot be asked so), the bytes are sent. Returns whether it was
        copied."""
        if tag is None:
            self.write(key, data)
            return False
        place = {"Bucket": bucket, "Key": source}
        try:
            self.client.copy_object(
                Bucket=self.bucket, Key=self._full(key), CopySource=place, CopySourceIfMatch=f'"{tag}"'
            )
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and _status(error) < 500 and _code(error) not in BUSY:
                self.write(key, data)
                return False
            raise self._failed("written", key, error) from None
        return True

    @contextmanager
    def incoming(self, key: str) -> Iterator[IO[bytes]]:
        with tempfile.SpooledTemporaryFile(RANGE) as file:
            yield file
            file.seek(0)
            try:
                self.client.upload_fileobj(file, self.bucket, self._full(key))
            except (ClientError, BotoCoreError, S3UploadFailedError) as error:
                raise self._failed("written", key, error) from None

    def write_new(self, key: str, data: bytes) -> None:
        self._put(key, data, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        if seen is None:
            self._put(key, data, IfNoneMatch="*")
        else:
            self._put(key, data, IfMatch=seen)

    def _put(self, key: str, data: bytes, **conditions: str) -> None:
        try:
            self.client.put_object(Bucket=self.bucket, Key=self._full(key), Body=data, **conditions)
        except (ClientError, BotoCoreError) as error:
            code = _code(error)
            if code in CHANGED:
                if self._holds(key, data):
                    return  # the answer to our own writing was lost, and the retry met what it had written
                raise Conflict(f"{self.uri(key)}: changed by another writer; run again") from None
            raise self._failed("written", key, error) from None

    def _holds(self, key: str, data: bytes) -> bool:
        try:
            return self.read(key) == data
        except FileNotFoundError:
            return False

    def tag(self, key: str) -> str | None:
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=self._full(key))
        except (ClientError, BotoCoreError) as error:
            if _code(error) in ABSENT:
                return None
            raise self._failed("seen", key, error) from None
        tag: str = head["ETag"].strip('"')
        return tag

    def remove(self, prefix: str) -> None:
        keys = [{"Key": self._full(entry.key)} for entry in self.entries(prefix)]
        for start in range(0, len(keys), PAGE):
            some = {"Objects": keys[start : start + PAGE], "Quiet": True}
            try:
                answer = self.client.delete_objects(Bucket=self.bucket, Delete=some)
            except (ClientError, BotoCoreError) as error:
                raise self._failed("removed", prefix, error) from None
            if answer.get("Errors"):
                raise RungError(f"{self.uri(prefix)}: cannot be removed: {answer['Errors'][0].get('Code')}")

    def remove_one(self, key: str) -> None:
        try:
            self.client.delete_object(Bucket=self.bucket, Key=self._full(key))
        except (ClientError, BotoCoreError) as error:
            raise self._failed("removed", key, error) from None

    def point(self, name: str, target: str) -> None:
        wanted = {entry.key.removeprefix(f"{target}/"): entry.etag for entry in self.entries(target)}
        there = {entry.key.removeprefix(f"{name}/"): entry.etag for entry in self.entries(name)}
        try:
            # The manifest last: who finds its checksums true has a whole release before them.
            for key in sorted(wanted, key=lambda key: (key == "manifest.json", key)):
                if there.get(key) == wanted[key]:
                    continue
                source = {"Bucket": self.bucket, "Key": self._full(f"{target}/{key}")}
                self.client.copy_object(Bucket=self.bucket, Key=self._full(f"{name}/{key}"), CopySource=source)
            for key in sorted(there.keys() - wanted.keys()):
                self.client.delete_object(Bucket=self.bucket, Key=self._full(f"{name}/{key}"))
        except (ClientError, BotoCoreError) as error:
            raise self._failed(f"made to show {target}", name, error) from None

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{self._full(key)}"

    def _failed(self, verb: str, key: str, error: Exception) -> RungError:
        """One line: what could not be done, where, why, and what to look at."""
        code = _code(error)
        passing = code in BUSY or _status(error) >= 500 if isinstance(error, ClientError) else code not in UNSIGNED
        if passing:
            return Unavailable(f"{self.uri(key)}: cannot be {verb}: {code}; run again when the storage answers", code)
        if code in ABSENT:
            return RungError(f"{self.uri(key)}: cannot be {verb}: {code}; it was there when it was listed: run again")
        mend = "check `[s3]`, the credentials in the environment and the rights on the bucket"
        return RungError(f"{self.uri(key)}: cannot be {verb}: {code}; {mend}")


def _tag_of(data: bytes) -> str:
    """The tag of an object that came in one piece: the MD5 of its bytes."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__
