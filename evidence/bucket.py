"""The storage of evidence in an S3-compatible store. Knows objects and ranges; refuses to know what they are.

Beside what django-storages does: a file is read as a stream from wherever one seeks to, never as a whole into memory or onto
the disk; a store that does not answer is given up on in seconds; and whatever goes wrong with it is an `OSError`, as it is
with a disk, so that whoever keeps bytes has one thing to catch. `FileNotFoundError` says that the store is well and has no
such object.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage
from storages.utils import ReadBytesWrapper, clean_name
from urllib3.exceptions import HTTPError

_BUFFER = 256 * 1024
_ABSENT = ("404", "NoSuchKey", "NotFound")


class Away(OSError):
    """The store did not do what it was asked for; it may later."""


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            raise FileNotFoundError(name) from error
        raise Away(f"{name}: {error}") from error
    except (BotoCoreError, Boto3Error, HTTPError) as error:
        raise Away(f"{name}: {type(error).__name__}") from error


class Bucket(S3Storage):  # type: ignore[misc]
    """One bucket. Its objects have no address of their own: they are read here, by whoever may."""

    client_config: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_config = self.client_config.merge(
            Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 3, "mode": "standard"},
                # Not every store knows the newer checksums; ours are in the database anyway.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            )
        )
        # One piece in memory at a time, however large the file and however many are written at once.
        self.transfer_config = TransferConfig(use_threads=False, multipart_chunksize=8 * 1024 * 1024)

    @property
    def client(self) -> Any:
        """This thread's own connection."""
        return self.connection.meta.client

    def make(self) -> bool:
        """There is a bucket. Whether it had to be made; one that is there is not touched."""
        try:
            with _plainly(self.bucket_name):
                self.client.head_bucket(Bucket=self.bucket_name)
        except FileNotFoundError:
            region = self.client.meta.region_name
            # AWS wants its home region left unsaid, and every other one said.
            elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
            with _plainly(self.bucket_name):
                self.client.create_bucket(Bucket=self.bucket_name, **elsewhere)
            return True
        return False

    def key_of(self, name: str) -> str:
        key: str = self._normalize_name(clean_name(name))
        return key

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("evidence is only ever read, or saved as a whole")
        raw = _Stream(self.client, self.bucket_name, self.key_of(name))
        return File(io.BufferedReader(raw, _BUFFER), name)

    def _save(self, name: str, content: Any) -> str:
        with _plainly(name):
            content.seek(0)
            # Wrapped, because boto closes what it is given.
            body, key = ReadBytesWrapper(content), self.key_of(name)
            extra = {"ContentType": "application/octet-stream"}
            self.client.upload_fileobj(body, self.bucket_name, key, ExtraArgs=extra, Config=self.transfer_config)
        return name

    def delete(self, name: str) -> None:
        with _plainly(name):
            self.client.delete_object(Bucket=self.bucket_name, Key=self.key_of(name))

    def exists(self, name: str) -> bool:
        try:
            with _plainly(name):
                self.client.head_object(Bucket=self.bucket_name, Key=self.key_of(name))
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        with _plainly(name):
            length: int = self.client.head_object(Bucket=self.bucket_name, Key=self.key_of(name))["ContentLength"]
        return length


class _Stream(io.RawIOBase):
    """One object, read from where one seeks to. A new place is a new request, and only when something is read there."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client, self._where = client, {"Bucket": bucket, "Key": key}
        self._name = key
        self._at = 0
        self._body: Any = None
        with _plainly(key):
            self._size: int = client.head_object(**self._where)["ContentLength"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        place = max(0, base + offset)
        if place != self._at:
            self._let_go()
            self._at = place
        return place

    def readinto(self, buffer: Any, /) -> int:
        if self._at >= self._size:
            return 0
        with _plainly(self._name):
            if self._body is None:
                self._body = self._client.get_object(**self._where, Range=f"bytes={self._at}-")["Body"]
            piece: bytes = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
