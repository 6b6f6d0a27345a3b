"""Words that a line of print broke: "infor- mation", as text copied from a PDF has them."""

from __future__ import annotations

import re

_BROKEN = re.compile(r"(?<![\w-])([^\W\d_]{2,})- ([a-zß-ÿ]{2,})(?![\w-])")
_PERHAPS = re.compile(r"- [a-zß-ÿ]")  # the same, much sooner seen
_WORD = re.compile(r"[^\W\d_]+")
# Of "pre- and post-training", where nothing is broken.
_BETWEEN = frozenset("and or to nor et ou und oder y o e en of vs versus than".split())  # noqa: SIM905
# Ends of words that are no words themselves: half of what 1,500 broken words in abstracts go on with.
_ENDS = frozenset(
    """
    ally ance ances ated ating ation ations ative bilities bility cal cally cation cations cepts ceptual
    cial ciency cient cific cifically cion cions ciple ciples cision cized clusions cording dencies dency
    dings dural dures eled eling els ence ences encies erated erating eration erative erature fectiveness
    ficant fication fications ficiency ficient formance gique giques gorithm gorithms guage guages gual
    guistic guistics ically icance ications ilarity ilities ility iments ing ings ities ition itional
    itions ization izations ized izing larity lated lating lation lational lations lectual lenge lenges
    lenging lished logies mance marization matic matical matically mation mational mations ment mentaire
    mentation mentations menting ments mization nally nars ness nificant nificantly niques nition nology
    nomenon nomial ods parison perience periment perimental periments plementation plexity plication
    plications ployed portant posi proach proaches quement quence quences quential quently racy rameter
    rameters rectional rections rences resentation resentations rithm rithms rization searchers sentation
    sentations sequently sibility sification sifications sion sions sitive sively sults taining tation
    tational tations tecture tectures tegrated tem tems tence tences tention tently teurs tially tics
    ticular ticularly tings tion tional tionally tionnel tionnelle tionnement tions tique tiques tistical
    tive tively tiveness tivity tième torial tors trast trated trieval ture tures tween uate uating uation
    uations utation utational vances velop veloped velopment vestigate vious viously wledge ysis zation
    zations
    """.split()  # noqa: SIM905
)


def rejoined(text: str, *others: str) -> str:
    """A text with its broken words whole again.

    Two halves are one word only where the whole is written elsewhere in the texts, or the second is the end
    of a word and nothing else: "state- of- the- art" and "pre- training" are left as they are.

    Args:
        text: One line of clean text.
        others: Further texts of the same paper, to look the words up in.
    """
    if not (_PERHAPS.search(text) and _BROKEN.search(text)):
        return text
    written = {word.casefold() for each in (text, *others) for word in _WORD.findall(each)}

    def whole(broken: re.Match[str]) -> str:
        first, second = broken[1], broken[2]
        known = (first + second).casefold() in written and second not in _BETWEEN
        return first + second if known or second in _ENDS else broken[0]

    while (text := _BROKEN.sub(whole, before := text)) != before:
        pass
    return text
