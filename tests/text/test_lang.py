"""Languages: the catalogues against each other, and figures in Chinese against those in English."""

from __future__ import annotations

import itertools
import random
import re
import shutil
import string
import tomllib
from collections import Counter
from xml.etree import ElementTree

import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.geometry.network import Path
from convanim.geometry.parameters import parameters
from convanim.labels import LABELS
from convanim.publish.explorer import answer
from convanim.text.describe import description, title
from convanim.text.lang import LANGUAGES, Language, language
from helpers.catalogues import FOLDER, TABLES, texts_of
from helpers.figures import drawn, seen_texts
from helpers.operations import new_ops, of_all_kinds, subjects
from helpers.processes import ROOT, python
from helpers.refusals import refusal

PARAMETERS = {name for kind in OPERATIONS.values() for name in parameters(kind)}


LANG = "{http://www.w3.org/XML/1998/namespace}lang"


SVG = "{http://www.w3.org/2000/svg}"


NUMBER = re.compile(r"\d+(?:\.\d+)?")


def places(text):
    """The names in braces; an article is English's own, and a capital is the same word."""
    return {name.lower() for _, name, *_ in string.Formatter().parse(text) if name is not None} - {"a"}


def counted(code):
    """The keys whose text depends on a count."""
    return {
        (section, key)
        for section, table in TABLES[code].items()
        for key, text in table.items()
        if isinstance(text, list)
    }


def catalogue_faults(code):
    """What is wrong with a catalogue, against English's."""
    own, english = texts_of(code), texts_of("en")
    free = {(section, key) for section, key in own.keys() | english.keys() if section == "parameter"}
    found = [f"no {section}.{key}" for section, key in english.keys() - own.keys() - free]
    found += [f"{section}.{key} is unknown" for section, key in own.keys() - english.keys() - free]
    found += [f"{key} is no parameter" for section, key in own.keys() & free if key not in PARAMETERS]
    found += [f"{key} has forms, and no count to choose by" for key in counted(code) - counted("en")]
    for key, texts in own.items():
        wanted = places(english[key][0]) if key in english else set()
        found += [f"{key} has {sorted(places(text))} for {sorted(wanted)}" for text in texts if places(text) != wanted]
        found += [f"{key} is empty" for text in texts if not text]
    return sorted(found)


def test_the_languages_are_the_files_of_the_folder():
    assert set(TABLES) == set(LANGUAGES) == {"en", "zh"}
    assert [TABLES[code]["language"]["name"] for code in ("en", "zh")] == ["English", "简体中文"]
    assert all(set(table["language"]) == {"name", "plural"} for table in TABLES.values())


@pytest.mark.parametrize("code", TABLES)
def test_every_language_has_all_texts_of_english_with_the_same_places(code):
    assert catalogue_faults(code) == []


@pytest.mark.parametrize("code", TABLES)
def test_the_plural_rule_has_a_form_for_every_count_and_no_form_is_idle(code):
    rule = language(code).plural
    used = {rule(count) for count in range(101)}
    for section, key in counted(code):
        assert used == set(range(len(TABLES[code][section][key]))), key
        assert {language(code).say(f"{section}.{key}", count, size="5", n=count) for count in range(101)}


def test_one_is_singular_and_all_else_plural_in_english_and_chinese_has_one_form():
    assert [language("en").plural(count) for count in (0, 1, 2, 21, 100)] == [1, 0, 1, 1, 1]
    assert {language("zh").plural(count) for count in range(101)} == {0}
    assert [description(ca.Conv(n, 1, ndim=1)).count(f"In {n} step{'s' if n > 1 else ''} it") for n in (1, 2, 11)] == [
        1,
        1,
        1,
    ]


def test_the_check_of_catalogues_sees_a_missing_key_an_unknown_one_other_places_and_forms_that_nothing_chooses(
    monkeypatch,
):
    spoiled = tomllib.loads((FOLDER / "zh.toml").read_text(encoding="utf-8"))
    del spoiled["label"]["step"]
    spoiled["label"]["stpe"] = "第 {n} 步，共 {steps} 步"
    spoiled["label"]["input"] = "输入"
    spoiled["legend"]["input"] = ["输入"]
    spoiled["legend"]["copy"] = ""
    spoiled["parameter"]["strude"] = "步幅"
    monkeypatch.setitem(TABLES, "zh", spoiled)
    assert catalogue_faults("zh") == sorted(
        [
            "no label.step",
            "label.stpe is unknown",
            "('label', 'stpe') has ['n', 'steps'] for []",
            "('label', 'input') has [] for ['size']",
            "('legend', 'input') has forms, and no count to choose by",
            "('legend', 'copy') is empty",
            "strude is no parameter",
        ]
    )


MORE = [  # kinds that `figures` doesn't have, and padding that doesn't count
    *(
        kind(4, k, in_channels=c, out_channels=2, groups=g)
        for kind, k, c, g in itertools.product((ca.Conv, ca.ConvTranspose), (1, 3), (2,), (1, 2))
    ),
    ca.Pool(4, 2, padding=1, mode="average", count_include_pad=False, ceil_mode=True),
    ca.Pool(5, 2, padding=1, ceil_mode=True),
    ca.AdaptivePool(4, 3, mode="max"),
    ca.Pool(4, 2, mode="l2"),
]


def test_every_text_of_a_catalogue_is_said_of_some_figure(monkeypatch):
    said = set()
    say = Language.say
    monkeypatch.setattr(
        Language, "say", lambda self, key, *args, **rest: said.add(key) or say(self, key, *args, **rest)
    )
    for n, op in enumerate([*of_all_kinds()[::4], *MORE]):
        view = "flat" if n % 2 and getattr(op, "in_channels", 1) == 1 else "isometric"
        for theme in ("clear", "classic"):
            seen_texts(ca.animate(op, theme=theme, view=view, labels="all", reveal=n % 3 == 0), [0])
    ca.animate(ca.Conv(4, 3, bias=True), bias=[0.5], labels=["sizes"])
    seen_texts(ca.animate(ca.ConvTranspose(2, 2, bias=True), symbols=True, view="scatter"), [0])
    ca.animate(ca.Conv(4, 3)).storyboard(2)
    ca.animate(ca.Conv(4, 3), steps=[0, 2])
    seen_texts(ca.animate(ca.Conv(9, 3), theme="clear", labels="all", focus=5), [0])
    ca.animate(ca.Conv(4, 3)).html()
    ca.animate(ca.Conv(40, 3), steps="all").html()  # too many steps for their sums: the player names cells instead
    assert all(ca.animate(ca.Pool(4, 2, mode=mode), seed=1).storyboard(2).alt for mode in ("max", "l2"))
    description(ca.ConvTranspose((2, 2, 2), 2, stride=2, output_padding=1))
    for view in ca.VIEWS:
        for op in subjects(view)[::9]:
            seen_texts(drawn(op, view=view, theme="clear", labels="all"), [0])
    answer("op=conv&i=4&k=3", ["phrases"])
    joined = Path([ca.Conv(7, 3), ca.Conv(5, 3)])
    joined.joins = 1
    seen_texts(ca.animate(joined, theme="clear", labels="all"), [0])
    known = {f"{section}.{key}" for section, key in texts_of("en")}
    assert said == known


def numbers(text):
    return Counter(NUMBER.findall(text))


def described():
    rng = random.Random(5)
    ops = [
        *of_all_kinds(),
        *list(new_ops())[::3],
        ca.Conv((3, 4, 5), 2, stride=(1, 2, 1)),
        ca.Pool((4,), 2),
        ca.AdaptivePool((7, 5, 3), 2),
    ]
    for n, op in enumerate(ops):
        yield op, rng.choice([0, 0, 0.5, -2]) if n % 2 else 0


def test_title_and_description_in_chinese_hold_exactly_the_numbers_of_the_english_ones():
    count = 0
    for op, bias in described():
        assert numbers(title(op, "zh")) == numbers(title(op)), op
        assert numbers(description(op, bias, "zh")) == numbers(description(op, bias)), op
        count += 1
    assert count > 300


def test_labels_in_chinese_hold_exactly_the_numbers_of_the_english_ones():
    for n, op in enumerate(of_all_kinds()):
        look = {
            "theme": ("clear", "classic")[n % 2],
            "labels": [name for name in LABELS if name != "title"],
            "view": ("flat", "isometric")[n // 2 % 2],
        }
        english, chinese = (ca.animate(op, lang=lang, **look) for lang in ("en", "zh"))
        for step in {0, len(english) // 2, len(english) - 1}:
            one, other = (numbers(" ".join(seen_texts(a, [step]))) for a in (english, chinese))
            assert one == other and one, (op, look, step)


def test_the_comparison_of_numbers_sees_one_that_is_wrong_missing_or_doubled():
    text = title(ca.Conv(5, 3, stride=2, padding=(1, (0, 2))))
    assert numbers(text) == Counter(["5", "5", "3", "3", "2", "2", "1", "1", "0", "2"])
    for wrong in (text.replace("3x3", "3x4"), text.replace("3x3", "3"), text + " 5"):
        assert numbers(wrong) != numbers(text)


def test_in_chinese_only_the_names_and_choices_of_parameters_are_english():
    known = PARAMETERS | {"reflect", "replicate", "circular", "symmetric"}
    foreign = Counter()
    for op, bias in described():
        for text in (title(op, "zh"), description(op, bias, "zh")):
            assert re.search("[\u4e00-\u9fff]", text)
            foreign.update(re.findall("[A-Za-z_]{2,}", text))
    assert set(foreign) <= known and {"reflect", "ceil_mode"} <= set(foreign)


def test_an_svg_says_in_which_language_its_words_are(tmp_path):
    for lang, look in itertools.product(
        TABLES, ({}, {"reveal": True, "theme": "auto"}, {"labels": "all", "background": "transparent"})
    ):
        a = ca.animate(ca.Conv(3, 2), lang=lang, dpi=60, **look)
        a.save(tmp_path / "x.svg")
        for text in (a.svg(1), (tmp_path / "x.svg").read_text(encoding="utf-8")):
            root = ElementTree.fromstring(text)
            assert root.get(LANG) == (None if lang == "en" else lang)
            assert root.findtext(f"{SVG}title") == title(ca.Conv(3, 2), lang) and root.findtext(
                f"{SVG}desc"
            ) == description(ca.Conv(3, 2), lang=lang)


def test_a_title_and_description_of_ones_own_go_before_those_of_the_language():
    a = ca.animate(ca.Conv(3, 2), lang="zh", title="我的标题", description="mine", labels="none")
    assert (a.scene.title, a.scene.description, a.scene.lang) == ("我的标题", "mine", "zh")


@pytest.mark.parametrize(
    ("given", "meant"), [("EN", "en"), ("eng", "en"), ("zho", "zh"), ("fr", None), ("", None), (5, None), (None, None)]
)
def test_a_language_that_there_is_not_is_refused_with_those_that_there_are(given, meant):
    hint = f"did you mean {meant!r}? " if meant else ""
    assert (
        refusal(lambda: ca.animate(ca.Conv(3, 2), lang=given))
        == f"unknown language {given!r}: {hint}Expected one of en, zh"
    )


@pytest.mark.parametrize("given", [["en"], {"en": 1}, {"en"}])
def test_what_is_no_text_is_no_language_either(given):
    assert "unknown language" in refusal(lambda: ca.animate(ca.Conv(3, 2), lang=given))


POLISH = {
    '"English"': '"Polski"',
    '"n != 1"': '"n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"',
    '["{n} step", "{n} steps"]': '["{n} krok", "{n} kroki", "{n} kroków"]',
    '["{n} kernel cell", "{n} kernel cells"]': '["{n} pole", "{n} pola", "{n} pól"]',
    '["{size} cell", "{size} cells"]': '["{size} pole", "{size} pola", "{size} pól"]',
    '"step {n} of {steps}"': '"krok {n} z {steps}"',
    '"convolution"': '"splot"',
    'stride = "stride"': 'stride = "krok"',
}


IN_POLISH = """
import sys
import convanim as ca
from convanim.text.lang import LANGUAGES
from convanim.text.describe import description
assert ca.__file__.startswith(sys.argv[1]), ca.__file__
print(*LANGUAGES)
for n in (1, 2, 5, 22):
    print(description(ca.Conv(n, 1, ndim=1), lang="pl"))
print(ca.animate(ca.Conv(4, 2, stride=2), lang="pl", theme="clear", labels=["step"]).svg(0))
figure = ["draw", "conv", "-i", "4", "-k", "2", "-s", "2"]
sys.argv = ["convanim", *figure, "--lang", "pl", "--labels", "step", "--theme", "clear", "-o", "x_{step}.svg"]
from convanim.cli import main
main()
"""


def test_a_new_file_in_the_folder_is_a_new_language(tmp_path):
    shutil.copytree(ROOT / "convanim", tmp_path / "convanim", ignore=shutil.ignore_patterns("__pycache__"))
    text = (FOLDER / "en.toml").read_text(encoding="utf-8")
    for english, polish in POLISH.items():
        assert english in text
        text = text.replace(english, polish)
    (tmp_path / "convanim" / "text" / "lang" / "pl.toml").write_text(text, encoding="utf-8")
    run = python("-c", IN_POLISH, tmp_path, cwd=tmp_path, PYTHONPATH=str(tmp_path), PYTHONDONTWRITEBYTECODE="1")
    assert run.returncode == 0, run.stderr
    languages, *described, svg = run.stdout.split("\n", 5)
    assert languages == "en pl zh"
    assert [re.search(r"In (\d+ \w+) it", line)[1] for line in described] == [
        "1 krok",
        "2 kroki",
        "5 kroków",
        "22 kroki",
    ]
    root = ElementTree.fromstring(svg[: svg.index("</svg>") + 6])
    assert root.get(LANG) == "pl" and root.findtext(f"{SVG}title") == "Splot of a 4x4 input, kernel 2x2, krok 2x2"
    assert (tmp_path / "x_0.svg").read_text(encoding="utf-8").strip() == svg[: svg.index("</svg>") + 6]
