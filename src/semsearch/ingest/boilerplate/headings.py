"""The heading of an abstract, where it was copied with the text: "Abstract. We …", "AbstractWe …"."""

from __future__ import annotations

import re

_NAMES = "abstract summary synopsis résumé résume resumé resume zusammenfassung resumen resumo riassunto"
# Never in small letters, as it may begin a sentence that goes on from a title.
_NAMED = "|".join(form for name in _NAMES.split() for form in (name.capitalize(), name.upper()))
# Marked as a heading: "Abstract:", "ABSTRACT—In", "Résumé. Nous", "A B S T R A C T".
_MARKED = re.compile(
    rf"(?:(?:(?:Graphical|GRAPHICAL|Extended|EXTENDED) )?(?:{_NAMED})"
    r"(?: ?[:|]|(?:\.| ?[—–−-]|\.[—–−-]) ?(?=[A-ZÀ-Þ\d\"“«(]))"
    r"|(?i:a b s t r a c t)\b[.:]?)\s*"
)
# "AbstractWe", "ABSTRACTThis", "ABSTRACTA specific"; but not "Abstraction", nor the name of a class.
_GLUED = re.compile(
    r"Abstract(?=[A-Z][a-z]*(?:[ ,'’-]|$)|[A-Z]{2,}[ ,-])|ABSTRACT(?=[A-Z][a-z]+[ ,'’-]|[AI] [a-z])"
)
# "Abstract We propose": the word that follows begins a sentence.
_OPENERS = """
    A After All Although An Any As At Aim Aims Background BACKGROUND By Can Current Currently Despite During
    Do Does Due Each Existing Few Finding For From Given How However I If In INTRODUCTION Introduction Is It
    Its Many Method Methods METHODS Modern Most Much New Numerous Objective Objectives OBJECTIVE OBJECTIVES
    On One Our Over Previous Purpose PURPOSE Recent Recently Several Since Some Such Studies That The There
    These This Those Though Through To Traditional Traditionally Two Under Until Using We What When Where
    Whether Which While Why With Within
    """
_OPENED = re.compile(rf"(?:{_NAMED}) (?=(?:{'|'.join(_OPENERS.split())})[ ,:])")
# "Abstract Sentiment analysis is": a capital where a sentence begins, and small letters behind. Words that
# "abstract" is said of keep it: "Abstract Meaning representations are".
_SAID_OF = """
    Algebra Algebraic Anaphora Argument Argumentation Art Banach Boundary Categorial Cauchy Concept Concepts
    Convex Data Dialectic Dialectical Evolution Game Games Grammatical Harmonic Interpretation Knowledge
    Machine Machines Meaning Noun Nouns Reasoning Rewriting Simplicial Spatial State Syntax Text Visual
    Wikipedia Word Words
    """
_BEGUN = re.compile(
    rf"(?:Abstract|ABSTRACT) (?!(?:{'|'.join(_SAID_OF.split())})\b)(?=[A-Z][\w’'-]+ (?:\([A-Z]+\) )?"
    r"(?:an?|and|are|as|by|can|for|from|has|have|in|is|of|on|that|the|to|was|were|with|[a-z]{4,}) )"
)
_FIRST = frozenset("ARSZaGE")


def without_heading(abstract: str) -> str:
    """An abstract without the word that says it is one.

    Args:
        abstract: One line of clean text.
    """
    if abstract[:1] not in _FIRST:
        return abstract
    for heading in (_MARKED, _GLUED, _OPENED, _BEGUN):
        if found := heading.match(abstract):
            return abstract[found.end() :].lstrip()
    return "" if abstract.rstrip(" .:") in _NAMED.split("|") else abstract
