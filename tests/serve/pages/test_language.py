"""Both languages say everything, and templates say nothing of their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jinja2 import Environment
from lxml import html

from semsearch.ingest.duplicates import evidence
from semsearch.serve import pages
from semsearch.serve.pages.language import CODES, Language, chosen, language
from semsearch.serve.pages.records import because

TEMPLATES = sorted((Path(pages.__file__).parent / "templates").glob("*.html"))
SCRIPTS = sorted((Path(pages.__file__).parent).glob("**/*.js"))
_VALUE = re.compile(r"{(\w+)}")
# Names that are the same in every language.
_NAMES = {"BibTeX", "RIS", "CSL", "CSV"}
_SPOKEN = ("alt", "aria-label", "placeholder", "title", "data-say")


def _forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def test_every_text_is_in_both_languages_with_the_same_values() -> None:
    english, french = (language(code).texts for code in CODES)
    assert english.keys() == french.keys()
    for key, text in english.items():
        assert isinstance(text, str) == isinstance(french[key], str), key
        values = {name for form in _forms(text) for name in _VALUE.findall(form)} - {"n"}
        for other in (text, french[key]):
            assert isinstance(other, str) or {*other} == {"one", "other"}, key
            for form in _forms(other):
                assert form.strip(), key
                assert {*_VALUE.findall(form)} - {"n"} == values, key


def test_texts_are_translated() -> None:
    english, french = (language(code).texts for code in CODES)
    same = {key for key in english if english[key] == french[key]}
    alike = {"site.name", "site.english", "site.french", "site.api"}
    alike |= {"pages.page", "pages.heading", "found.page", "paper.doi"}
    assert same <= alike, same - alike


def test_french_is_set_as_french_is() -> None:
    for key, text in language("fr").texts.items():
        for form in _forms(text):
            assert not re.search(r" [;:?!»]|« |'", form), key
            assert not re.search(r"\w[;?!](?:\s|$)", form), key


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_say_nothing_of_their_own(template: Path) -> None:
    assert list(_said(template.read_text(encoding="utf-8"))) == []


def _said(source: str) -> Iterator[str]:
    """Words of a template that come from no catalogue, in its text and in attributes that are read out."""
    tokens = Environment(autoescape=True).lex(source)
    text = "".join(value if kind == "data" else " " for _, kind, value in tokens)
    tree = html.fromstring(f"<div>{text}</div>")
    for element in tree.iter():
        parts = [element.text, element.tail, *(element.get(name) for name in _SPOKEN)]
        for word in re.findall(r"[^\W\d_]+", " ".join(part for part in parts if part)):
            if word not in _NAMES:
                yield word


def test_a_template_that_says_something_is_found_out() -> None:
    assert list(_said('<p title="Hello">{{ say("a.b") }} papers</p>')) == ["papers", "Hello"]


def test_every_text_that_a_page_wants_is_there_and_no_other() -> None:
    folder = Path(pages.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in [*TEMPLATES, *folder.glob("*.py")]]
    whole = re.compile(r"""say\(\s*["']([a-z]+\.\w+)["']\s*[,)]""")
    begun = re.compile(r"""["']([a-z]+\.[a-z_]*)["']\s*[~,)]""")
    wanted = {key for source in sources for key in whole.findall(source)}
    put_together = {key for source in sources for key in begun.findall(source)} - wanted
    known = language("en").texts
    assert wanted <= known.keys()
    prefixes = ("month.", "tongue.", *put_together)
    assert {key for key in known if key not in wanted and not key.startswith(prefixes)} == set()


def test_what_shows_that_records_are_of_one_paper_is_said_in_both_languages() -> None:
    tree = ast.parse(Path(evidence.__file__).read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    whys = {text for text in texts if isinstance(text, str) and re.match(r"(?:same|nearly) [^:]*$", text)}
    whys = {why for why in whys if why.strip() != "same"} | {"same doi:10.1093/mind/LIX.236.433"}
    assert len(whys) > 5
    for why in whys:
        key, known = because(why)
        assert language("en").say(f"because.{key}", known=known) == why
        assert language("fr").says(f"because.{key}"), why


def test_numbers_plurals_and_dates() -> None:
    english, french = Language("en"), Language("fr")
    assert [english.plural(n) for n in (0, 1, 2)] == ["other", "one", "other"]
    assert [french.plural(n) for n in (0, 1, 2)] == ["one", "one", "other"]
    assert english.say("found.about", n=1) == "One paper seems to be about this"
    assert english.say("found.about", n=1234) == "1,234 papers seem to be about this"
    assert french.say("found.about", n=0) == "0 article semble en parler"
    assert french.say("found.about", n=1234) == "1\u202f234 articles semblent en parler"
    assert english.day(date(2026, 11, 23)) == "23 November 2026"
    assert french.day(date(2026, 5, 1)) == "1<sup>er</sup> mai 2026"
    assert french.day(date(2026, 8, 31)) == "31 août 2026"


def test_values_are_escaped_and_the_catalogue_is_not() -> None:
    assert language("en").say("hit.select", title="<b>&</b>") == "Select: &lt;b&gt;&amp;&lt;/b&gt;"


@pytest.mark.parametrize(
    ("wanted", "accepted", "code"),
    [
        ("fr", "en", "fr"),
        ("en", "fr", "en"),
        ("de", "fr-CH, en;q=0.9", "fr"),
        (None, "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        (None, "en;q=0.4, fr;q=0.6", "fr"),
        (None, "de, es;q=0.9", "en"),
        (None, "fr;q=0, en;q=0.1", "en"),
        (None, "fr;q=abc, en;q=0.1", "en"),
        (None, "", "en"),
    ],
)
def test_the_address_decides_and_then_the_browser(wanted: str | None, accepted: str, code: str) -> None:
    assert chosen(wanted, accepted) == code


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_say_nothing_of_their_own(script: Path) -> None:
    source = re.sub(r"//.*", "", script.read_text(encoding="utf-8"))
    strings = re.findall(r'"((?:[^"\\\n]|\\.)*)"', source)
    assert [text for text in strings if re.search(r"[a-z]+ [a-z]+ [a-z]+", text)] == []
