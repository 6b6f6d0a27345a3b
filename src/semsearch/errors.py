"""Every error a user can meet. Each carries what is wrong, where, and what to do next."""

from __future__ import annotations


class SemsearchError(Exception):
    """Base of all errors a user can mend.

    Attributes:
        what: What is wrong, in one sentence.
        where: The file, index, option or address concerned; may be empty.
        hint: What to do next; may be empty.
    """

    def __init__(self, what: str, *, where: object = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, str(where), hint
        super().__init__(self.what)

    def __str__(self) -> str:
        """Where, what and what next, as one line of prose."""
        where = f"{self.where}: " if self.where else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}{self.what}{hint}"


class SourceError(SemsearchError):
    """A file of papers that cannot be read at all: missing, empty, binary, of an unknown form."""


class ConfigError(SemsearchError):
    """A semsearch.toml that is not there, cannot be read, or says what cannot be."""


class HarvestError(SemsearchError):
    """A service that cannot be asked what it is asked, or does not answer; what it gave so far is kept."""


class NothingToIndex(SemsearchError):
    """The sources hold no usable paper."""


class QuestionError(SemsearchError):
    """A question that cannot be asked: blank, or far too long."""


class PaperNotFound(SemsearchError):
    """No paper of the index has this id."""


class IndexMissing(SemsearchError):
    """No index, or no published generation in it."""


class IndexDamaged(SemsearchError):
    """A generation that is not as it was written: a file is missing, shortened or changed."""


class IndexForeign(SemsearchError):
    """A generation of another schema version or of another encoder."""


class GenerationGone(SemsearchError):
    """A generation that somebody asks for by id, and that is kept no longer, or never was."""


class BuildHeld(SemsearchError):
    """A new generation that did not show what it must, and is not published."""


class IndexBusy(SemsearchError):
    """Another build, rollback or prune holds the index."""


class StorageError(SemsearchError):
    """The disk is full or may not be written."""


class EncoderError(SemsearchError):
    """An encoder that cannot be loaded, or is not the one it claims to be."""


class EvaluationError(SemsearchError):
    """Questions or judgments that cannot be evaluated."""


class ServeError(SemsearchError):
    """The service cannot start, for example because the port is in use."""


class ClusterError(SemsearchError):
    """A Ray cluster, or the storage it shares, that cannot be reached or cannot do what it is asked."""


class KeysError(SemsearchError):
    """A file of API keys that cannot be read or written, or a key that is not in it."""


class MissingExtra(SemsearchError):
    """A library of an optional extra is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed.",
            hint=f"Install it with: pip install 'semsearch[{extra}]'",
        )
        self.library, self.extra = library, extra
