"""How much one request may bring, and how slowly, before anything looks at it."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from config import bodies
from evidence.models import Exhibit
from tests import files, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return reach.admitted()


def buyer(scene: Scene) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=scene.buyer.id))
    return client


def photo(seed: int, name: str = "x.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.jpeg(64, 48, seed=seed), content_type="image/jpeg")


def test_a_form_that_is_too_large_is_refused_before_it_is_taken_apart(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U63: nothing of it reaches the disk, and its sender reads why."""
    monkeypatch.setattr(bodies, "FORM_BYTES", 1000)
    monkeypatch.setattr(bodies, "_AROUND", 0)
    monkeypatch.setattr("django.http.multipartparser.MultiPartParser.parse", _never)
    path = reverse("buyer:evidence", args=[scene.case.number])
    reply = buyer(scene).post(path, {"code": "E06", "files": [photo(1), photo(2)]})
    assert reply.status_code == 413 and "errors/413.html" in [template.name for template in reply.templates]
    told = buyer(scene).post("/api/v1/cases", {"files": photo(1)})
    assert told.status_code == 413 and told.json()["code"] == "too_large"
    assert not Exhibit.objects.filter(side="buyer").exists()


def test_of_a_body_that_is_far_too_large_not_a_byte_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.errors, "too_large", lambda request: "413")
    request = RequestFactory().post("/my/", b"x", content_type="multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(bodies._HEARD_OUT + 1)
    request.read = _never  # type: ignore[method-assign]
    assert bodies.Bounded(_never)(request) == "413"  # type: ignore[comparison-overlap]


def test_nine_files_of_a_form_are_each_taken_or_refused_with_their_reason(scene: Scene) -> None:
    path = reverse("buyer:evidence", args=[scene.case.number])
    bad = SimpleUploadedFile("note.rar", b"Rar!\x1a\x07\x00" + b"\0" * 100)
    reply = buyer(scene).post(path, {"code": "E06", "files": [photo(1), bad, photo(2), photo(1, "again.jpg")]})
    text = reply.content.decode()
    assert reply.status_code == 422 and "note.rar" in text and "again.jpg" not in text
    kept = Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer")
    assert kept.count() == 2 and all(exhibit.receipt_code in text for exhibit in kept)


def test_what_is_over_nine_is_left_out_and_said(scene: Scene) -> None:
    path = reverse("buyer:evidence", args=[scene.case.number])
    reply = buyer(scene).post(path, {"code": "E06", "files": [photo(n) for n in range(10)]})
    assert reply.status_code == 422
    assert Exhibit.objects.filter(side="buyer").count() == 9


def test_both_sides_send_several_files_on_the_page_of_the_act(scene: Scene) -> None:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=scene.merchant.id))
    path = reverse("merchant:act", args=[scene.case.number, "evidence_added"])
    bad = SimpleUploadedFile("note.rar", b"Rar!\x1a\x07\x00" + b"\0" * 100)
    typed: dict[str, Any] = {"code": "E09", "name": "", "note": "", "seen": scene.reload().version}
    reply = client.post(path, typed | {"file": [photo(1), bad, photo(2)]})
    assert reply.status_code == 422 and "note.rar" in reply.content.decode()
    assert Exhibit.objects.filter(side="merchant").count() == 2
    assert client.post(path, typed | {"file": []}).status_code == 422
    assert client.post(path, typed | {"file": [photo(3)]}).status_code == 302


def test_a_form_of_a_thousand_files_is_not_taken_apart(scene: Scene) -> None:
    """U64."""
    path = reverse("buyer:evidence", args=[scene.case.number])
    many = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(1000)]
    assert buyer(scene).post(path, {"code": "E06", "files": many}).status_code == 400


def test_a_body_that_trickles_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """U61: a byte now and then would hold a thread for as long as nobody looks."""
    monkeypatch.setattr(bodies, "SILENCE", 0.5)
    monkeypatch.setattr(bodies, "STEP", 64)
    here, there = socket.socketpair()
    gone = threading.Event()

    def trickle() -> None:
        with contextlib.suppress(OSError):
            while not gone.wait(0.1):
                there.send(b"x")

    threading.Thread(target=trickle, daemon=True).start()
    with here, there:
        # As a server reads: until it has all that it was asked for.
        body = bodies.Paced(here.makefile("rb"), here, bodies.Watch())
        assert 0 < len(body.read(10_000)) < 64
        gone.set()


def test_a_body_that_comes_steadily_is_read_whole() -> None:
    content = bytes(range(256)) * 1000
    here, there = socket.socketpair()
    with here, there:
        threading.Thread(target=lambda: (there.sendall(content), there.shutdown(socket.SHUT_WR)), daemon=True).start()
        body = bodies.Paced(here.makefile("rb"), here, bodies.Watch())
        first = body.read(100)
        assert first + body.readline() + body.read() == content


def test_only_a_request_with_a_body_is_watched() -> None:
    seen: list[Any] = []

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.append(environ["wsgi.input"])
        return []

    here, there = socket.socketpair()
    with here, there:
        serve = bodies.paced(application)
        serve({"wsgi.input": io.BytesIO(), "gunicorn.socket": here}, None)
        assert here.gettimeout() is None and not isinstance(seen[-1], bodies.Paced)
        serve({"wsgi.input": io.BytesIO(b"x"), "gunicorn.socket": here, "CONTENT_LENGTH": "1"}, None)
        assert here.gettimeout() == bodies.SILENCE and isinstance(seen[-1], bodies.Paced)


def _never(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("nobody should look at this")
