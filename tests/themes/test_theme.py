"""Records of themes, and themes of one's own: what a table or a file changes, and what is refused."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.themes.table import CLASSIC, CLEAR, DARK, theme_of
from convanim.themes.theme import EXTRA, NEEDED, ROLES, THIN, Style, derived
from convanim.views import refusal as reason
from helpers.colours import MARK, SHOWN, rgb
from helpers.refusals import refusal


def test_a_theme_without_a_style_that_every_view_needs_is_refused_at_once():
    with pytest.raises(ConvanimError, match=r"theme 'x' has no style for grid, input, "):
        ca.Theme("x", "#ffffff", {})
    ca.animate(ca.Conv(5, 3), theme=ca.Theme("x", "#ffffff", CLASSIC.styles)).frame(0)


def unlike(one, other):
    """The roles and other fields in which two themes differ, but for their names."""
    rest = [
        field.name
        for field in fields(one)
        if field.name not in ("name", "styles") and getattr(one, field.name) != getattr(other, field.name)
    ]
    return {*rest, *(role for role in ROLES if one.styles.get(role) != other.styles.get(role))}


@pytest.mark.parametrize("name", ca.THEMES)
def test_a_name_and_a_theme_are_the_theme_itself(name):
    assert theme_of(name) is theme_of(ca.THEMES[name]) is ca.THEMES[name]
    mine = replace(CLEAR, name="mine", background=MARK)
    assert theme_of(mine) is mine is ca.animate(ca.Conv(4, 3), theme=mine).theme


@pytest.mark.parametrize("base", [None, *ca.THEMES])
def test_a_table_changes_what_it_names_and_leaves_the_rest_of_its_base(base):
    whole = ca.THEMES[base or "clear"]
    start = {"base": base} if base else {}
    assert unlike(theme_of({**start, "name": "x"}), whole) == set()
    for role in ROLES:
        made = theme_of({**start, role: {"fill": MARK, "width": 0.5}})
        assert unlike(made, whole) == {role} and made.name == "custom"
        assert made.styles[role] == replace(whole.styles.get(role, Style()), fill=MARK, width=0.5)
    changes = {
        "background": MARK,
        "labels": ["step"],
        "dark": {"base": "dark", "label": {"fill": MARK}},
        "name": "mine",
    }
    made = theme_of({**start, **changes})
    assert (made.name, made.background, made.labels, unlike(made.dark, DARK)) == ("mine", MARK, ("step",), {"label"})
    assert unlike(made, whole) <= {"background", "labels", "dark"}


def test_a_base_may_be_a_table_or_a_theme():
    first = {"base": "dark", "input": {"fill": MARK}}
    for base in (first, theme_of(first)):
        made = theme_of({"base": base, "output": {"fill": MARK}})
        assert (
            unlike(made, DARK) == {"input", "output"}
            and made.styles["input"].fill == made.styles["output"].fill == MARK
        )


@pytest.mark.parametrize("word", [one.name for one in fields(Style)])
def test_every_key_of_a_style_can_be_changed_alone(word):
    value = {"hatch": "x", "opacity": 0.5, "width": 0.5, "dash": 0.5, "hatch_width": 0.5}.get(word, MARK)
    made = theme_of({"copy": {word: value}}).styles["copy"]
    more = {"width": THIN} if word == "stroke" else {}  # a stroke that is asked for is seen
    assert made == replace(CLEAR.styles["copy"], **{word: value}, **more) != CLEAR.styles["copy"]


FILE = """
base = "dark"
background = "#123456"
labels = ["step", "legend"]
dark = "print"
padding = false
input = { fill = "#abcdef", hatch = "x", width = 0.25 }
[ray]
stroke = "none"
dash = false
"""


def test_a_file_means_what_the_table_in_it_means(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(FILE, encoding="utf-8")
    made = theme_of(str(path))
    assert unlike(made, DARK) == {"background", "labels", "dark", "padding", "input", "ray"}
    assert made.name == "mine" and made.dark is ca.THEMES["print"] and made.labels == ("step", "legend")
    assert "padding" not in made.styles and made.styles["ray"] == replace(DARK.styles["ray"], stroke=None, dash=None)
    assert made.styles["input"] == replace(DARK.styles["input"], fill="#abcdef", hatch="x", width=0.25)
    path.with_name("bom.TOML").write_text(FILE, encoding="utf-8-sig")
    assert theme_of("bom.TOML", tmp_path) == replace(made, name="bom")
    monkeypatch.chdir(tmp_path)
    assert theme_of("mine.toml") == made == theme_of({"name": "mine", "base": str(path)})


@pytest.mark.parametrize("role", EXTRA)
def test_a_role_that_is_removed_is_not_drawn(role):
    for nothing in (False, None):
        theme = theme_of({role: nothing})
        assert set(theme.styles) == set(ROLES) - {role}
    pairs = [(op, view) for op in SHOWN for view in ca.VIEWS if not reason(view, op)]
    assert not any(role in ca.animate(op, theme=theme, view=view).scene.roles() for op, view in pairs)
    assert any(role in ca.animate(op, theme=CLEAR, view=view).scene.roles() for op, view in pairs)


def test_themes_made_of_a_theme_leave_it_as_it_was():
    before = repr(ca.THEMES)
    for name in ca.THEMES:
        made = [theme_of({"base": name, role: {"fill": MARK, "hatch": "x", "hatch_width": 0.5}}) for role in ROLES]
        made += [derived(ca.THEMES[name], "mine", {role: None}) for role in EXTRA]
        assert all(unlike(one, ca.THEMES[name]) for one in made) or name == "classic"
    table = {"base": "dark", "labels": ["step"], "input": {"fill": MARK}}
    theme_of(table)
    assert repr(ca.THEMES) == before and table == {"base": "dark", "labels": ["step"], "input": {"fill": MARK}}


@pytest.mark.parametrize("role", NEEDED)
def test_a_role_that_every_view_needs_is_there_and_not_seen_when_it_is_removed(role):
    theme = theme_of({role: False})
    assert theme.styles[role] == Style() and {**theme.styles, role: CLEAR.styles[role]} == CLEAR.styles
    a = ca.animate(ca.Conv(4, 3, padding=1), theme=theme, labels="none", view="flat", dpi=60)
    other = replace(a, theme=CLEAR)
    drawn = role in a.scene.roles()
    assert (a.frame(0) != other.frame(0)).any() == drawn == (a.svg(0) != other.svg(0))


def test_a_theme_made_by_hand_has_every_role_that_every_view_needs():
    assert "has no style for ray:" in refusal(
        lambda: replace(CLEAR, styles={role: style for role, style in CLEAR.styles.items() if role != "ray"})
    )


@pytest.mark.parametrize("nothing", ["none", False, None])
def test_none_for_a_fill_leaves_what_lies_below(nothing):
    theme = theme_of({"base": {"input": {"fill": MARK}}, "padding": {"fill": nothing}, "name": "x"})
    assert theme.styles["padding"] == replace(CLEAR.styles["padding"], fill=None)
    a, usual = (ca.animate(ca.Conv(4, 3, padding=1), theme=one, labels="none") for one in (theme, CLEAR))
    padding = rgb(CLEAR.styles["padding"].fill)
    assert not (a.frame(0) == padding).all(-1).any() and (usual.frame(0) == padding).all(-1).any()
    assert (a.frame(0) == rgb(MARK)).all(-1).any()


# what can't be: what is given -> what the one line tells
REFUSED = {
    "an unknown role": ({"inptu": {"fill": MARK}}, "unknown role 'inptu': did you mean 'input'?"),
    "an unknown key": ({"input": {"colour": MARK}}, "theme 'custom', role 'input': unknown key 'colour'"),
    "a key that is nearly one": ({"input": {"hatch_strok": MARK}}, "did you mean 'hatch_stroke'?"),
    "an unknown hatch": ({"input": {"hatch": "//"}}, "unknown hatch '//'"),
    "several hatches": ({"input": {"hatch": ["/", "x"]}}, "hatch"),
    "an unknown colour": (
        {"input": {"fill": "tomatoe"}},
        "colour 'tomatoe': did you mean 'tomato'? Write a name of CSS",
    ),
    "a colour of two digits": ({"ray": {"stroke": "#12"}}, "colour '#12': write a name of CSS"),
    "a colour with more behind it": ({"ray": {"stroke": MARK + "\n"}}, "write a name of CSS"),
    "a colour with opacity": ({"copy": {"hatch_stroke": "#12345678"}}, "write a name of CSS"),
    "no colour for a hatch": ({"copy": {"hatch_stroke": "none"}}, "colour None"),
    "a number for a colour": ({"input": {"fill": 0x123456}}, "colour 1193046"),
    "a background that is none": ({"background": "whit"}, "colour 'whit': did you mean 'white'?"),
    "a negative width": ({"ray": {"width": -0.1}}, "width=-0.1: it is a number from 0 to 1"),
    "too much opacity": ({"tap": {"opacity": 1.5}}, "opacity=1.5: it is a number from 0 to 1"),
    "opacity that is no number": ({"tap": {"opacity": math.nan}}, "opacity=nan"),
    "opacity as text": ({"tap": {"opacity": "0.5"}}, "opacity='0.5'"),
    "opacity as a switch": ({"tap": {"opacity": True}}, "opacity=True"),
    "a dash of no length": ({"grid": {"dash": 0}}, "dash=0: it is a number from 0.01 to 10"),
    "a hatch without width": ({"copy": {"hatch_width": "none"}}, "hatch_width=None"),
    "a colour for a role": ({"input": MARK}, "give a table such as"),
    "true for a role": ({"input": True}, "give a table such as"),
    "a number for labels": ({"labels": 3}, 'theme \'custom\' has labels=3: give "all", "none", or a list'),
    "labels that are no text": ({"labels": [1]}, "labels=[1]: give"),
    "an unknown base": ({"base": "drak"}, "unknown theme 'drak': did you mean 'dark'?"),
    "a base that isn't there": (
        {"base": "nowhere.toml"},
        "can't read the theme 'nowhere.toml': No such file or directory",
    ),
    "an unknown dark theme": ({"dark": "clera"}, "did you mean 'clear'?"),
    "a wrong role of the dark theme": ({"dark": {"inptu": {}}}, "did you mean 'input'?"),
    "an empty table": ({}, "unknown theme {}"),
    "no theme": (None, "unknown theme None"),
    "a file of another kind": ("mine.json", "unknown theme 'mine.json'"),
    "a folder": ("", "unknown theme ''"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_theme_can_have_is_refused_in_one_line(name):
    given, expected = REFUSED[name]
    assert expected in refusal(lambda: theme_of(given))
    assert expected in refusal(lambda: ca.animate(ca.Conv(4, 3), theme=given))


@pytest.mark.parametrize("given", ["step, legend", ["step", "legend"], ("step", "legend")])
def test_a_themes_labels_are_a_text_or_a_list(given):
    assert theme_of({"labels": given}).labels == ("step", "legend")
    assert (
        ca.animate(ca.Conv(4, 3), theme={"labels": given}).scene
        == ca.animate(ca.Conv(4, 3), theme="clear", labels=["legend", "step"]).scene
    )


def test_a_themes_background_may_be_transparent():
    theme = theme_of({"base": "dark", "background": "transparent"})
    assert theme == replace(DARK, name="custom", transparent=True)
    assert ca.animate(ca.Conv(4, 3), theme=theme, dpi=60).frame(0).shape[-1] == 4


def test_themes_that_lead_back_to_themselves_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text('base = "b.toml"\n')
    (tmp_path / "b.toml").write_text('dark = "a.toml"\n')
    (tmp_path / "c.toml").write_text('base = "c.toml"\n')
    for name in ("a.toml", "b.toml", "c.toml"):
        assert "leads back to itself: take the name of a theme as its base" in refusal(
            lambda name=name: theme_of(tmp_path / name)
        )
    (tmp_path / "c.toml").write_text('base = "dark"\n')
    assert theme_of(tmp_path / "c.toml") == theme_of(str(tmp_path / "c.toml")) == replace(DARK, name="c")


def test_labels_of_a_theme_that_there_are_not_are_refused_when_a_figure_is_made():
    assert "did you mean 'legend'" in refusal(lambda: ca.animate(ca.Conv(4, 3), theme={"labels": ["legnd"]}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"input = {", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b"x = " + b"[" * 5000, "is not TOML"),
        (b"x = 1", "unknown role 'x'"),
        (b'input = { fill = "#12" }', "theme 'bad', role 'input' has the colour '#12'"),
    ],
)
def test_a_file_that_holds_no_theme_is_refused_in_one_line(text, expected, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_bytes(text)
    assert expected in refusal(lambda: theme_of(str(path)))


def test_a_file_that_changes_nothing_is_clear(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("# nothing yet\n")
    assert theme_of(str(path)) == replace(CLEAR, name="mine")


JUNK = [
    None,
    True,
    False,
    0,
    -1,
    5,
    0.5,
    math.inf,
    10**400,
    "",
    "none",
    "#12345",
    MARK,
    "x",
    "clear",
    "a\nb",
    b"x",
    [],
    ["/"],
    {},
    {"fill": MARK},
    {1: 2},
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:12])
def test_anything_in_any_place_gives_a_theme_or_one_line(junk):
    words = [one.name for one in fields(Style)]
    tables = [
        *({"copy": {word: junk}} for word in words),
        *({word: junk} for word in ("base", "name", "background", "labels", "dark", "copy", "input", "x")),
    ]
    faults = []
    for table in [*tables, {"copy": {str(junk): MARK}}, {str(junk): {"fill": MARK}}]:
        try:
            assert isinstance(theme_of(table), ca.Theme)
        except ConvanimError as error:
            assert len(str(error).splitlines()) == 1
        except Exception as error:  # nothing else may come out
            faults.append((table, repr(error)))
    assert not faults


def test_derived_takes_styles_as_they_are_and_other_fields_by_name():
    style = Style(fill=MARK, hatch="x")
    made = derived(CLEAR, "mine", {"unread": style, "cropped": None, "ray": {}}, transparent=True, labels=("step",))
    assert (
        made.styles["unread"] is style
        and made.styles["ray"] == CLEAR.styles["ray"]
        and (made.name, made.transparent) == ("mine", True)
    )
    assert unlike(made, CLEAR) == {"unread", "cropped", "transparent", "labels"}
