"""Makes the font of printed letters out of Noto Serif CJK: the characters that letters need, in their forms of both scripts.

    pip install fonttools && apt install fonts-noto-cjk && python -m tools.letter_font

Characters: GB 2312, the first level of Big 5, Latin, and those below. Where Taiwan writes a character otherwise, its form
is there too and chosen by the language of the text (``locl``). The family is renamed: what was cut down is not Noto.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
SIMPLIFIED = 2  # the place of "Noto Serif CJK SC" in the collection
TARGET = Path(__file__).resolve().parents[1] / "web" / "press" / "HengSerif.otf"
FAMILY = "Heng Serif"
# In names of goods and in everyday Cantonese, and in neither of the two sets.
BESIDE = (
    "喆堃玥珺祎翀赟昇婳焗啫喱煲粿囍槑犇骉羴猋垚冇嘅唔咗喺嚟啲哋咁嗰佢睇揾嘢攞邨峯裏着綫衞羣麪鍊牀祂妳滙喼炆炖燉饸饹馕曱甴豉蓣枧"
    "酞醌茋胍羧氰砗磲瑢镕瞭乾藉麼鎚鑽銹鏽"
)
TABLES = ["BASE", "DSIG", "GPOS", "VORG", "vhea", "vmtx"]
SCRIPTS = [f"{script}.{language}" for script in ("hani", "kana", "latn") for language in ("dflt", "ZHT")]


def characters() -> set[int]:
    """Code points. Kana, Bopomofo and the private area of both sets are left out."""
    wanted = {ord(sign) for sign in BESIDE}
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            pair = bytes([first, second])
            wanted |= _one(pair, "gb2312")
            if 0xA140 <= int.from_bytes(pair, "big") <= 0xC67E:
                wanted |= _one(pair, "big5")
    for first, last in (
        (0x20, 0x7E),
        (0xA0, 0x17F),
        (0x2010, 0x203B),
        (0x2460, 0x2473),
        (0x3000, 0x301F),
        (0xFF01, 0xFFE5),
    ):
        wanted |= set(range(first, last + 1))
    wanted.add(ord("€"))
    return {code for code in wanted if not 0x3040 <= code <= 0x318F and not 0xE000 <= code < 0xF900}


def _one(pair: bytes, encoding: str) -> set[int]:
    try:
        return {ord(pair.decode(encoding))}
    except (UnicodeDecodeError, TypeError):
        return set()


def main() -> None:
    options = subset.Options(
        font_number=SIMPLIFIED,
        layout_features=["locl"],
        layout_scripts=["DFLT", *SCRIPTS],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        name_languages=[0x409],
        hinting=False,
        notdef_outline=True,
        drop_tables=TABLES,
    )
    font: TTFont = subset.load_font(str(SOURCE), options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=characters())
    cut.subset(font)
    for number, words in {1: FAMILY, 3: f"{FAMILY} 1", 4: FAMILY, 6: FAMILY.replace(" ", "")}.items():
        font["name"].setName(words, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [FAMILY.replace(" ", "")]
    top.topDictIndex[0].FamilyName = top.topDictIndex[0].FullName = FAMILY
    subset.save_font(font, str(TARGET), options)
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters", file=sys.stderr)


if __name__ == "__main__":
    main()
