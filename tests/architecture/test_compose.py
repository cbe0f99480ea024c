"""The description of an installation in containers fits the code that it starts."""

from __future__ import annotations

import re

import yaml

from tests.architecture.sources import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
LASTING = {name: service for name, service in SERVICES.items() if service.get("restart") != "no"}


def _lines(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_every_role_has_a_service() -> None:
    assert {"web", "worker", "beat", "clock", "postgres", "valkey", "store", "mailpit"} <= SERVICES.keys()


def test_every_lasting_service_says_whether_it_is_well() -> None:
    image_has_one = {"web"}
    silent = [name for name, service in LASTING.items() if "healthcheck" not in service]
    assert set(silent) <= image_has_one


def test_the_worker_can_be_multiplied() -> None:
    worker = SERVICES["worker"]
    assert not {"ports", "container_name"} & worker.keys()


def test_nothing_waits_for_a_service_that_does_not_exist() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= SERVICES.keys(), name


def test_every_setting_in_the_containers_is_read_by_somebody() -> None:
    read = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    for name in SERVICES["web"]["environment"]:
        assert re.search(rf'"{name}"', read) or name == "DATABASE_URL", name


def test_every_setting_that_is_documented_can_be_set_in_the_containers() -> None:
    # The image has one place for its files, and what it serves was collected when it was built.
    fixed = {"HENG_STATE", "STATIC_ROOT", "DEBUG", "HENG_OCR", "HENG_SIGNING_KEY_FILE", "DATABASE_CONN_MAX_AGE"}
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    documented = set()
    for row in re.findall(r"^\| (`.*?) \|", text, re.M):
        names = re.findall(r"`(\w+)`", row)
        documented |= {names[0].rpartition("_")[0] + name if name.startswith("_") else name for name in names}
    documented |= {"HSTS_SECONDS", "SECRET_KEY_FALLBACKS"}
    assert len(documented) > 30
    assert documented - fixed <= SERVICES["web"]["environment"].keys()


def test_what_an_installation_keeps_secret_gets_into_no_image_and_no_commit() -> None:
    """The README has secrets written to .env, beside what the image is made of."""
    assert ".env*" in _lines(".dockerignore")
    assert ".env" in _lines(".gitignore")


def test_the_format_of_the_feed_gets_into_the_image() -> None:
    """It lies among the documents, of which the image needs no other."""
    assert not {"docs", "docs/", "docs/*.json", "*.json"} & _lines(".dockerignore")


def test_no_clock_runs_before_the_demo_is_filled() -> None:
    """It would end the terms of cases whose story is not yet told. Without the profile nobody waits for it."""
    for name in ("web", "worker", "files", "beat", "clock"):
        wait = SERVICES[name]["depends_on"]["demo"]
        assert wait == {"condition": "service_completed_successfully", "required": False}, name
    assert "market" in SERVICES["demo"]["depends_on"]


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)
