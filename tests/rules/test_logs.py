"""What a stranger typed writes no line of the log."""

from __future__ import annotations

import json
import logging
import logging.config

import pytest

from config import logs


@pytest.mark.parametrize("typed", ["a\nb", 'a\r\n{"level": "error"}', "a\u2028b", "a\x1b[31mb", "a\x00b"])
def test_a_line_of_the_log_is_one_line_whatever_it_tells(typed: str) -> None:
    told = logs.config(level="INFO", readable=False)
    (name,) = told["formatters"]
    formatter = logging.config.DictConfigurator(told).configure_formatter(told["formatters"][name])
    written = formatter.format(logging.LogRecord("heng", logging.INFO, "", 0, typed, None, None))
    assert len(written.splitlines()) == 1 and "\x1b" not in written
    assert json.loads(written)["event"] == typed
