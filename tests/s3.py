"""The S3 server that the tests of the store speak to: moto's in this process, or the one that `HENG_TEST_S3` names.

`HENG_TEST_S3=http://127.0.0.1:7480`, with a user whose keys are `heng` and `heng-secret`, runs the same tests against a
server that keeps things for real; tools/s3_server.sh brings one up.
"""

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
    """Its address, with an empty bucket there. Of moto no request is recorded and none leaves this machine."""
    given = os.environ.get("HENG_TEST_S3")
    if given:
        _empty(given)
        yield given
        return
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


def _empty(url: str) -> None:
    """Make the bucket where it is missing, and throw away what an earlier run left in it."""
    there = client(url)
    if BUCKET not in {bucket["Name"] for bucket in there.list_buckets()["Buckets"]}:
        there.create_bucket(Bucket=BUCKET)
    for page in there.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for found in page.get("Contents", []):
            there.delete_object(Bucket=BUCKET, Key=found["Key"])


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
