"""The part each line of a publications page plays, title, author or abstract, by its shape and its place.

The weights are log-odds. They were fitted by logistic regression to pages made of real papers (arXiv and the
ACL Anthology, English and French), then rounded by hand; only their sizes against each other matter.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from semsearch.ingest.formats.page.control import has_control

if TYPE_CHECKING:
    from collections.abc import Sequence, Set


Role = Literal["title", "author", "abstract"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that build titles and sentences; those that names are built with as well stand below.
_FUNCTION_WORDS = _set(
    """a an and are as at be beyond but by do does for from how in into is it its not of on or our over
    than that the their this through to toward towards under using via vs we what when where which
    who why with without au aux avec ce ces cette comment dans en entre est et leur leurs nous où
    par pour quand que quel quelle qui sans se ses son sont sous sur un une vers à"""
)
_PARTICLES = _set(
    """abu af al ben bin da das de deh del della den der des di do dos du e el i ibn im la las le los
    mac op san santa te ten ter ul ur van ver von vor y zu zum zur"""
)
# Names that two author lines in five hold and almost no title does. The last two are those of groups.
_NAMES = _set(
    """ahmed ali cai cao chan chang chen cheng choi deng dong feng gao garcia guo gupta han he hu huang
    jiang jin kang khan kim kumar lee li liang lin liu lu luo ma nguyen pan park patel peng pham ren
    shah sharma shen shi singh smith song su sun tan tang tran wang wei wen wu xiao xie xu yan yang
    ye yu yuan zeng zhang zhao zheng zhou zhu team consortium"""
)
# What journals and proceedings print between papers; too rare on any one page to be known from it.
_FRONT_MATTER = _set(
    """advertisements announcements author bibliography books briefly calendar chapter current discussion
    errata erratum exhibitors foreword frontmatter index introduction keyword membership noted obituary
    participants preface programme received remarks reviews session sponsors summary title welcome"""
)
# Endings of learned words, each at least twenty times as frequent in short titles as in names.
_ENDINGS = tuple(
    _set(
        """ion ions ity ities ies ment ments ness ism isms ence ences ency ance ances tic ics ical gic
        mic fic tric bic pic ual ral nal ial odal sal ive ives ble bles ure ures age ages ous sed
        ted ded ned zed ced ved fied sing ring ding king ving ging zing cing ting rning lling ings
        ysis eses esis logy graph graphs raphy ware els ors rks nts cts pts xts rds lts ods ems rms
        less ful wise ular lar tory mory nary etry ator ient gent tent rse nse ese"""
    )
)
# An abstract has sentences; a title is seldom one.
_SENTENCE_WORDS = _set(
    """is are was were we our this that these which has have been it can nous est sont ont qui que cet
    cette ces notre"""
)
_OPENING = re.compile(r"(?:We|This|In this|These|Nous|Cet|Cette|Ce|Dans) ")
_NEXT_SENTENCE = re.compile(r"[^\W\d_]{3}[.!?] [^\W\d_a-zà-ÿ]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+|Jr\.?|Sr\.?|I{2,3}|IV")
_MARKS = re.compile(r"\d(?!rd$)|[:;?!()\[\]/&$=+@#]")
_PREFIX = re.compile(
    r"\b(?:anti|co|cross|end|few|high|in|inter|intra|long|low|multi|non|open|pre|self|semi|short|zero)-",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?!Mc|Mac|De|La|Le|Di|Van|Du|O)\w*[a-z][A-Z]")
_CAPITALS = re.compile(r"\w*[A-Z]{2}")
_NICKNAME = re.compile(r' [("“][^\W\d_]+[)"”](?= )')
_LISTED = re.compile(r"(?:,|;|,? (?:and|et|&)) ")

_BY_WORDS = {1: -2.0, 2: 3.0, 3: 1.5}
_MOST_WORDS = 8
_ENOUGH_COMMON_WORDS = 200
_SEVERAL_NAMES = -4.0
_LONGEST_LIST = 2_000
_LONGEST_READ = 5_000

# A title may follow any line, and nothing but a title an abstract. Most papers name their authors.
_STEPS: dict[tuple[Role, Role], float] = {
    ("title", "title"): -0.5,
    ("title", "author"): 0.5,
    ("title", "abstract"): 0.0,
    ("author", "title"): 0.0,
    ("author", "author"): 0.0,
    ("author", "abstract"): 0.0,
    ("abstract", "title"): 0.0,
}


def label(lines: Sequence[str]) -> list[Role]:
    """Give every line its part: the likeliest sequence of titles, authors and abstracts over the whole page.

    This is Viterbi's algorithm over three states; its time is linear in the length of the page.

    Args:
        lines: The page without heading and furniture, white space normalised, none blank.
    """
    if not lines:
        return []
    common = common_words(lines)
    reached: dict[Role, float] = {"title": 0.0}
    came_from: list[dict[Role, Role]] = []
    for line in lines[1:]:
        gain = {"title": 0.0, "author": name_score(line, common), "abstract": prose_score(line)}
        best: dict[Role, tuple[float, Role]] = {}
        for (before, role), step in _STEPS.items():
            if before in reached:
                score = reached[before] + step + gain[role]
                if role not in best or score > best[role][0]:
                    best[role] = score, before
        reached = {role: score for role, (score, _) in best.items()}
        came_from.append({role: before for role, (_, before) in best.items()})
    role = max(reached, key=reached.__getitem__)
    roles = [role]
    for before_by_role in reversed(came_from):
        role = before_by_role[role]
        roles.append(role)
    return roles[::-1]


def common_words(lines: Sequence[str]) -> Set[str]:
    """Collect the words that the page itself writes in lower case in its long lines: no part of a name."""
    found = {
        word
        for line in lines
        if len(line) > 60
        for token in line[:_LONGEST_READ].split()
        if "/" not in token and "@" not in token  # Addresses hold names in lower case.
        for word in _WORD.findall(token)
        if len(word) > 2 and word.islower() and word not in _PARTICLES
    }
    return found | _FRONT_MATTER


def split_names(line: str) -> list[str]:
    """Part the names in an author line: one as a rule, several where full names are listed."""
    names = _LISTED.split(line)
    # "Bengio, Yoshua" and "John F. Sherry, Jr." are one name each.
    return names if all(" " in name for name in names) else [line]


def name_score(line: str, common: Set[str]) -> float:
    """Weigh a line as authors against a title; above zero is authors.

    Args:
        line: One line, white space normalised.
        common: What `common_words` found on the page.
    """
    if len(line) > _LONGEST_LIST:
        return -10.0
    names = split_names(line)
    score = min(_one_name_score(name, common) for name in names)
    return score if len(names) == 1 else score + _SEVERAL_NAMES


def _one_name_score(line: str, common: Set[str]) -> float:
    line = _NICKNAME.sub("", line)
    tokens = [token.strip(",;*†‡") for token in line.split(maxsplit=_MOST_WORDS)]
    core = [token for token in tokens if token not in _PARTICLES]
    if all("@" in token for token in core):
        return 5.0  # An address instead of a name.
    size = len(core) + _ideographs(line) // 2
    if size > _MOST_WORDS:
        return -10.0
    plain = [token for token in core if not _INITIALS.fullmatch(token)]
    inner = [word for word in core[1:-1] if word != "A"]  # A middle initial.
    words: list[str] = [word.lower() for word in _WORD.findall(line)]
    known = [word for word in words if word in common or (word[-1] == "s" and word[:-1] in common)]
    score = _BY_WORDS.get(size, 0.0) - 0.05 * max(0, len(line) - 20)
    score += _by_common_words(known, common)
    score += 5.0 * any(word in _NAMES for word in words)
    score += 2.5 * (len(plain) < len(core))
    score -= 3.5 * min(2, sum(len(word) > 4 and word.endswith(_ENDINGS) for word in words))
    score -= 3.0 * min(2, sum(token[:1].islower() for token in plain))
    score -= 3.0 * any(token.lower() in _FUNCTION_WORDS for token in core[:1] + inner)
    score -= 8.0 * bool(_MARKS.search(line))
    score -= 3.5 * bool(_PREFIX.search(line))
    score -= 1.5 * any(_CAMEL.match(token) for token in plain)
    score -= 3.0 * (not line.isupper() and any(_CAPITALS.match(token) for token in plain))
    return score


def _by_common_words(known: Sequence[str], common: Set[str]) -> float:
    """What the common words in a line say; that there are none says more on a page that shows many."""
    if not known:
        return 1.5 + 3.0 * min(1.0, len(common) / _ENOUGH_COMMON_WORDS)
    return (1.5 if len(known) == 1 else -3.5) - 1.0 * any(len(word) > 5 for word in known)


def prose_score(line: str) -> float:
    """Weigh a line as an abstract against a title; above zero is an abstract.

    Args:
        line: One line, white space normalised.
    """
    if has_control(line):
        return 20.0
    start = line[:600]
    score = -10.0 + 0.03 * (len(start) + 2 * _ideographs(start))
    score += 5.0 * line.endswith((".", "…", "。"))
    score += 3.0 * min(2, len(_NEXT_SENTENCE.findall(start)))
    score += 1.5 * bool(_OPENING.match(start))
    score += 1.0 * min(5, sum(word.lower() in _SENTENCE_WORDS for word in _WORD.findall(start)))
    return score


def _ideographs(text: str) -> int:
    """Count the characters of which one says about as much as three letters, and two make a word."""
    return 0 if text.isascii() else sum(unicodedata.east_asian_width(character) == "W" for character in text)
