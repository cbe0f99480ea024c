"""Setting a decision letter in type: one of the usual length, and one with forty findings, each until its PDF stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

from web import press
from web.letter import Paper, Section

if TYPE_CHECKING:
    from bench.report import Line

_FOUND = "争点 {n}：商家的出库照片没有拍摄时间，无法与面单对应；买家的开箱视频连续，显示裂纹贯通釉面。支持买家。"
# Longer than this nobody waits for a letter, in seconds.
_MOST = 1.0


def lines(*, turns: int) -> Iterator[Line]:
    """The median of wall time, with the process it takes. The first is thrown away: it also reads the font from disk."""
    from bench.report import Line

    for what, findings in (("four findings", 4), ("forty findings", 40)):
        paper = _paper(findings)
        _set(paper)
        yield Line(f"PDF letter, {what}", median(_set(paper) for _ in range(turns)), "s", _MOST)


def _set(paper: Paper) -> float:
    began = time.perf_counter()
    press.in_type(press.data_of(paper, given_at=datetime(2026, 11, 26, 9, 30, tzinfo=UTC)))
    return time.perf_counter() - began


def _paper(findings: int) -> Paper:
    found = tuple(_FOUND.format(n=n) for n in range(1, findings + 1))
    return Paper(
        lang="zh-Hans",
        title="裁决书",
        ref="DA-20261120-00871",
        result="退货退款：你将收到 ¥698.00。",
        notes=("商家承担寄回运费。",),
        sections=(
            Section("一、认定的事实", items=found, paragraphs=()),
            Section("二、采信与未采信的凭证", items=found, paragraphs=()),
            Section("三、依据的规则", items=found[:4], paragraphs=()),
        ),
        signature=("平台争议处理中心", "裁决员 032", "2026-11-26"),
        code="7K3M-9QWE-RT2P",
    )
