from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.clean import (
    clean_abstract,
    clean_doi,
    clean_keywords,
    clean_language,
    clean_name,
    clean_printed,
    clean_tex,
    clean_text,
    clean_title,
    clean_year,
    fold,
    folded_words,
)

MARKUP = r"""
    \ { } $ % ~ & # _ ^ ' ` `` '' -- --- \alpha \frac \emph{ \textbf{x} \' \" \c \begin{x} \href \url{ \( \)
    \[ \] \% \$ \textbackslash \sim \ours {\it {\'e} $x$ <b> </b> <sup>2 </sup> &lt; &amp; &#x3c;
    \unicode{xd800} Ã
"""
ANY_TEXT = st.lists(st.one_of(st.sampled_from([" ", *MARKUP.split()]), st.text(max_size=8)), max_size=20).map(
    "".join
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        # Mojibake and Unicode.
        ("La mÃ©moire Ã\xa0 long terme", "La mémoire à long terme"),
        ("Coheâ€™s kappa, d\x92analyse", "Cohe’s kappa, d’analyse"),
        ("cafe\u0301 eﬃcient", "café efficient"),
        ("“curly” ‘quotes’ it’s", "“curly” ‘quotes’ it’s"),
        ("x\ud835y", "x�y"),
        ("日本語 العربية", "日本語 العربية"),
        # White space and what cannot be seen.
        ("  two\n\twords\u00a0here\u2028now ", "two words here now"),
        ("a\u200bb\u202ec\x07d\ufeffe\u00adf", "abcdef"),
        ("می‌خواهم 👩‍💻", "می‌خواهم 👩‍💻"),
        # HTML, and what only looks like it.
        ("AT&amp;T, R&D, p &lt; 0.05", "AT&T, R&D, p < 0.05"),
        ("p < 0.05 and x > 3", "p < 0.05 and x > 3"),
        ("a <b and c> d, <think> tokens", "a <b and c> d, <think> tokens"),
        ("<b>Deep</b> <i>E. coli</i> <a href='http://x.org'>here</a>", "Deep E. coli here"),
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("H<sub>2</sub>O, 10<sup>-3</sup>, L<sub>p</sub>", "H₂O, 10⁻³, Lp"),
        ("&lt;i&gt;E. coli&lt;/i&gt; &amp;amp; more", "E. coli & more"),
        # LaTeX.
        (
            r"Schr\"odinger, {\'E}ric, na\"{\i}ve, Erd\H{o}s, S\o rensen",
            "Schrödinger, Éric, naïve, Erdős, Sørensen",
        ),
        (r"\textbf{CAFE}: a \emph{new \textsc{test}} {\it here}", "CAFE: a new test here"),
        (r"$\alpha$-divergence, $k$NN, $p < 0.05$, $\sim$10", "α-divergence, kNN, p < 0.05, ~10"),
        (r"SA$^{2}$Net, H$_2$O, $10^{-3}$, $\ell_1$, $E=mc^2$", "SA²Net, H₂O, 10⁻³, ℓ₁, E=mc²"),
        (r"30$^{\circ}$C, 3$^{rd}$, $O(n \log \log n)$", "30°C, 3rd, O(n log log n)"),
        (r"85.9\% of R\&D for \$5", "85.9% of R&D for $5"),
        (r"2018--2025 -- and --- more", "2018–2025 – and — more"),
        ("``quoted'' text", "“quoted” text"),
        (r"see \url{http://x.org/~a_b%20c} \cite{knuth}", "see http://x.org/~a_b%20c"),
        (r"\(1\le p\) and \mbox{text}", "1≤ p and text"),
        (r"He said \"open\" and \"shut\".", 'He said "open" and "shut".'),
    ],
)
def test_clean_text(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "plain",
    [
        "costs $5 and $10, or US$5, A$6; $HOME and $PATH",
        "from $48-$74 to $100 for a model_name, under $2",
        "100% of Q&A #1 at http://x.org/~me/a_b%20c?x=1&y=2#top",
        "f(x) = a_b^2 ~ {a, b} [c] --help",
        r"C:\users\name and our method \ours",
        "l'été, 5' 3\", x''",
    ],
)
def test_plain_prose_is_left_alone(plain: str) -> None:
    assert clean_text(plain) == plain


def test_tex_throughout_has_braces_and_ties() -> None:
    assert clean_tex(r"{BERT}: {P}re-training of {{D}eep} $\{0,1\}$ \{a\} K.~Smith") == (
        "BERT: Pre-training of Deep {0,1} {a} K. Smith"
    )


@given(ANY_TEXT)
def test_cleaning_clean_text_changes_nothing(raw: str) -> None:
    clean = clean_text(raw)
    assert clean_text(clean) == clean
    tex = clean_tex(raw)
    assert clean_text(tex) == tex


@given(ANY_TEXT)
def test_clean_text_is_one_line_of_characters_that_can_be_stored(raw: str) -> None:
    clean = clean_text(raw)
    assert clean == " ".join(clean.split())
    clean.encode("utf-8")


def test_hostile_markup_takes_no_time_to_speak_of() -> None:
    started = time.perf_counter()
    for part in (
        "{",
        "$x_",
        r"\a{",
        "<b ",
        "&amp;",
        r"\emph{",
        r"$\frac{",
        r"{\'e",
        "`` a",
        r"\(",
        "a\u0301",
    ):
        clean_tex(part * 10_000)
    clean_text("$" + r"\hat{" * 60 + "x" + "}" * 60 + "$")
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Yoshua Bengio", "Yoshua Bengio"),
        ("Bengio, Yoshua", "Yoshua Bengio"),
        ("van der Maaten, Laurens", "Laurens van der Maaten"),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("Martin Luther King, Jr.", "Martin Luther King, Jr."),
        (r"G{\"o}del, Kurt", "Kurt Gödel"),
        ("Department of Physics, University of Oxford", "Department of Physics, University of Oxford"),
        (" , ", ""),
    ],
)
def test_clean_name(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        (2017, 2017),
        (2017.0, 2017),
        ("2017-06", 2017),
        ("June 2017", 2017),
        ("1999/2000", 1999),
        ("in press", None),
        ("20170601", None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (999, None),
        (3000, None),
        (["2017"], None),
    ],
)
def test_clean_year(raw: object, year: int | None) -> None:
    assert clean_year(raw) == year


@pytest.mark.parametrize(
    ("raw", "doi"),
    [
        ("10.1145/3331184.3331185", "10.1145/3331184.3331185"),
        ("doi:10.1000/ABC.", "10.1000/ABC"),
        ("http://dx.doi.org/10.1007/s00779-005-0347-6", "10.1007/s00779-005-0347-6"),
        ("https://dl.acm.org/doi/abs/10.1145/1137627.1137631?cid=8", "10.1145/1137627.1137631"),
        (
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
        ),
        ("https://arxiv.org/abs/1706.03762", None),
        ("", None),
    ],
)
def test_clean_doi(raw: str, doi: str | None) -> None:
    assert clean_doi(raw) == doi


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("English", "en"),
        ("fre", "fr"),
        ("français", "fr"),
        ("ngerman", "de"),
        ("", None),
        ("Hungarian", "hu"),
        ("por", "pt"),
        ("Klingon", None),
    ],
)
def test_clean_language(raw: str, code: str | None) -> None:
    assert clean_language(raw) == code


def test_clean_keywords() -> None:
    assert clean_keywords("graphs, trees,") == ("graphs", "trees")
    assert clean_keywords("graphs, directed; trees") == ("graphs, directed", "trees")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L'Œuvre d'Ångström — Straße", "l oeuvre d angstrom strasse"),
        ("Łódź, Søren_Æ: x²", "lodz soren ae x2"),
        ("État-de-l’art", "etat de l art"),
        ("Cafe\u0301", "cafe"),
        ("İstanbul", "istanbul"),
        ("ΣΟΦΌΣ", "σοφοσ"),
        ("…", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_words_are_those_of_the_folded_text_at_their_places(text: str) -> None:
    words = folded_words(text)
    assert [word for word, _, _ in words] == fold(text).split()
    for word, start, end in words:
        assert word in fold(text[start:end]).split()
    for (_, _, end), (_, start, _) in pairwise(words):
        assert start >= end - 1  # one character may be two words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301te\u0301 x", [("ete", 0, 5), ("x", 6, 7)]),
        ("aﬃne", [("affine", 0, 4)]),
        ("½", [("1", 0, 1), ("2", 0, 1)]),
        ("Œuvre d'Été", [("oeuvre", 0, 5), ("d", 6, 7), ("ete", 8, 11)]),
        ("snake_case", [("snake", 0, 5), ("case", 6, 10)]),
    ],
)
def test_folding_keeps_places(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert folded_words(text) == expected


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("[Memory and stress].", "Memory and stress"),
        ("[Memory] and stress", "[Memory] and stress"),
        ("[Memory] and [stress]", "[Memory] and [stress]"),
        ("<i>Memory</i> &amp; stress", "Memory & stress"),
    ],
)
def test_clean_title(raw: str, title: str) -> None:
    assert clean_title(raw) == title
    assert clean_title(title) == title


@pytest.mark.parametrize(
    ("raw", "abstract"),
    [
        ("[No abstract available]", ""),
        ("No abstract is available.", ""),
        ("Publisher: Abstract available from the publisher.", ""),
        ("N/A", ""),
        ("No abstract available nouns were found.", "No abstract available nouns were found."),
        ("We  <b>sort</b>.", "We sort."),
    ],
)
def test_clean_abstract(raw: str, abstract: str) -> None:
    assert clean_abstract(raw) == abstract
    assert clean_abstract(abstract) == abstract


@pytest.mark.parametrize(
    ("volume", "pages", "printed"),
    [
        ("209", "2088-2095", "209:2088"),
        ("57 Suppl 1", "S104-S110", "57:s104"),
        ("012", "351,366", "12:351"),
        ("9", "e93990", "9:e93990"),
        ("45", "pp. 222; author reply 222", "45:222"),
        ("", "12", ""),
        ("Suppl", "106S", ""),
        ("3", "n/a", ""),
    ],
)
def test_where_in_print(volume: str, pages: str, printed: str) -> None:
    assert clean_printed(volume, pages) == printed
