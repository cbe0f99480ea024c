"""Pages travel packed, files as they are: a part of a packed film would be a part of something else."""

from __future__ import annotations

import gzip

import pytest
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory

from config.packing import Packed

ASKED = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


def sent(reply: HttpResponseBase, **headers: str) -> HttpResponseBase:
    return Packed(lambda request: reply)(RequestFactory().get("/", **headers))  # type: ignore[arg-type, return-value]


@pytest.mark.django_db
def test_a_page_is_packed_for_who_can_open_it():
    reply = Client().get("/login/", **ASKED)
    assert reply.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in reply.headers["Vary"]
    assert "衡" in gzip.decompress(reply.content).decode()
    assert "Content-Encoding" not in Client().get("/login/").headers


def test_files_are_left_as_they_are(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film " * 1000)
    assert "Content-Encoding" not in sent(FileResponse(path.open("rb")), **ASKED).headers
    picture = HttpResponse(b"picture " * 1000, content_type="image/webp", status=206)
    assert "Content-Encoding" not in sent(picture, **ASKED).headers
    assert "Content-Encoding" in sent(HttpResponse("word " * 1000), **ASKED).headers
