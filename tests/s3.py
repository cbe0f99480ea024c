"""An S3 server of the tests' own, over HTTP, in this process: moto's, with everything in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "evidence"


@contextmanager
def server() -> Iterator[str]:
    """Its address. No request of it is recorded and none leaves this machine."""
    os.environ.setdefault("MOTO_S3_DEFAULT_KEY_BUFFER_SIZE", str(1024 * 1024))
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    try:
        url = f"http://{host}:{port}"
        client(url).create_bucket(Bucket=BUCKET)
        yield url
    finally:
        running.stop()


def client(url: str) -> Any:
    """A client of the store itself, for looking behind the storage's back."""
    return boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="heng", aws_secret_access_key="heng-secret"
    )


def options(url: str) -> dict[str, Any]:
    """What settings.STORAGES["evidence"] is with the EVIDENCE_S3_… of this server."""
    return {
        "BACKEND": "evidence.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": url,
            "region_name": "us-east-1",
            "access_key": "heng",
            "secret_key": "heng-secret",
            "addressing_style": "path",
            "default_acl": None,
            "file_overwrite": False,
        },
    }
