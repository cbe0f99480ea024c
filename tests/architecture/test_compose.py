"""The description of an installation in containers fits the code that it starts."""

from __future__ import annotations

import re

import yaml

from tests.architecture.sources import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
LASTING = {name: service for name, service in SERVICES.items() if service.get("restart") != "no"}


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


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)
