"""Chinese texts quote with 「」: a text with another mark is refused by the check of translations."""

from __future__ import annotations

import polib
import pytest

from tools import translations


def problems(text: str, language: str) -> list[str]:
    return list(translations._entry_problems(polib.POEntry(msgid="“a”", msgstr=text), language))


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_only_our_own_quotation_marks_pass(language: str) -> None:
    assert problems("「甲」", language) == []
    assert len(problems("“甲”", language)) == 2


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_catalogue_holds_another_mark(language: str) -> None:
    paths = list((translations.ROOT / "locale").glob(f"*/{language}/LC_MESSAGES/django.po"))
    assert paths
    for path in paths:
        for entry in polib.pofile(str(path)):
            said = entry.msgstr + "".join(entry.msgstr_plural.values())
            assert not set(translations.FOREIGN_QUOTES) & set(said), (path, entry.msgid)
