"""What `/v1` may be asked, as query parameters and as JSON bodies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    model_validator,
)

from semsearch.search import Filters, Mode
from semsearch.search.arrivals import LISTED
from semsearch.search.searcher import LONGEST_FILTER, LONGEST_QUESTION, MOST_HITS

MOST_AT_ONCE = 100  # hits of one answer
MOST_QUESTIONS = 100  # of a batch
MOST_SEEDS = 100
MOST_EXPORTED = 1_000
LARGEST_BODY = 4 << 20  # bytes; the largest batch of questions, and then some

Format = Literal["json", "bibtex", "ris", "csl", "csv"]

_QUESTION = (
    "The question, in your own words; or a title, an author, an identifier. "
    '`"a phrase"` must stand in a paper, `-word` and `-"a phrase"` must not.'
)
_MODE = (
    "`auto` puts papers that the question names first; `hybrid` ranks by meaning and words, `dense` by "
    "meaning alone, `lexical` by words alone."
)
_AUTHOR = "Words that must all be in one author's name, whatever their case and accents."
_GENERATION = "Answer from this build of the index, as an earlier answer named it; 410 if it is not kept."
_DIVERSITY = "0: the most related. 1: as unlike each other as can be."
_IN_JSON = ConfigDict(extra="forbid", strict=True)

_EXAMPLES = ["what is the structure of DNA?"]


def _whole(given: object) -> object:
    """To JSON, 10.0 is the integer 10."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


# What a question has to hold, said here alone: `search` refuses a blank one in words of its own.
_WORDS: dict[str, JsonValue] = {"pattern": r"[\p{L}\p{N}]"}

Question = Annotated[str, Field(max_length=LONGEST_QUESTION)]
Generation = Annotated[
    str | None,
    Field(max_length=100, description=_GENERATION),
    BeforeValidator(lambda given: None if given == "" else given),  # of a form, a field left empty
]
Year = Annotated[int, Field(ge=0, le=9999), BeforeValidator(_whole)]
Count = Annotated[
    int, Field(ge=1, le=MOST_AT_ONCE, description="How many hits at most."), BeforeValidator(_whole)
]
Offset = Annotated[
    int,
    Field(ge=0, le=MOST_HITS - MOST_AT_ONCE, description="How many of the best to leave out."),
    BeforeValidator(_whole),
]
Diversity = Annotated[float, Field(ge=0, le=1, description=_DIVERSITY)]
Ids = Annotated[list[str], Field(max_length=MOST_SEEDS)]


class Narrowed(BaseModel):
    """Which papers are considered, and how they are ranked."""

    mode: Mode = Field("auto", description=_MODE)
    year_from: Year | None = Field(None, description="First year.", examples=[1950])
    year_to: Year | None = Field(None, description="Last year.", examples=[2020])
    author: str | None = Field(None, max_length=LONGEST_FILTER, description=_AUTHOR, examples=["crick"])
    venue: str | None = Field(
        None,
        max_length=LONGEST_FILTER,
        description="Words that must follow each other in it.",
        examples=["nature"],
    )

    def filters(self) -> Filters:
        """The part that filters."""
        return Filters(self.year_from, self.year_to, self.author, self.venue)


class _Asking(BaseModel):
    """A question, which stands first in what inherits it."""

    q: Question = Field(description=_QUESTION, examples=_EXAMPLES, json_schema_extra=_WORDS)


class Page(Narrowed, _Asking):
    """One question, and which of its hits are wanted."""

    k: Count = 10
    offset: Offset = 0


class Pinned(BaseModel):
    """Where the answer comes from."""

    generation: Generation = None


class Search(Pinned, Page):
    """`GET /v1/search`."""

    format: Format = Field("json", description="All but `json` is a file of the hits, without the rest.")


class Asked(Pinned, Page):
    """One question."""

    model_config = _IN_JSON


class AskedTogether(Page):
    """One question of a batch."""

    model_config = _IN_JSON


class Batch(Pinned):
    """Several questions, answered from one generation."""

    model_config = _IN_JSON

    queries: list[AskedTogether] = Field(
        min_length=1, max_length=MOST_QUESTIONS, description="At most 1,000 hits in all."
    )

    @model_validator(mode="after")
    def _not_too_many(self) -> Batch:
        if sum(query.k for query in self.queries) > MOST_HITS:
            raise ValueError(f"the questions ask for more than {MOST_HITS:,} hits in all")
        return self


def _which(body: object) -> str:
    batch = isinstance(body, Batch) or (isinstance(body, dict) and "queries" in body)
    return "batch" if batch else "question"


OneOrSeveral = Annotated[
    Annotated[Asked, Tag("question")] | Annotated[Batch, Tag("batch")], Discriminator(_which)
]


class _MaybeAsking(BaseModel):
    """A question that need not be asked."""

    q: Question | None = Field(
        None,
        description=f"{_QUESTION} Without one, or with a blank one, all papers count.",
        examples=_EXAMPLES,
    )

    def question(self) -> str | None:
        """The question; None where there is none, or no word in it."""
        return self.q if self.q and any(c.isalnum() for c in self.q) else None


class Counted(Pinned, Narrowed, _MaybeAsking):
    """`GET /v1/facets`."""


class Listed(Narrowed, _MaybeAsking):
    """`GET /v1/feed`."""

    k: int = Field(LISTED, ge=1, le=MOST_HITS, description="How many papers at most.")


class Formatted(Pinned):
    """`GET /v1/papers/{id}`."""

    format: Format = Field("json", description="The paper as a document, or as a citation.")


class LikeOne(Pinned):
    """`GET /v1/related/{id}`."""

    k: Count = 10
    diversity: Diversity = 0.0
    unlike: Ids = Field([], alias="not", description="Ids of papers to keep away from.")


class LikeSeveral(Pinned):
    """Papers to find the like of, and papers to keep away from."""

    model_config = _IN_JSON

    positive: Ids = Field(min_length=1, description="Ids of papers to find the like of.")
    negative: Ids = Field([], description="Ids of papers to keep away from.")
    k: Count = 10
    diversity: Diversity = 0.0


class Export(Pinned):
    """Papers to write to a file."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(
        min_length=1, max_length=MOST_EXPORTED, description="Their ids, in the order of the file."
    )
    format: Format = "bibtex"
