"""Is every text that a person sees translated, in both Chinese scripts, in our own words? ``python -m tools.translations``

Knows msgids and catalogues; refuses to know which page shows what. Needs gettext's xgettext.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    *("common", "journal", "accounts", "rulebook", "marketplace", "ledger", "evidence", "disputes", "jury"),
    *("enforcement", "arbitration", "notifications", "insights", "engine", "api", "web", "config"),
)
LANGUAGES = ("zh_Hans", "zh_Hant")
KEYWORDS = (
    *("gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3"),
    *("pgettext_lazy:1c,2", "npgettext_lazy:1c,2,3"),
)
# Words with a legal meaning that we do not have, slang, misspellings, and blame.
BANNED = {
    "zh_Hans": ("仲裁", "小二", "失败!", "失败！", "其它", "登陆", "帐号", "您", "尽快", "!", "！"),
    # Translated, not converted: the mainland's words in traditional letters.
    "zh_Hant": (
        *("仲裁", "小二", "失敗!", "失敗！", "其它", "登陸", "登錄", "帳户", "賬號", "你", "盡快", "!", "！"),
        *("憑證", "視頻", "默認", "保存", "搜索", "信息", "質量", "複核", "快捷鍵", "打印", "隊列", "文件夾"),
    ),
}
# Chinese texts quote with 「」 and nothing else: two sorts of quotation marks met in one sentence.
FOREIGN_QUOTES = "“”‘’"
# Letters that are written in one script only: a catalogue that holds one was filled with the other's text.
FOREIGN_LETTERS = {
    "zh_Hans": "這們來個時說對開關門買賣經過還後與書認證據無發現應實點頁錯誤選擇單號員請審閱",
    "zh_Hant": "这们来时说对开关门买卖经过还书认证无发现应实点页错误选择单号员请审阅",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|{\w*}")
Key = tuple[str, str]


def main() -> int:
    """0 if all is well; else prints what is not, and returns 1."""
    if shutil.which("xgettext") is None:
        print("xgettext is missing; on Debian:  apt install gettext", file=sys.stderr)
        return 2
    used = used_messages()
    problems = [problem for language in LANGUAGES for problem in check(language, used)]
    for problem in problems:
        print(problem)
    print(f"{len(used)} texts in {len(LANGUAGES)} languages: {len(problems)} problems")
    return 1 if problems else 0


def used_messages() -> dict[Key, str]:
    """``(context, msgid)`` of every text that is marked for translation, with the place of its first use."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for path in sorted((ROOT / "templates").rglob("*.*")):
            target = Path(folder, "templates", path.relative_to(ROOT / "templates")).with_suffix(path.suffix + ".py")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(templatize(path.read_text(encoding="utf-8"), origin=str(path)), encoding="utf-8")
            sources.append(str(target))
        for room in ROOMS:
            sources += [str(path) for path in sorted((ROOT / room).rglob("*.py"))]
        command = ["xgettext", "--language=Python", "--from-code=UTF-8", "--output=-", "--force-po"]
        command += [f"--keyword={word}" for word in KEYWORDS]
        done = subprocess.run([*command, *sources], capture_output=True, text=True, check=True)
    found = {}
    for entry in polib.pofile(done.stdout):
        place = entry.occurrences[0] if entry.occurrences else ("?", "")
        found[entry.msgctxt or "", entry.msgid] = (
            f"{place[0].replace(folder + '/', '').replace(str(ROOT) + '/', '')}:{place[1]}"
        )
    return found


def check(language: str, used: dict[Key, str]) -> Iterator[str]:
    """Every way in which the catalogues of one language fall short."""
    areas: dict[Key, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "locale").glob(f"*/{language}/LC_MESSAGES/django.po")):
        name = str(path.relative_to(ROOT))
        for entry in polib.pofile(str(path)):
            key = (entry.msgctxt or "", entry.msgid)
            if entry.obsolete:
                yield f"{name}: obsolete: {entry.msgid!r}"
                continue
            areas[key].append(path.parts[-4])
            if key not in used:
                yield f"{name}: nobody uses {entry.msgid!r}"
            yield from (f"{name}: {problem}: {entry.msgid!r}" for problem in _entry_problems(entry, language))
    for (context, msgid), where in areas.items():
        if len(where) > 1:
            yield f"{language}: in several areas ({', '.join(where)}): {msgid!r} {context}".rstrip()
    for key, place in used.items():
        if key not in areas:
            yield f"{language}: {place}: not translated: {key[1]!r}"


def _entry_problems(entry: polib.POEntry, language: str) -> Iterator[str]:
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if "fuzzy" in entry.flags:
        yield "fuzzy"
    if not texts or not all(texts):
        yield "empty"
        return
    for text in texts:
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        if not set(PLACEHOLDER.findall(text)) <= wanted or (
            not entry.msgid_plural and set(PLACEHOLDER.findall(text)) != wanted
        ):
            yield f"placeholders differ in {text!r}"
        for word in BANNED[language]:
            if word in text:
                yield f"{word} is not a word of ours"
        for mark in FOREIGN_QUOTES:
            if mark in text:
                yield f"{mark} is not how we quote: 「」"
        for letter in FOREIGN_LETTERS[language]:
            if letter in text:
                yield f"{letter} belongs to the other script"


if __name__ == "__main__":
    sys.exit(main())
