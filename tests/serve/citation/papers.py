"""Papers that are hard to cite, each for a reason of its own."""

from __future__ import annotations

from semsearch.paper import Paper

AWKWARD = [
    Paper(
        "10.1000/a_b(c)",
        "50% more & {braces}: the case x₁ of #2, ~approximately α² ^ \\alpha",
        "An abstract with 100% of the special_characters, $5 and $6, 'quotes', \"more\" & more.",
        ("Henk van den Heuvel", "Jérôme Łukasz", "Plato"),
        1999,
        "Journal of A & B",
        doi="10.1000/a_b(c)",
        url="https://example.org/a_b?c=d&e=f%20g#h~i",
        language="en",
        keywords=("one", "two three"),
    ),
    Paper("opens", "It opens { and never closes", "}{ the other way round, }} and {{"),
    Paper(
        "tex", r"Leftovers: \mathcal{O}(n^{2}) and \textbf{bold", r"A path C:\new\table, and \\ at the end \ "
    ),
    Paper("ligatures", "A -- B --- C ``quoted'' ?`que!` <<here>> ,,there", "-- '' ``"),
    Paper("at", "@article{x, title = {y}}", "\n@misc{z,\n  title = {w}\n}\n@string{a = {b}}"),
    Paper(
        "lines",
        "One line\nER  - \nTY  - JOUR\r\nTI  - forged\u2028AU  - Nobody",
        "\x85AB  - forged\x0bER  - ",
    ),
    Paper("controls", "A bell \x07 and a null \x00 between", "escape \x1b[31m red"),
    Paper(
        "scripts",
        "深層学習 — Глубокое обучение: μία εισαγωγή",
        "العربية",
        ("王小明", "山田 太郎"),
        2020,
        "情報処理",
    ),
    Paper(
        "names",
        "Who wrote this?",
        "",
        (
            "Ludwig van Beethoven",
            "Martin Luther King, Jr.",
            "Robert Downey Jr.",
            "Davis, Jr., Sammy",
            "Bengio, Yoshua",
            "Jean-Pierre d'Alembert",
            "Aleksander Mądry",
            "Benjamin Van Durme",
            "danah boyd",
            "María de la Cruz",
            "World Health Organization",
            "University of California, Berkeley",
            "The ATLAS Collaboration",
            "Barnes and Noble",
            "OpenAI",
            "others",
            "Ke{ith, N%",
        ),
        2001,
        "Workshop on Names",
    ),
    Paper("Über-Ärger", "One key", year=2001),
    Paper("uber-arger", "The same key", year=2001),
    Paper("UBER-ARGER", "And again", year=2001),
    Paper("论文", "No key at all", authors=("Yoshua Bengio",), year=2001),
    Paper("！", "None again", authors=("Yoshua Bengio",), year=2001),
    Paper("，", "Nor here"),
    Paper(
        "10.48550/arXiv.1706.03762",
        "Attention Is All You Need",
        "A model of attention alone, without recurrence.",
        ("Ashish Vaswani", "Noam Shazeer"),
        2017,
        "arXiv",
        url="https://arxiv.org/abs/1706.03762v5",
        keywords=("graphs, directed", "a;b"),
    ),
    Paper("one-keyword", "A single keyword with a comma", keywords=("graphs, directed",)),
    Paper("nothing", "A title alone"),
]
