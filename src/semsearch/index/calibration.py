"""What questions that have nothing to do with an index score in it: the yardstick of honest confidence."""

from __future__ import annotations

import numpy as np

from semsearch.encode import Encoder, Vectors
from semsearch.index.compact import CompactVectors

# Everyday questions that no body of papers is about. What their best hits reach is what chance reaches here.
PROBES = (
    "where can I buy cheap concert tickets for Saturday",
    "how do I get candle wax out of a tablecloth",
    "what is the best route to drive from Lyon to Nice",
    "my neighbour's music is too loud at night",
    "recipe for a chocolate birthday cake",
    "which sofa fits a small living room",
    "who scored the winning goal last night",
    "how often should I water a cactus",
    "opening hours of the post office",
    "easy guitar chords for a campfire song",
    "what should I wear to a summer wedding",
    "how to teach a parrot to talk",
    "is the swimming pool open on Mondays",
    "gift ideas for my grandmother",
    "how do I renew a lost passport",
    "funny names for a kitten",
    "when does the next train to the airport leave",
    "how to make coffee without a machine",
    "plot of the last episode of the series",
    "cheapest phone plan with unlimited calls",
    "how do I sew on a button",
    "which football boots are best on wet grass",
    "haircut ideas for curly hair",
    "how to remove a splinter",
    "hotel with a view of the sea and a garden",
    "why does my bicycle chain keep falling off",
    "how to write a complaint to my landlord",
    "best board games for four players",
    "horoscope for Gemini this week",
    "how long does a roast chicken need in the oven",
    "meilleur restaurant de crêpes du quartier",
    "comment enlever une tache de café sur une chemise",
    "à quelle heure ferme la piscine municipale",
    "prix d'un billet de cinéma pour enfants",
    "comment tailler un rosier au printemps",
    "idées de cadeau pour un départ à la retraite",
)
# The same said twice: an encoder that sees it needs no translation of a question.
PARALLEL = (
    ("How do plants react to a lack of water?", "Comment les plantes réagissent-elles au manque d'eau ?"),
    ("The history of printing in the sixteenth century", "L'histoire de l'imprimerie au seizième siècle"),
    ("Learning to read at school", "Apprendre à lire à l'école"),
    ("A faster way to sort long lists of numbers", "Trier plus vite de longues listes de nombres"),
    ("The effect of sleep on the memory of children", "L'effet du sommeil sur la mémoire des enfants"),
    ("Why do bridges collapse in the wind?", "Pourquoi les ponts s'effondrent-ils sous le vent ?"),
)
_SAMPLE = 400  # papers compared pair by pair


def calibrate(encoder: Encoder, titles: CompactVectors, documents: Vectors) -> dict[str, float]:
    """Mean and standard deviation of the cosines that mean nothing.

    ``foreign``: of the best hit of each probe. ``pair``: of titles, which stand in for questions, and other
    papers of the same index, evenly drawn. ``french``: of sentences and their French translations, the mean.
    """
    best = (encoder.encode_queries(PROBES) @ documents.T).max(axis=1)
    step = max(1, len(documents) // _SAMPLE)
    cosines = titles[::step] @ documents[::step].T
    pairs = cosines[~np.eye(len(cosines), dtype=bool)]
    if not len(pairs):
        pairs = best  # a single paper has no other to be compared with
    english, french = (encoder.encode_queries(side) for side in zip(*PARALLEL, strict=True))
    return {
        "french": float((english * french).sum(axis=1).mean()),
        "foreign_mean": float(best.mean()),
        "foreign_std": float(best.std()),
        "pair_mean": float(pairs.mean()),
        "pair_std": float(pairs.std()),
    }
