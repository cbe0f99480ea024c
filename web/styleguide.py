"""Sample values for the style guide: every component in every state. Invented facts only; reads nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from web import navigation, wording

PAGES = ("components", "buyer", "desk", "letter")

_HOUR = timedelta(hours=1)


class SampleForm(forms.Form):
    amount = forms.CharField(label=_("Amount"), help_text=_("Up to ¥680.00 (amount paid)"))
    account = forms.CharField(label=_("What happened"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    remedy = forms.ChoiceField(
        label=_("What you ask for"),
        widget=forms.RadioSelect,
        choices=[("return", _("Return and refund")), ("partial", _("Partial refund"))],
    )
    truth = forms.BooleanField(label=_("What I wrote is true"))


def samples(now: datetime) -> dict[str, Any]:
    """One context for all pages of the guide."""
    wrong = SampleForm({"amount": "", "account": "…", "remedy": "", "truth": ""})
    return {
        "now": now,
        "nav": navigation.items("public"),
        "clocks": clocks(now),
        "blank_form": SampleForm(prefix="blank"),
        "wrong_form": wrong,
        "steps": steps(),
        "entries": entries(now),
        "rows": rows(),
        "points": points(),
        "exhibits": exhibits(),
        "lines": [
            {"label": "商品实付 × 商家责任", "value": "680.00 × 100%"},
            {"label": "退货运费，商家承担", "value": "18.00"},
        ],
        "consequences": [
            {"icon": "bell", "text": "双方都会收到裁决书"},
            {"icon": "hand-coins", "text": "冻结货款 ¥680.00、保证金 ¥18.00 锁定待付"},
            {"icon": "lock-keyhole", "text": "之后不能撤回，只能由复核更正"},
        ],
        "next_lines": [
            {"icon": "store", "text": "商家同意：24 小时内退款到原支付方式"},
            {"icon": "list-checks", "text": "商家反驳：你会看到对方每一点说法和凭证，48 小时内可以回应"},
            {"icon": "gavel", "text": "平台裁决：4 个工作日内给出结果和理由，不服可以申诉"},
        ],
        "offer": {
            "title": "商家的方案",
            "side": "m",
            "party": "云汀陶社",
            "amount": 30000,
            "currency": "CNY",
            "what": "退款，不退货",
            "note": "可以补偿 300 元，茶壶不用寄回。",
            "left": wording.countdown(now + 31 * _HOUR, now, mine=False),
            "accept_href": "#accept",
            "reject_href": "#reject",
            "counter_href": "#counter",
        },
        "claim": [
            {"label": "要求", "value": "退款 ¥680.00，不退货", "href": "#c1"},
            {"label": "原因", "value": "签收时已破损，壶体渗水", "href": "#c2"},
            {"label": "凭证", "value": "", "href": "#c3"},
        ],
        "tabs": [
            {"href": "?", "label": "2 小时内", "count": 3, "is_current": True},
            {"href": "?t=1", "label": "今天", "count": 12, "is_current": False},
            {"href": "?t=2", "label": "本周", "count": 41, "is_current": False},
        ],
        "table": table(now),
        "hints": [
            {"keys": ["J", "K"], "label": "争点"},
            {"keys": ["1", "2", "3"], "label": "认定当前争点"},
            {"keys": ["?"], "label": "全部快捷键"},
        ],
        "facts": facts(now),
    }


def clocks(now: datetime) -> list[wording.Countdown]:
    """Neutral, warm, solid, over; somebody else's; working days."""
    return [
        wording.countdown(now + 76 * _HOUR, now, mine=True),
        wording.countdown(now + 17.4 * _HOUR, now, mine=True),
        wording.countdown(now + 0.7 * _HOUR, now, mine=True),
        wording.countdown(now - 0.2 * _HOUR, now, mine=True),
        wording.countdown(now + 6.3 * _HOUR, now, mine=False),
        wording.countdown(now + 60 * _HOUR, now, mine=True, clock="BD", working_days=2),
    ]


def steps() -> list[dict[str, str]]:
    labels = ("提交申请", "提交凭证", "商家确认", "平台裁决", "退款到账")
    states = ("done", "done", "now", "later", "later")
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


def entries(now: datetime) -> list[dict[str, Any]]:
    told = (
        ("p", "平台", "受理了申请，已通知商家", 24, ""),
        ("b", "你", "提交了 3 件凭证", 25, ""),
        ("b", "你", "申请平台介入：退款 ¥680.00，不退货", 26, ""),
        ("m", "云汀陶社", "拒绝退款，愿补偿 ¥100.00", 60, "汝窑开片是天然特征，商品页有说明。可以补偿 100 元。"),
        ("b", "你", "申请退款", 70, ""),
        ("p", "平台", "记录了签收", 90, ""),
    )
    return [
        {"side": side, "who": who, "text": text, "at": now - hours * _HOUR, "quote": quote}
        for side, who, text, hours, quote in told
    ]


def rows() -> list[dict[str, Any]]:
    return [
        {
            "name": "外包装与面单照片",
            "why": "同类案件里，缺这一件最常被商家质疑",
            "state": "need",
            "icon": "package-open",
            "href": "#add",
        },
        {"name": "破损处特写", "state": "done", "status": "2 张"},
        {"name": "渗水视频", "state": "done", "status": "0:18"},
        {"name": "和商家的聊天记录", "state": "auto"},
        {"name": "下单时的商品页", "state": "auto"},
    ]


def points() -> list[dict[str, Any]]:
    told = (
        ("壶身纹路是开片还是裂纹", "裂纹，贯通釉面", 2, "汝窑天然开片，页面有说明", 1, "buyer", False),
        ("壶体是否渗水", "注水 2 分钟后渗出", 1, "", 0, "unclear", False),
        ("破损发生在签收前还是签收后", "签收当晚开箱即见", 2, "出库质检完好", 2, "merchant", True),
        ("是否适用「破损包赔」承诺", "48 小时内已报损", 1, "承诺只包运输破损", 1, "", False),
    )
    return [
        {
            "number": number,
            "title": title,
            "href": f"#p{number}",
            "is_current": is_current,
            "finding": finding,
            "show_open": True,
            "stances": [
                {"side": "b", "text": buyer, "count": buyer_count},
                {"side": "m", "text": merchant, "count": merchant_count},
            ],
        }
        for number, (title, buyer, buyer_count, merchant, merchant_count, finding, is_current) in enumerate(told, 1)
    ]


def exhibits() -> list[dict[str, Any]]:
    return [
        {
            "side": "b",
            "name": "壶身特写",
            "number": "B2",
            "href": "#b2",
            "admit_name": "admit_b2",
            "chosen": "yes",
            "note": "当晚开箱先拍照再洗壶，洗之前就有这道纹，注水后壶底一直渗。",
            "checks": [
                {"ok": True, "text": "拍摄于 11-18 20:52，签收后 6 小时 26 分"},
                {"ok": True, "text": "原图，拍摄信息完整"},
                {"ok": True, "text": "首次提交，未在其他案件出现"},
            ],
        },
        {
            "side": "m",
            "name": "出库质检照",
            "number": "M1",
            "href": "#m1",
            "admitted": "no",
            "reason": "拍摄时间无法核实",
            "note": "每把壶出库前都质检拍照，外箱签收时无破损，应是买家使用中磕碰。",
            "checks": [
                {"ok": False, "text": "拍摄信息缺失，无法核实时间"},
                {"ok": False, "text": "同一图片曾用于另外 3 个案件"},
                {"ok": False, "text": "画面中没有单号，无法对应此件商品"},
            ],
        },
    ]


def table(now: datetime) -> list[dict[str, Any]]:
    told = (
        (0.7, "DA-20261120-00871", "签收破损", 68000),
        (17.4, "DA-20261121-00412", "没收到货", 15990),
        (76, "DA-20261122-00133", "质量问题", 129900),
    )
    return [
        {"due_at": now + hours * _HOUR, "number": number, "type": kind, "amount": amount}
        for hours, number, kind, amount in told
    ]


def facts(now: datetime) -> list[dict[str, Any]]:
    told = (("下单付款 ¥680.00，商品快照 v7", 240), ("商家发货", 200), ("本人签收", 150), ("商家拒绝退款", 100))
    return [{"text": text, "at": now - hours * _HOUR} for text, hours in told]
