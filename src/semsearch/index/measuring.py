"""What this machine does in a second: measured on papers made up for it, and remembered."""

from __future__ import annotations

import json
import logging
import os
import platform
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import numpy as np

from semsearch.encode import DEFAULT, Encoder, Passport, Vectors, choosing, sentences, unit
from semsearch.index.build import build, texts_of
from semsearch.index.files import replace_atomically, storage
from semsearch.index.gate import Gate
from semsearch.index.progress import Progress, Silent, Timed
from semsearch.index.store import Store
from semsearch.paper import Paper

log = logging.getLogger(__name__)

_SIZES = (1_000, 3_000)  # papers of the two builds whose difference tells what one more costs
_ENCODED = 40  # papers that the encoder is timed with
_VOCABULARY, _SENTENCE = 60_000, 21  # words there are; words of a sentence
_TITLE = 10  # words
_DIM = 384  # of the stand-in for an encoder
_FIXED = ("relate", "load", "place", "check", "judge", "describe")  # cost what they cost, however many papers

# What the encoder is timed on. Its time goes by pieces of words: of these there are 1.45 a word here, 1.47 in
# abstracts of arXiv, 1.38 in those of the ACL Anthology, and four where words are made up as below.
_PROSE = """
We study the retrieval of preprints whose titles were forgotten. Such questions rarely repeat the
terminology of an abstract; they paraphrase a method, a finding or a number that somebody half remembers.
Baselines of words such as BM25 fail where authors and readers speak differently. We train a transformer
encoder with a contrastive loss (InfoNCE, 4096 negatives), average its token embeddings and rank papers by
cosine similarity. On five collections with relevance judgments it improves nDCG@10 by 4.7% over a slower
model, at one tenth of its latency. An ablation attributes most of the gain to hard negatives mined from
citation graphs, and little to the number of attention layers. Robustness in other domains suffers for LaTeX
formulae, chemical names and acronyms, which tokenization splits into subword fragments. Fusion of both
rankings recovers these cases without supervised calibration. We discuss biases of click logs, and release
checkpoints, annotations and a quantised demonstrator.
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """What a machine does.

    Attributes:
        papers_per_second: That the encoder encodes: title, whole and sentences.
        words: Of the abstracts it was measured on.
        encoder: Its name, and what runs it.
        dim: Of its vectors.
        stages: Seconds that each other step takes for one more paper.
        fixed: Seconds of what does not depend on how many there are.
        bytes_of: Bytes on disk that one more paper takes, by file.
        products_per_second: Multiplications and additions of float32 in a product of matrices.
        machine: Its processor and cores, and the version of semsearch.
        measured: When, in seconds since 1970.
    """

    papers_per_second: float
    words: int
    encoder: str
    dim: int
    stages: Mapping[str, float]
    fixed: float
    bytes_of: Mapping[str, float]
    products_per_second: float
    machine: str
    measured: float


class _Words:
    """A stand-in for an encoder: a vector of chance for each text, the same for the same text."""

    passport = Passport("chance", None, "0" * 64, "{title}. {abstract}", "none", "l2", 10_000, _DIM)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """The texts as vectors, shape ``(n, 384)``, unit norm."""
        made = [np.random.default_rng(len(t) + 7 * ord(t[0])).standard_normal(_DIM) for t in texts]
        return unit(np.array(made, dtype=np.float32).reshape(-1, _DIM))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """None is."""
        return 0


def papers(count: int, words: int) -> list[Paper]:
    """Papers whose words are as rare and as common as those of real ones, by Zipf's law."""
    chance = random.Random(0)  # noqa: S311 -- nothing secret
    letters = "abcdefghijklmnoprstuvw"
    known = ["".join(chance.choices(letters, k=chance.randint(3, 11))) for _ in range(_VOCABULARY)]
    often = [1 / (rank + 2.7) for rank in range(_VOCABULARY)]
    each = _TITLE + words
    drawn = chance.choices(known, often, k=count * each)
    made = []
    for i in range(count):
        title, *rest = drawn[i * each : i * each + _TITLE], *drawn[i * each + _TITLE : (i + 1) * each]
        said = [rest[start : start + _SENTENCE] for start in range(0, len(rest), _SENTENCE)]
        made.append(
            Paper(
                f"10.1234/{i}",
                " ".join(title).capitalize(),
                " ".join(" ".join(of_one).capitalize() + "." for of_one in said),
                tuple(" ".join(chance.choices(known, k=2)).title() for _ in range(4)),
                2000 + i % 25,
                f"Journal of {known[i % 400].title()}",
                doi=f"10.1234/{i}",
                url=f"https://example.org/{i}",
                language="en",
            )
        )
    return made


def readable(count: int, words: int) -> list[Paper]:
    """Papers of English prose, each beginning somewhere else in it."""
    prose = " ".join(_PROSE.split())
    said = [prose[start:end] for start, end in sentences.split(prose, "en")]
    title = said[0].split()[:_TITLE]
    made = []
    for i in range(count):
        turned = " ".join(said[i % len(said) :] + said[: i % len(said)]).split()
        abstract = " ".join((turned * (words // len(turned) + 1))[:words])
        made.append(Paper(f"10.1234/{i}", " ".join([*title, f"{i}"]), abstract, language="en"))
    return made


def measure(words: int, encoder: str = DEFAULT, progress: Progress | None = None) -> Speed:
    """Encode some papers, and build two small indexes without encoding; takes a minute or two.

    Args:
        words: Of an abstract.
        encoder: Name or path of a sentence-transformers model.
        progress: Told of the steps.

    Raises:
        EncoderError: It cannot be loaded.
        StorageError: There is no room for the indexes in the folder of temporary files.
    """
    progress = progress or Silent()
    made = papers(max(_SIZES), words)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with storage(folder):
            progress.step("load")
            model = choosing.load(encoder, exports=folder / "encoders")
            progress.step("encode", _ENCODED)
            rate = _encoding(model, readable(_ENCODED, words))
            took, sizes = [], []
            for count in _SIZES:
                progress.step("build", count)
                timed = Timed(Silent())
                report = build(
                    made[:count], folder / str(count), _Words(), gate=Gate(force=True), progress=timed
                )
                took.append(report.stages)
                of_files = Store(folder / str(count)).manifest(report.generation).files
                # The words that are related are 30,000 at most, 20 MB: of few papers they still grow.
                of_papers = {name: of for name, of in of_files.items() if not name.startswith("lexicon")}
                sizes.append({name: about.size for name, about in of_papers.items()})
    more = _SIZES[1] - _SIZES[0]
    steps = [name for name in took[1] if name not in _FIXED]
    return Speed(
        papers_per_second=rate,
        words=words,
        encoder=model.passport.name,
        dim=model.passport.dim,
        stages={name: max(0.0, took[1][name] - took[0].get(name, 0.0)) / more for name in steps},
        fixed=sum(seconds for name, seconds in took[1].items() if name in _FIXED),
        bytes_of={name: max(0, size - sizes[0].get(name, 0)) / more for name, size in sizes[1].items()},
        products_per_second=_products(),
        machine=machine(),
        measured=time.time(),
    )


def _encoding(encoder: Encoder, some: Sequence[Paper]) -> float:
    """Papers a second: each as a whole, its title, and its sentences; by the best of two rounds."""
    spans = (sentences.split(paper.abstract, paper.language) for paper in some)
    texts = sorted(chain.from_iterable(map(texts_of, some, spans)), key=len)
    least = float("inf")
    for _ in range(2):
        started = time.perf_counter()
        encoder.encode_documents(texts)
        least = min(least, time.perf_counter() - started)
    return len(some) / least


def _products() -> float:
    """Multiplications and additions a second, of the size that k-means does them in."""
    chance = np.random.default_rng(0)
    left, right = (chance.standard_normal((2_048, _DIM)).astype(np.float32) for _ in range(2))
    left @ right.T
    started = time.perf_counter()
    for _ in range(5):
        left @ right.T
    return 5 * 2 * len(left) * len(right) * _DIM / (time.perf_counter() - started)


def machine() -> str:
    """This machine, as far as it decides how fast it is, and the version that was measured."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.node()}, semsearch {version('semsearch')}"
    )


def remembered(words: int, encoder: str = DEFAULT) -> Speed | None:
    """What was measured on this machine, with this version, such abstracts and this encoder."""
    try:
        speed = Speed(**json.loads(_file(words, encoder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return speed if speed.machine == machine() else None


def remember(speed: Speed, encoder: str = DEFAULT) -> None:
    """Keep what was measured for the next plan; where nothing can be written it is measured again."""
    path = _file(speed.words, encoder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with storage(path):
            replace_atomically(path, json.dumps(asdict(speed), indent=2) + "\n")
    except OSError as error:
        log.info("the speed of this machine is not remembered: %s", error)


def _file(words: int, encoder: str) -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "semsearch"
    name = "".join(c if c.isalnum() else "-" for c in encoder)
    return folder / f"speed-{name}-{words}.json"
