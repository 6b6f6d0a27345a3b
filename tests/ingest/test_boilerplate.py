"""What is around an abstract goes; whatever an abstract says of copyright, licences and abstraction stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.boilerplate import without_boilerplate

TEXT = "We follow 41 dogs for two years. Most of them recovered."

NOTICES = [
    "© 2019 Elsevier Ltd. All rights reserved.",
    "© 2019 The Authors. Published by Elsevier Ltd.",
    "©2013 AACR.",
    "© The Author(s) 2025.",
    "© The Author(s), under exclusive licence to Springer Nature Switzerland AG 2024.",
    "© 2019 Author(s) (or their employer(s)) 2019. No commercial re-use. See rights and permissions. "
    "Published by BMJ.",
    "© 2018 IEEE.",
    "© 1991-2012 IEEE.",
    "© 2017 Copyright held by the owner/author(s).",
    "© 2015 Taylor & Francis.",
    "© 2019, © 2019 Taylor & Francis Group, LLC.",
    "© 2013 Hussain et al.; licensee BioMed Central Ltd.",
    "© 2018 The Authors. Journal of Applied Ecology © 2018 British Ecological Society",
    "(C) 2001 Elsevier Science B.V. All rights reserved.",
    "(c) 2020 John Wiley & Sons, Ltd. (c) 2020 John Wiley & Sons, Ltd.",
    "(copyright) 2009 Elsevier Ltd. All rights reserved.",
    "[copyright] 2011 The Wildlife Society.",
    "Copyright © 2010 John Wiley & Sons, Ltd.",
    "Copyright 2004 ACM.",
    "Copyright (C) 1997 by the American College of Veterinary Internal Medicine.",
    "Crown Copyright (C) 2015 Published by Elsevier B.V. All rights reserved.",
    "Published by Elsevier B.V.",
    "2020 Elsevier B.V. All rights reserved.",
    "This article is protected by copyright. All rights reserved.",
    "(PsycINFO Database Record (c) 2016 APA, all rights reserved)",
    "(PsycInfo Database Record (c) 2020 APA, all rights reserved).",
    "(PsycINFO Database Record (c) 2013 APA, all rights reserved) (journal abstract)",
    "[ABSTRACT FROM AUTHOR]",
    "[ABSTRACT FROM AUTHOR] Copyright of Journal of Trauma is the property of Elsevier and its "
    "content may not be "
    "copied or emailed to multiple sites without the copyright holder's express written permission. "
    "However, "
    "users may print, download, or email articles for individual use.",
    "[Abstract copyright: Copyright © 2020 Elsevier Inc. All rights reserved.]",
    "© 2016 Elsevier Masson SAS. Tous droits réservés.",
    "Copyright: © 2018 Tremblay et al. This is an open access article distributed under the terms of "
    "the Creative "
    "Commons Attribution License, which permits unrestricted use, distribution, and reproduction in "
    "any medium, "
    "provided the original author and source are credited.",
    "This article is a U.S. Government work and is in the public domain in the USA.",
]

HEADINGS = [
    "Abstract. ",
    "Abstract: ",
    "Abstract : ",
    "ABSTRACT: ",
    "ABSTRACT ",
    "Abstract— ",
    "Abstract - ",
    "Abstract-",
    "Abstract",
    "ABSTRACT",
    "Abstract ",
    "Abstract | ",
    "A B S T R A C T ",
    "Summary: ",
    "SUMMARY. ",
    "Summary ",
    "Résumé : ",
    "RÉSUMÉ. ",
    "Zusammenfassung: ",
]

KEPT = [
    "Abstract Meaning Representation (AMR) is a semantic formalism.",
    "Abstract Meaning representations are graphs.",
    "Abstract syntax trees are trees.",
    "Abstract reasoning is hard.",
    "AbstractQueuedSynchronizer is a class of Java.",
    "Abstraction is a powerful idea.",
    "ABSTRACTION IS A POWERFUL IDEA.",
    "Summary statistics hide much.",
    "Summary-based search is fast.",
    "Resume writing is taught in schools.",
    "We revise the law of copyright.",
    "Copyright, and what libraries make of it, is a long story.",
    "The corpus is released under the CC BY 4.0 license.",
    "Software and manual are available under the MIT License.",
    "Supplementary data are available at Bioinformatics online.",
    "We extend the Swedish MeSH© thesaurus and the English one.",
    "We ask (a) whether, (b) when and (c) 2019 was the year.",
    "The text was published by Elsevier in 1990 and never read.",
    "All rights reserved to parents were examined in court.",
    "Who owns a picture? © and moral rights differ between countries.",
    "They own the right to reproduction.",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_at_the_end_goes(notice: str) -> None:
    assert without_boilerplate(f"{TEXT} {notice}") == TEXT
    assert without_boilerplate(notice) == ""


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_goes(heading: str) -> None:
    assert without_boilerplate(heading + TEXT) == TEXT


@pytest.mark.parametrize("text", KEPT)
def test_what_is_said_of_abstracts_and_rights_stays(text: str) -> None:
    assert without_boilerplate(text) == text
    assert without_boilerplate(f"{text} {TEXT}") == f"{text} {TEXT}"


def test_a_notice_before_the_text_and_one_within_it_go() -> None:
    assert without_boilerplate(f"© 2014 Elsevier Ltd. All rights reserved. {TEXT}") == TEXT
    assert without_boilerplate("We ask. (C) 2014 Elsevier B.V. All rights reserved. Methods We look.") == (
        "We ask. Methods We look."
    )
    submitted = (
        "This work has been submitted to the IEEE for possible publication. Copyright may be transferred "
        "without "
        "notice, after which this version may no longer be accessible."
    )
    assert without_boilerplate(f"We look. {submitted} Code is online.") == "We look. Code is online."


@pytest.mark.parametrize("text", ["", "Abstract", "Abstract.", "ABSTRACT: No abstract available.", "N/A"])
def test_an_abstract_that_is_none_is_empty(text: str) -> None:
    assert without_boilerplate(text) == ""


PIECES = st.sampled_from(
    [
        *NOTICES,
        *HEADINGS,
        *KEPT,
        TEXT,
        "©",
        "(C) 2001",
        "Copyright",
        "We",
        "All rights reserved.",
        ". ",
        "(",
        "A",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=7).map(" ".join))
def test_to_cut_twice_changes_nothing(text: str) -> None:
    text = " ".join(text.split())
    once = without_boilerplate(text)
    assert without_boilerplate(once) == once
    assert once in text or "IEEE" in text or "eserved" in text or "PsycI" in text
