"""One field that holds an abstract in two languages is two abstracts; any other is one."""

from __future__ import annotations

import pytest

from semsearch.ingest.bilingual import parted

# Bourdin and Fayol (1994), "Is written language production more difficult than oral language production?",
# in our own words.
FRENCH = (
    "Nous demandons si écrire est plus difficile que parler. Des enfants et des adultes rappellent des "
    "listes de mots, à l’oral puis à l’écrit. Les enfants se souviennent moins bien quand ils écrivent,"
    " alors que chez les adultes la différence disparaît. Écrire demande donc aux plus jeunes une "
    "attention qui manque à la mémoire."
)
ENGLISH = (
    "We ask whether it is more difficult to write than to speak. Children and adults recall lists of "
    "words, in speech and then in writing. The children remember less when they write, whereas the "
    "difference disappears with adults. To write thus takes an attention that the memory of the "
    "youngest lacks."
)
SPANISH = (
    "Preguntamos si es más difícil escribir que hablar. Los niños y los adultos recuerdan listas de "
    "palabras, primero oralmente y después por escrito. Los niños recuerdan menos cuando escriben, "
    "mientras que en los adultos la diferencia desaparece y la memoria queda libre para otras tareas."
)


@pytest.mark.parametrize(
    "between",
    [
        " Abstract: ",
        " ABSTRACT. ",
        " Abstract — ",
        " Abstract ",
        " English abstract: ",
        " Summary : ",
        " / ",
        " ",
    ],
)
def test_french_before_english(between: str) -> None:
    assert parted(FRENCH + between + ENGLISH) == (("fr", FRENCH), ("en", ENGLISH))


@pytest.mark.parametrize("between", [" Résumé : ", " RÉSUMÉ. ", " Resume - ", " Résumé (French): ", " "])
def test_english_before_french(between: str) -> None:
    assert parted(ENGLISH + between + FRENCH) == (("en", ENGLISH), ("fr", FRENCH))


def test_other_languages() -> None:
    assert parted(f"{SPANISH} Abstract: {ENGLISH}") == (("es", SPANISH), ("en", ENGLISH))
    assert parted(f"{FRENCH} Resumen: {SPANISH}") is None  # only where one of them is English


@pytest.mark.parametrize(
    "text",
    [
        "",
        ENGLISH,
        FRENCH,
        f"{ENGLISH} Abstract: {ENGLISH}",
        f"{ENGLISH} Summary statistics are given.",
        f"{FRENCH} Abstract: Too short.",
        f"{ENGLISH} {FRENCH} {ENGLISH}",
        f"{ENGLISH} {FRENCH[:80]}.",
    ],
)
def test_where_it_is_not_sure_the_text_stays_whole(text: str) -> None:
    assert parted(text) is None


def test_a_third_language_leaves_it_whole() -> None:
    assert parted(f"{ENGLISH} {SPANISH} {FRENCH}") is None
