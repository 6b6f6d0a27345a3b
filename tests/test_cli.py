"""The command line as a user meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.api import read
from semsearch.ingest.formats.jsonl import to_json
from semsearch.serve.citation import FORMATS
from tests.support import CORPUS, Run, call_main

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, indexed as their file of settings says."""
    folder = tmp_path_factory.mktemp("examples")
    assert call_main(["index", "--config", str(EXAMPLES / "semsearch.toml"), "--index", str(folder)]) == 0
    return folder


def test_search_shows_rank_title_authors_year_and_why(run: Run, root: Path) -> None:
    code, out, _ = run("search", "translation that learns where to look", "-k", 2, "--index", root)
    assert code == 0
    first = out.split("\n\n")[0].splitlines()
    assert first[0] == " 1  Neural Machine Translation by Jointly Learning to Align and Translate"
    assert first[1].startswith("    Dzmitry Bahdanau, Kyunghyun Cho, Yoshua Bengio")
    assert re.match(r"    (strong|fair|weak) · meaning and words · ", first[-1])
    assert all(len(line) <= 80 for line in out.splitlines())


def test_phrases_and_exclusions_work_from_the_shell(run: Run, root: Path) -> None:
    def texts(*question: str) -> list[str]:
        code, out, _ = run("search", "--json", "-k", 91, "--index", root, *question)
        assert code == 0
        papers = [hit["paper"] for hit in json.loads(out)["hits"]]
        return [f"{paper['title']} {paper['abstract']}".lower() for paper in papers]

    without = texts("machines that learn -networks")
    assert without == texts("--", "-networks machines that learn")
    assert set(without) == {
        text for text in texts("machines that learn") if not re.search(r"\bnetworks?\b", text)
    }
    assert set(texts('"neural networks"')) == {
        text for text in texts("learning") if "neural networks" in text
    }
    code, out, _ = run("search", '"no such phrase" networks', "-k", 1, "--index", root)
    assert code == 0
    assert " ".join(out.split()).startswith("No paper here holds “no such phrase” word for word;")
    code, _, err = run("search", "--index", root, "--", "-networks")
    assert (code, err.startswith("error: the question only says")) == (1, True)


def test_search_json_is_the_contract(run: Run, root: Path) -> None:
    code, out, err = run("search", "generative adversarial nets", "-k", 3, "--json", "--index", root)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert {*answer} == {"query", "mode", "generation", "took_ms", "confidence", "notes", "hits"}
    assert answer["confidence"] == "strong"
    hit = answer["hits"][0]
    assert {"rank", "score", "similarity", "confidence", "matched_by", "evidence", "paper"} <= {*hit}
    assert [hit["paper"]["title"][start:end] for start, end in hit["title_words"]] == [
        "Generative",
        "Adversarial",
        "Nets",
    ]
    assert hit["reasons"] is None
    assert {"id", "title", "abstract", "authors", "year", "venue", "doi", "url", "language"} <= {
        *hit["paper"]
    }
    assert (hit["rank"], hit["paper"]["title"]) == (1, "Generative Adversarial Nets")
    quote = hit["evidence"]
    assert hit["paper"]["abstract"][quote["start"] : quote["end"]] == quote["text"]


def test_timings_are_a_line_beside_the_answer(run: Run, root: Path) -> None:
    code, out, err = run("search", "learning", "--json", "--timings", "--index", root)
    assert code == 0
    stages = re.findall(r"(\w+) ([\d.]+)", err)
    assert [stage for stage, _ in stages] == [
        "read", "route", "encode", "meaning", "words", "score", "dress", "total",
    ]  # fmt: skip
    *each, total = (float(ms) for _, ms in stages)
    assert sum(each) == pytest.approx(total, abs=0.5)
    assert total == pytest.approx(json.loads(out)["took_ms"], abs=0.06)


def test_an_answer_that_is_none_says_so_and_shows_few(run: Run, root: Path) -> None:
    question = "cheap concert tickets for Saturday"
    code, out, _ = run("search", question, "--index", root)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "Nothing in this index seems to be about this. The nearest:"
    assert [line[:4] for line in lines if line[:2].strip()][1:-1] == [" 1  ", " 2  ", " 3  "]
    assert lines[-1] == "(7 more that are no nearer; --json shows all)"
    answer = json.loads(run("search", question, "--json", "--index", root)[1])
    assert (answer["confidence"], len(answer["hits"])) == ("weak", 10)
    lexical = json.loads(run("search", "memory", "--mode", "lexical", "--json", "--index", root)[1])
    assert lexical["confidence"] is None
    for hit in lexical["hits"]:
        assert (hit["evidence"] is None) == (hit["paper"]["abstract"] == "")


def test_related_says_why(run: Run, root: Path) -> None:
    _, out, _ = run("related", "lecun1998gradient", "--index", root)
    assert "    fair · shares: Recognition, image\n" in out
    assert "also by Yoshua Bengio" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    code, out, err = run("related", "lecun1998gradient", "--not", "lecun1998gradient", "--index", root)
    assert (code, out) == (1, "")
    assert "lecun1998gradient cannot be both" in err


def test_the_index_comes_from_the_environment(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMSEARCH_INDEX", str(root))
    assert run("generations")[0] == 0


@pytest.mark.parametrize(
    ("year", "allowed"),
    [("2017", range(2017, 2018)), ("2014..2017", range(2014, 2018)), ("2018..", range(2018, 3000))],
)
def test_years_filter(run: Run, root: Path, year: str, allowed: range) -> None:
    _, out, _ = run("search", "learning", "--year", year, "--json", "--index", root)
    years = {hit["paper"]["year"] for hit in json.loads(out)["hits"]}
    assert years
    assert years <= set(allowed)


def test_related_takes_several_ids_after_not(run: Run, root: Path) -> None:
    _, out, _ = run("related", "lecun1998gradient", "--json", "--index", root)
    nearest = [hit["paper"]["id"] for hit in json.loads(out)["hits"]]
    _, out, _ = run("related", "lecun1998gradient", "--not", *nearest[:2], "-k", 5, "--json", "--index", root)
    assert not {*nearest[:2], "lecun1998gradient"} & {hit["paper"]["id"] for hit in json.loads(out)["hits"]}


@pytest.mark.parametrize("form", ["text", "json", "bibtex", "ris", "csl", "csv"])
def test_show_in_every_format(run: Run, root: Path, form: str) -> None:
    code, out, _ = run("show", "vaswani2017attention", "--format", form, "--index", root)
    assert code == 0
    assert "Attention" in out
    assert "Vaswani" in out


def test_the_questions_of_the_examples_find_their_papers_first(root: Path) -> None:
    import semsearch

    searcher = semsearch.open(root)
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8").partition("| question |")[2]
    rows = [line.split(" | ") for line in table.splitlines()[2:] if line.startswith("| ")]
    assert len(rows) == 10
    for question, title, _ in rows:
        assert searcher.search(question.removeprefix("| "))[0].paper.title == title


def test_a_convert_reads_back_as_it_was_written(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert run("convert", EXAMPLES / "landmarks.bib", EXAMPLES / "publications.txt", "-o", first)[0] == 0
    assert run("convert", first, "-o", second)[0] == 0
    assert first.read_text() == second.read_text()
    assert len(first.read_text().splitlines()) == 64 + 27


def test_a_convert_leaves_out_what_a_paper_lacks(run: Run, tmp_path: Path) -> None:
    refs = tmp_path / "refs.bib"
    refs.write_text("@article{q, title={Quicksort}, author={Hoare, C. A. R.}, keywords={sorting}}")
    code, out, _ = run("convert", refs, EXAMPLES / "landmarks.bib")
    lines = [json.loads(line) for line in out.splitlines()]
    contract = ["id", "title", "abstract", "authors", "year", "venue", "doi", "url", "language"]
    assert code == 0
    assert [*lines[0]] == [*contract, "keywords", "source"]
    assert all({*contract, "source"} <= {*line} for line in lines)
    assert not [line for line in lines if line.get("versions") == [] or line.get("truncated") is False]


@pytest.mark.parametrize("name", ["refs.bib", "refs.RIS", "refs.csl.json", "refs.csv"])
def test_convert_writes_what_the_name_of_the_file_asks_for(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text("\n".join(json.dumps(to_json(paper)) for paper in CORPUS))
    assert run("convert", tmp_path / "papers.jsonl", "-o", tmp_path / name)[0] == 0
    form = {"refs.bib": "bibtex", "refs.RIS": "ris", "refs.csl.json": "csl", "refs.csv": "csv"}[name]
    assert (tmp_path / name).read_text(encoding="utf-8").replace("\r\n", "\n") == FORMATS[form].write(
        read(tmp_path / "papers.jsonl")[0]
    ).replace("\r\n", "\n")
    assert run("convert", tmp_path / "papers.jsonl", "--format", form)[1].strip()
    assert run("convert", tmp_path / name, "-o", tmp_path / "again.jsonl")[0] == 0
    again, rejected = read(tmp_path / "again.jsonl")
    assert not rejected
    assert [replace(paper, source="", language=None) for paper in again] == CORPUS


def test_convert_takes_a_form_before_the_name_of_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text(json.dumps(to_json(CORPUS[0])))
    assert run("convert", tmp_path / "papers.jsonl", "--format", "ris", "-o", tmp_path / "x.bib")[0] == 0
    assert (tmp_path / "x.bib").read_text().startswith("TY  - ")
    _, out, _ = run("convert", tmp_path / "papers.jsonl")
    assert json.loads(out)["id"] == CORPUS[0].id


def test_rebuild_rollback_verify_and_prune(run: Run, root: Path) -> None:
    def published() -> str:
        rows = json.loads(run("generations", "--json", "--index", root)[1])["generations"]
        (name,) = [row["id"] for row in rows if row["published"]]
        return str(name)

    first = published()
    code, out, err = run("rebuild", "--json", "--timings", "--index", root)
    assert code == 0
    report = json.loads(out)
    assert report["counts"]["embedded"] == 0
    assert {"read", "load", "embed", "words", "sync", "check"} < {*report["stages"]}
    assert sum(report["stages"].values()) == pytest.approx(report["seconds"])
    # A line a step, in their order.
    assert [line.split("  ")[1] for line in err.splitlines()][:2] == ["Reading", "Loading the encoder"]
    assert len(err.splitlines()) == len(report["stages"])
    second = published()
    assert second > first
    assert run("verify", "--index", root)[0] == 0
    code, out, _ = run("rollback", "--json", "--index", root)
    assert (code, json.loads(out)) == (0, {"published": first, "was": second})
    assert published() == first
    assert run("rollback", second, "--index", root)[0] == 0
    assert published() == second
    code, out, _ = run("prune", "--keep", 1, "--json", "--index", root)
    assert (code, json.loads(out)) == (0, {"removed": [first]})
    assert run("rollback", "--index", root)[0] == 1
    assert published() == second


def test_evaluate_prints_the_contract(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "text": "attention is all you need"}\n')
    (tmp_path / "r.tsv").write_text("query-id\tdoc-id\tgrade\na\tvaswani2017attention\t1\n")
    files = ("--queries", tmp_path / "q.jsonl", "--qrels", tmp_path / "r.tsv", "--run-out", tmp_path / "run")
    code, out, _ = run("evaluate", *files, "--json", "--index", root)
    assert code == 0
    figures = json.loads(out)
    assert {*figures} == {"queries", "ndcg@10", "recall@100", "mrr@10", "map", "took_ms", "intervals"}
    assert (figures["queries"], figures["ndcg@10"], figures["map"]) == (1, 1.0, 1.0)
    assert (tmp_path / "run").read_text().startswith("a Q0 vaswani2017attention 1 ")


@pytest.fixture
def judged(tmp_path: Path) -> tuple[str | Path, ...]:
    """Options that name two judged questions."""
    (tmp_path / "q.jsonl").write_text(
        '{"id": "a", "text": "jointly learning to align and translate"}\n'
        '{"id": "b", "text": "the part-time parliament"}\n'
    )
    (tmp_path / "r.tsv").write_text(
        "query-id\tdoc-id\tgrade\na\tneural-machine-translation-by-jointly-11991fd0\t1\n"
        "b\tlamport1998part\t1\n"
    )
    (tmp_path / "old.run").write_text("a Q0 vaswani2017attention 1 2 old\n")
    return "--queries", tmp_path / "q.jsonl", "--qrels", tmp_path / "r.tsv"


def test_evaluate_compares_modes_generations_and_run_files(
    run: Run, root: Path, tmp_path: Path, judged: tuple[str | Path, ...]
) -> None:
    current = (root / "CURRENT").read_text().strip()
    for a, b, named in (
        (tmp_path / "old.run", "dense", (str(tmp_path / "old.run"), "dense")),
        (tmp_path / "old.run", current[:10], (str(tmp_path / "old.run"), current)),
    ):
        code, out, _ = run("evaluate", *judged, "--compare", a, b, "--json", "--index", root)
        assert code == 0
        document = json.loads(out)
        assert {*document} == {"queries", "a", "b", "differences", "changed"}
        assert (document["a"]["name"], document["b"]["name"]) == named
        assert (document["a"]["map"], document["b"]["map"]) == (0, 1)
        assert (document["a"]["took_ms"], {*document["b"]["took_ms"]}) == (None, {"p50", "p95"})
        assert {*document["differences"]} == {"ndcg@10", "recall@100", "mrr@10", "map"}
        # Two questions that gain alike: both signs equal is as far from 0, which is 2 of 4.
        assert document["differences"]["map"] == {
            "difference": 1.0,
            "interval": [1.0, 1.0],
            "p": 0.5,
            "better": 2,
            "worse": 0,
        }
        first = document["changed"][0]
        assert first["id"] == "a"
        assert first["a"]["first"] == {
            "id": "vaswani2017attention",
            "title": "Attention Is All You Need",  # the run file does not know it, the index does
            "relevant": False,
        }
        assert first["b"]["first"]["title"].startswith("Neural Machine Translation by Jointly")


def test_two_run_files_are_compared_without_an_index(
    run: Run, tmp_path: Path, judged: tuple[str | Path, ...]
) -> None:
    (tmp_path / "new.run").write_text("b Q0 lamport1998part 1 2 new\n")
    sides = (tmp_path / "old.run", tmp_path / "new.run")
    code, out, _ = run("evaluate", *judged, "--compare", *sides, "--index", tmp_path / "none")
    flat = " ".join(out.split())
    assert code == 0
    assert "may be no more than chance" in flat
    assert "answers 1 of 2 questions" in flat
    assert "lamport1998part" in flat
    assert "really wider" in flat  # two questions are few
    assert not (tmp_path / "none").exists()


def test_what_a_reranker_gains_is_told_from_a_run_without(
    run: Run, root: Path, tmp_path: Path, cross_encoder: Path, judged: tuple[str | Path, ...]
) -> None:
    run("evaluate", *judged, "--mode", "lexical", "--run-out", tmp_path / "plain.run", "--index", root)
    _, out, _ = run(
        *("evaluate", *judged, "--compare", tmp_path / "plain.run", "lexical", "--rerank", cross_encoder),
        *("--json", "--index", root),
    )
    document = json.loads(out)
    assert document["b"]["name"] == "lexical, reranked"
    assert document["differences"]["recall@100"]["difference"] == 0  # the same papers in another order
    assert document["differences"]["mrr@10"]["difference"] != 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            ("--compare", "denze", "hybrid"),
            "'denze' is no mode (auto, hybrid, dense, lexical), no generation",
        ),
        (("--compare", "0000", "auto"), "no generation"),
        (("--compare", "dense"), "name two, such as: --compare dense hybrid"),
        (("--compare", "dense", "hybrid", "--mode", "auto"), "--mode is for the generations"),
        (("--compare", "dense", "hybrid", "--related"), "--related has no modes"),
        (("--compare", "dense", "hybrid", "--run-out", "x"), "run evaluate once for each"),
        (("--changed", "3"), "--changed needs --compare"),
        (("--related", "--rerank", "x"), "--related knows neither"),
    ],
)
def test_what_evaluate_cannot_do_is_wrong_usage(
    run: Run, tmp_path: Path, judged: tuple[str | Path, ...], options: tuple[str, ...], why: str
) -> None:
    code, out, err = run("evaluate", *judged, *options, "--index", tmp_path / "none")
    assert (code, out) == (2, "")
    assert why in " ".join(err.split())


def test_the_beginning_of_several_ids_names_them(
    run: Run, tmp_path: Path, judged: tuple[str | Path, ...]
) -> None:
    for name in ("000001-aaaaaaaaaaaa", "000002-bbbbbbbbbbbb"):
        (tmp_path / "generations" / name).mkdir(parents=True)
    code, _, err = run("evaluate", *judged, "--compare", "00", "auto", "--index", tmp_path)
    assert code == 2
    assert "'00' begins the ids of 2 generations: 000001-aaaaaaaaaaaa, 000002-bbbbbbbbbbbb" in " ".join(
        err.split()
    )


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
    "encoding": ("Les réseaux de neurones".encode("latin-1"), "is not UTF-8"),
    "prose": (b"Dear all,\n\nplease find attached the minutes of the meeting.\n\nBest,\nAnna\n", "no paper"),
    "truncated": (b"@article{a, title = {Unfinished", ":1"),
    "list": (b"[1, 2]\n", ""),
    "line": (b'"no object"\n', ""),
    "title": (b'{"id": "1", "title": "' + b"x" * 100_000 + b'"}\n', "100,000 characters"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_source_that_cannot_be_used_is_explained_and_changes_nothing(
    run: Run, root: Path, tmp_path: Path, name: str
) -> None:
    content, reason = BAD_FILES[name]
    path = tmp_path / "papers.bib"
    path.write_bytes(content)
    before = (root / "CURRENT").read_text()
    code, out, err = run("index", path, "--index", root)
    flat = " ".join(err.split())
    assert (code, out) == (1, "")
    assert "papers.bib" in flat
    assert reason in flat
    assert "Traceback" not in err
    assert (root / "CURRENT").read_text() == before


@pytest.mark.parametrize("question", ["", "  \t", "x" * 50_000])
def test_a_question_that_cannot_be_asked_is_explained(run: Run, root: Path, question: str) -> None:
    code, out, err = run("search", question, "--index", root)
    assert (code, out) == (1, "")
    assert err.startswith("error: the question")


def test_a_missing_index_says_how_to_build_one(run: Run, tmp_path: Path) -> None:
    for command in (
        ("search", "x"),
        ("related", "x"),
        ("show", "x"),
        ("generations",),
        ("verify",),
        ("prune",),
    ):
        code, out, err = run(*command, "--index", tmp_path / "none")
        assert (code, out) == (1, "")
        assert "semsearch index SOURCE" in err
    assert not (tmp_path / "none").exists()


def test_a_damaged_index_names_the_file(run: Run, root: Path) -> None:
    path = root / "generations" / (root / "CURRENT").read_text().strip() / "posting_rows.npy"
    kept = path.read_bytes()
    path.write_bytes(kept[:-4] + b"\xff\xff\xff\xff")
    try:
        for command in (("search", "x"), ("verify",), ("serve", "--port", "0")):
            code, _, err = run(*command, "--index", root)
            assert code == 1
            assert "posting_rows.npy" in err
            assert "rollback" in err
    finally:
        path.write_bytes(kept)


def test_a_folder_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run("index", EXAMPLES / "publications.txt", "--index", tmp_path / "file" / "index")
    assert code == 1
    assert "cannot be written" in err


def test_a_busy_port_is_named(run: Run, root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = run("serve", "--port", port, "--index", root)
    assert code == 1
    assert f"127.0.0.1:{port}" in err
    assert "--port" in err


@pytest.mark.parametrize(
    "arguments",
    [("search",), ("search", "x", "-k", "0"), ("search", "x", "--year", "soon"), ("nonsense",), ("index",)],
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Error" in err


@pytest.mark.parametrize("reranked", [False, True])
def test_the_three_ways_in_give_the_same_answer(
    run: Run, root: Path, cross_encoder: Path, reranked: bool
) -> None:
    import semsearch

    question = "how can two networks compete?"
    model = str(cross_encoder) if reranked else None
    options = ["--rerank", str(cross_encoder)] if reranked else []
    _, out, _ = run("search", question, "--json", "--index", root, *options)
    from_command = json.loads(out)["hits"]
    from_python = [hit.to_dict() for hit in semsearch.open(root, rerank=model).search(question)]
    plain = [hit.paper.id for hit in semsearch.open(root).search(question)]
    assert ([hit["paper"]["id"] for hit in from_command] != plain) == reranked

    command = [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(root), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address, line
            url = f"{address[0]}v1/search?q={question.replace(' ', '+').replace('?', '%3F')}"
            with urllib.request.urlopen(url, timeout=60) as reply:
                from_http = json.loads(reply.read())["hits"]
        finally:
            server.terminate()
            assert server.wait(timeout=30) in {0, -15}

    assert len(from_command) == 10
    for other in (from_python, from_http):
        assert [hit["paper"]["id"] for hit in other] == [hit["paper"]["id"] for hit in from_command]
        assert [hit["score"] for hit in other] == pytest.approx(
            [hit["score"] for hit in from_command], abs=1e-4
        )


def test_help_keeps_its_examples_on_lines_of_their_own(run: Run) -> None:
    _, out, _ = run("search", "--help")
    assert '\n  semsearch search "how do agents remember?"\n' in out
    _, out, _ = run("--help")
    assert "..." not in out.partition("Commands:")[2]


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys, semsearch.cli as c\n"
        "try: c.cli(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'faiss', 'torch', 'fastapi', 'rich', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert time.perf_counter() - started < 5
