"""JSON, CSV, Arrow, saved datasets, standard input, globs and URLs."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpusqa.corpus import open_corpus, remove_spool
from corpusqa.errors import CannotEvaluate, EmptyCorpus, SourceError
from tests.files import jsonl, read_all, write

ROWS = [{"text": "one \U0001f600", "n": [1]}, {"text": "two\nlines", "n": []}]


def texts(source: object, **options: object) -> list[str]:
    return read_all(open_corpus(source, **options)).documents["text"].to_list()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS),
        "\ufeff" + json.dumps(ROWS, indent=2, ensure_ascii=False),
        "\n".join(map(json.dumps, ROWS)),
    ],
    ids=["array", "indented", "lines"],
)
def test_json_is_an_array_or_lines(tmp_path: Path, content: str) -> None:
    assert texts(write(tmp_path, {"a.json": content})) == [row["text"] for row in ROWS]


@pytest.mark.parametrize("unit_bytes", [1 << 20, 200])
@pytest.mark.parametrize("lines", [False, True])
def test_packed_json(tmp_path: Path, lines: bool, unit_bytes: int) -> None:
    rows = [{"text": f"{i} " + "x" * 300} for i in range(20)]
    content = ("\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)).encode()
    write(tmp_path, {"a.json.gz": gzip.compress(content), "b.json.zst": zstandard.compress(content)})
    found = read_all(open_corpus(tmp_path, work=tmp_path / "work", unit_bytes=unit_bytes))
    assert found.documents["text"].to_list() == [row["text"] for row in rows] * 2


@pytest.mark.parametrize(
    ("cut", "good", "reason"), [(4, 2, "the compressed data end early"), (16, 1, "the rest of the")]
)
def test_packed_json_that_ends_early(tmp_path: Path, cut: int, good: int, reason: str) -> None:
    packed = gzip.compress(json.dumps(ROWS).encode(), 0)
    rows = read_all(open_corpus(write(tmp_path, {"a.json.gz": packed[:-cut]})))
    assert rows.documents.height == good
    assert len(rows.unreadable) == 1
    assert reason in rows.unreadable["reason"][0]


def test_one_json_object_is_one_row(tmp_path: Path) -> None:
    assert texts(write(tmp_path, {"a.json": json.dumps(ROWS[0], indent=1)})) == [ROWS[0]["text"]]


def test_large_json_of_lines_has_ranges(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.json", ({"text": f"{i:05}"} for i in range(1000)))
    corpus = open_corpus(tmp_path, unit_bytes=2000)
    assert len(corpus.units) > 5
    assert read_all(corpus).documents["text"].to_list() == [f"{i:05}" for i in range(1000)]


@pytest.mark.parametrize(
    ("content", "good", "reason", "offset"),
    [
        (b'[{"text": "a"}, {"text": }, {"text": "b"}]', 1, "not JSON: Expecting value; the rest of", 25),
        (b'[{"text": "a"} {"text": "b"}]', 0, "no comma or bracket after an element", 1),
        (b'[{"text": "a"}, 5, {"text": "b"}]', 2, "not a JSON object", 16),
        (b'[{"text": "a"}, {"text": "\xe9"}, {"text": "b"}]', 2, "not valid UTF-8", 16),
        (b'[{"text": "a"},', 1, "the array is not closed", 15),
        (b'[{"text": "a"}] x', 1, "text after the array", 15),
        (b"[" * 100_000, 0, "nested too deeply", 1),
    ],
)
def test_broken_json(tmp_path: Path, content: bytes, good: int, reason: str, offset: int) -> None:
    rows = read_all(open_corpus(write(tmp_path, {"a.json": content})))
    assert rows.documents.height == good
    ((_, _, _, at, said, rest),) = rows.unreadable.rows()
    assert reason in said
    assert at == offset
    assert rest == (good < 2)  # what follows is lost too


CSV = 'id,text,n\n1,"one, ""two""\r\nthree",x\r\n2,,y\n\n3,four,z'


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.tsv", "\t"), ("b.csv", ";"), ("a.csv.gz", ",")])
def test_csv(tmp_path: Path, name: str, mark: str) -> None:
    content = CSV.replace("one,", "one\x00").replace(",", mark).replace("\x00", ",").encode()
    rows = read_all(open_corpus(write(tmp_path, {name: gzip.compress(content) if name.endswith("gz") else content})))
    found = rows.documents.select("id", "text", "line").rows()
    assert found == [("1", 'one, "two"\r\nthree', 2), ("2", "", 4), ("3", "four", 6)]


def test_broken_csv(tmp_path: Path) -> None:
    lines = [b"id,text", b"1,a", b"2", b"3,b,c", b'4,"x"y', b"5,caf\xe9", b"6,good", b'7,"open']
    rows = read_all(open_corpus(write(tmp_path, {"a.csv": b"\n".join(lines)})))
    assert rows.documents["id"].to_list() == ["1", "6"]
    assert rows.unreadable.select("line", "reason").rows() == [
        (3, "1 values, but the header has 2"),
        (4, "3 values, but the header has 2"),
        (5, "not a row: ',' expected after '\"'"),
        (6, "not valid UTF-8"),
        (8, "not a row: unexpected end of data"),
    ]


def test_large_csv_files_are_cut_between_rows(tmp_path: Path) -> None:
    rows = [f'{i},"line {i}\r\nwith ""quotes"", é and\rreturns"' if i % 3 else f'{i},b"ad,row' for i in range(500)]
    write(tmp_path, {"a.csv": "\ufeffid,text\r\n" + "\r\n".join(rows)})
    whole, parts = (open_corpus(tmp_path, unit_bytes=size) for size in (1 << 20, 700))
    assert (len(whole.units), len(parts.units) > 20) == (1, True)
    assert read_all(whole).documents.drop("line").equals(read_all(parts).documents.drop("line"))
    assert read_all(whole).unreadable.drop("line").equals(read_all(parts).unreadable.drop("line"))
    assert read_all(whole).lines == read_all(parts).lines


def test_a_column_without_a_name_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no text column; the columns are , story"):
        open_corpus(write(tmp_path, {"a.csv": ",story\n0,a\n"}))


def test_a_pattern_reads_no_file_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.jsonl": '{"text": "a"}\n', "sub/b.jsonl": '{"text": "b"}\n'})
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "sub")
    (tmp_path / ".hidden").symlink_to(tmp_path)
    for pattern in ("**/*.jsonl", "**", "**/sub/../**/*.jsonl"):
        assert texts(f"{tmp_path}/{pattern}") == ["a", "b"]
    assert texts(f"{tmp_path}/sub/**/b.jsonl") == ["b"]
    monkeypatch.chdir(tmp_path)
    assert texts("**/*.jsonl") == ["a", "b"]


def test_an_empty_name_is_no_source() -> None:
    with pytest.raises(SourceError, match=r"empty; write \. for"):
        open_corpus("")


@pytest.mark.parametrize("source", [pl.DataFrame({"text": ["a"]}), [{"text": "a"}], 5, None])
def test_what_is_no_source_says_how_to_make_one(source: object) -> None:
    with pytest.raises(SourceError, match=r"is no source; .*from_polars"):
        open_corpus(source)


def test_a_csv_header_that_names_a_column_twice(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="more than once"):
        open_corpus(write(tmp_path, {"a.csv": "text,text\na,b\n"}))


@pytest.mark.parametrize("kind", ["stream", "file"])
def test_arrow(tmp_path: Path, kind: str) -> None:
    table = pa.table({"text": [str(i) for i in range(100)]})
    new = {"stream": pa.ipc.new_stream, "file": pa.ipc.new_file}[kind]
    with new(tmp_path / "a.arrow", table.schema) as writer:
        writer.write_table(table, max_chunksize=10)
    corpus = open_corpus(tmp_path, unit_bytes=220)
    assert len(corpus.units) == 5
    assert read_all(corpus).documents["text"].to_list() == table["text"].to_pylist()


def test_an_arrow_stream_that_ends_in_the_middle(tmp_path: Path) -> None:
    table = pa.table({"text": [str(i) * 100 for i in range(100)]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10)
    (tmp_path / "a.arrow").write_bytes(sink.getvalue()[: len(sink.getvalue()) // 2])
    rows = read_all(open_corpus(tmp_path))
    assert 30 <= rows.documents.height <= 60
    assert rows.unreadable["reason"].to_list() == ["not an Arrow file, or damaged"]


def test_splits_by_the_names_of_files(tmp_path: Path) -> None:
    line = '{"text": "x"}\n'
    names = ["data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl", "data/dev.jsonl", "web/x.jsonl"]
    corpus = open_corpus(write(tmp_path, dict.fromkeys(names, line)))
    documents = read_all(corpus).documents
    assert documents.select("split", "source").rows() == [
        ("validation", None),
        ("train", None),
        ("train", None),
        (None, "web"),
    ]
    assert "splits: validation, train" in corpus.notes


def test_a_split_that_is_named_twice_or_lacks_shards_is_said(tmp_path: Path) -> None:
    line = '{"text": "x"}\n'
    names = ["train.jsonl", "train-00000-of-00003.jsonl", "train-00002-of-00003.jsonl", "test-00000-of-00001.jsonl"]
    corpus = open_corpus(write(tmp_path, dict.fromkeys(names, line)))
    assert corpus.notes[2:] == (
        "the split train is named in 2 ways, all of it is read: train-?????-of-00003, train.jsonl",
        "only 2 of 3 shards of the split train are there: train-?????-of-00003",
    )


def test_globs_and_lists(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}.jsonl": json.dumps({"text": name}) for name in ("a1", "a2", "b")})
    assert texts(f"{tmp_path}/a*.jsonl") == ["a1", "a2"]
    assert texts([f"{tmp_path}/b.jsonl", f"{tmp_path}/a1.jsonl"]) == ["a1", "b"]
    with pytest.raises(SourceError, match="no file matches"):
        open_corpus(f"{tmp_path}/z*.jsonl")
    write(tmp_path, {"a3.txt": "x"})
    with pytest.raises(SourceError, match="jsonl and text files together"):
        open_corpus(f"{tmp_path}/a*")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"text": "a"}\n{"text": "b"}\n', ["a", "b"]),
        (gzip.compress(b'{"text": "a"}\n'), ["a"]),
        (b'[{"text": "a"}]', ["a"]),
        (gzip.compress(b'[{"text": "a"}]'), ["a"]),
        (zstandard.compress(b'\n{"text": "a"}'), ["a"]),
        (b'{\n  "id": 1,\n  "text": "a"\n}\n', ["a"]),
        (b"just a text\n", ["just a text\n"]),
        (b"id,text\n1,a\n2,b\n", ["a", "b"]),
        (gzip.compress(b"\xef\xbb\xbfid;Text\r\n1;a\r\n"), ["a"]),
        (b"url\tcontent\nx\ta, b\n", ["a, b"]),
        (b"Text, as he said,\nis no name, alas\n", ["Text, as he said,\nis no name, alas\n"]),
    ],
    ids=["lines", "gzip", "array", "packed array", "zstd", "object", "text", "csv", "packed csv", "tsv", "no csv"],
)
def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, expected: list[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    corpus = open_corpus("-", work=tmp_path)
    assert read_all(corpus).documents.select("text", "file").rows() == [(text, None) for text in expected]
    remove_spool(corpus)
    assert list(tmp_path.iterdir()) == []


def test_a_pointer_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(pointer)))
    with pytest.raises(CannotEvaluate, match=r"^standard input is a Git LFS or Xet pointer"):
        open_corpus("-", work=tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"], ids=["nothing", "blank", "mark"])
def test_standard_input_without_content_is_no_empty_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    with pytest.raises(EmptyCorpus, match="standard input is empty"):
        open_corpus("-", work=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A web server on loopback over the folder `web`; what is called `secret` is forbidden."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if "secret" in self.path:
                self.send_error(403)
            elif "torn" in self.path:
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b'{"text": "a"}')
            elif "login" in self.path:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"\n<!DOCTYPE html><html><body>Who are you?</body></html>")
            else:
                super().do_GET()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    (tmp_path / "web").mkdir()
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path / "web")))
    thread = threading.Thread(target=web.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()
    thread.join()


def test_web_addresses(tmp_path: Path, server: str) -> None:
    write(tmp_path / "web", {"a.jsonl.gz": gzip.compress(b'{"text": "over http"}\n')})
    corpus = open_corpus(f"{server}/a.jsonl.gz?token=abc", work=tmp_path / "work")
    assert read_all(corpus).documents["text"].to_list() == ["over http"]
    assert corpus.source == f"{server}/a.jsonl.gz"


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("absent.jsonl", SourceError, "nothing there"),
        ("secret.jsonl?token=abc", SourceError, "credentials"),
        ("page", SourceError, "does not say what kind"),
        ("torn.jsonl", CannotEvaluate, "could not be read to its end"),
        ("login.jsonl.gz", SourceError, "a web page instead of the file"),
    ],
)
def test_web_addresses_that_fail(tmp_path: Path, server: str, path: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as error:
        open_corpus(f"{server}/{path}", work=tmp_path / "work")
    assert "abc" not in str(error.value)
    assert not list((tmp_path / "work").iterdir())


def test_what_is_secret_in_a_web_address_is_neither_sent_nor_shown(tmp_path: Path, server: str) -> None:
    with pytest.raises(SourceError, match="user and password in an address are not sent") as error:
        open_corpus(server.replace("//", "//me:abc@") + "/a.jsonl", work=tmp_path / "work")
    assert "abc" not in str(error.value)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket of a real S3 server on loopback."""
    moto = pytest.importorskip("moto.server", reason="needs moto[server]")
    pytest.importorskip("s3fs", reason="needs s3fs")
    import fsspec

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.get_host_and_port()[1]}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    files.mkdir("corpora")
    yield files
    server.stop()


@pytest.mark.cluster
def test_a_bucket(tmp_path: Path, bucket: Any) -> None:
    bucket.pipe("corpora/news/wire/a.txt", b"one")
    bucket.pipe("corpora/news/b.txt", b"two")
    bucket.pipe("corpora/rows/a.jsonl.gz", gzip.compress(b'{"text": "packed"}\n'))
    documents = read_all(open_corpus("s3://corpora/news", work=tmp_path)).documents
    assert documents.select("id", "text", "source").rows() == [("b.txt", "two", None), ("wire/a.txt", "one", "wire")]
    assert texts("s3://corpora/rows/*.jsonl.gz", work=tmp_path) == ["packed"]
    assert texts("s3://corpora/rows/a.jsonl.gz", work=tmp_path) == ["packed"]
    for pattern in ("s3://corpora/rows/?.jsonl.gz", "s3://corpora/rows/[ab].jsonl.gz"):
        assert texts(pattern, work=tmp_path) == ["packed"]
    for absent in ("s3://corpora/absent.jsonl", "s3://absent/x", "s3://corpora/rows/?b.jsonl.gz"):
        with pytest.raises(SourceError, match=re.escape(f"{absent}: nothing there")):
            open_corpus(absent, work=tmp_path)


def test_a_folder_of_another_file_system(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for name, text in {"c/wire/a.txt": "one", "c/b.txt": "two", "c/picture.png": "no"}.items():
        memory.pipe(f"/{name}", text.encode())
    documents = read_all(open_corpus("memory://c", work=tmp_path)).documents
    assert documents.select("id", "source").rows() == [("b.txt", None), ("wire/a.txt", "wire")]
    with pytest.raises(SourceError, match="nothing there"):
        open_corpus("memory://absent", work=tmp_path)
    with pytest.raises(SourceError, match=r"Protocol not known|not known"):
        open_corpus("nosuch://bucket/a.jsonl", work=tmp_path)
    memory.pipe("/d/a.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(CannotEvaluate, match=r"^memory://d: a\.jsonl is a Git LFS"):  # not by the path of the copy
        open_corpus("memory://d", work=tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []


def test_a_dataset_that_fails_on_the_way(tmp_path: Path) -> None:
    import datasets

    def rows() -> Iterator[dict[str, str]]:
        yield {"text": "a"}
        raise OSError("secret text")

    with pytest.raises(CannotEvaluate, match="could not be read further after 1 row ") as error:
        open_corpus(datasets.IterableDataset.from_generator(rows), work=tmp_path)
    assert "secret" not in str(error.value)


def test_a_data_set_of_the_hub_without_a_network(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from corpusqa.corpus import open_corpus\n"
        "from corpusqa.errors import SourceError\n"
        "try: open_corpus('hf://datasets/some/set@main:train', work=Path(sys.argv[1]))\n"
        "except SourceError as error: print(error)"
    )
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], env=offline, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("hf://datasets/some/set@main:train: cannot be opened")


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_a_large_packed_file_is_unpacked_once(tmp_path: Path, torn: bool) -> None:
    packed = gzip.compress(b"".join(b'{"text": "%d"}\n' % (i * 7919) for i in range(20_000)))
    write(tmp_path / "in", {"a.jsonl.gz": packed[:-5000] if torn else packed, "b.jsonl": '{"text": "small"}\n'})
    whole, parts = (open_corpus(tmp_path / "in", work=tmp_path, unit_bytes=size) for size in (1 << 26, 10_000))
    assert (whole.spooled, len(whole.units)) == (None, 1)
    assert parts.spooled is not None
    assert len(parts.units) > 10
    expected, found = read_all(whole), read_all(parts)
    assert found.documents.drop("line").equals(expected.documents.drop("line"))
    assert (found.count, found.unreadable.height) == (expected.count, int(torn))
    remove_spool(parts)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


ELEMENTS = [
    {"text": "é\u2028\\n", "n": [1.5]},
    {"text": "x" * 60},
    7,
    {"id": "]}", "text": '",{"'},
    {"text": "\ud800"},
    None,
    {},
]
ENDS = ["]", " ]\n\n", "", ",", ",\n ", ",]", "] x", ',{"text": "a", "text": "b"}, {"text": "c"}]', ', {"text": "to']


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_says_the_same_in_runs_as_whole(tmp_path: Path, indent: int | None, end: str) -> None:
    rows = [{"text": f"of {n}"} if n % 3 else ELEMENTS[n // 3 % len(ELEMENTS)] for n in range(60)]
    text = json.dumps(rows, indent=indent, ensure_ascii=False).rstrip("\n]") + end
    write(tmp_path, {"a.json": b"\xef\xbb\xbf \n" + text.encode("utf-8", "surrogatepass")})
    whole, *parts = (open_corpus(tmp_path, unit_bytes=size) for size in (1 << 26, 300, 40, 1))
    expected = read_all(whole)
    assert len(whole.units) == 1 < len(parts[0].units) < len(parts[1].units)
    for part in parts:
        found = read_all(part)
        assert found.documents.equals(expected.documents)
        assert found.unreadable.sort("row").equals(expected.unreadable.sort("row"))


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_large_packed_csv_is_unpacked_if_it_is_whole(tmp_path: Path, torn: bool) -> None:
    packed = gzip.compress(b"id,text\n" + b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(20_000)))
    write(tmp_path / "in", {"a.csv.gz": packed[:-5000] if torn else packed})
    whole, parts = (open_corpus(tmp_path / "in", work=tmp_path, unit_bytes=size) for size in (1 << 26, 10_000))
    assert (len(parts.units) > 10) != torn
    expected, found = read_all(whole), read_all(parts)
    assert found.documents.drop("line").equals(expected.documents.drop("line"))
    assert found.unreadable.sort("row").equals(expected.unreadable.sort("row"))
    assert found.unreadable["rest"].sum() == int(torn)


def test_columns_of_csv_are_those_of_all_files(tmp_path: Path) -> None:
    more = "id,text,url,split\n2,good day,https://a.org/x,test\n"
    write(
        tmp_path, {"a.csv": "id,text\n1,hello there\n", "b.csv": more, "c.csv": "key,meaning\n1,x\n", "d.csv": "n,n\n"}
    )
    found = read_all(open_corpus(tmp_path))
    assert found.documents.select("id", "url", "split").rows() == [("1", None, None), ("2", "https://a.org/x", "test")]
    assert found.unreadable.select("file", "line").rows() == [("c.csv", 2), ("d.csv", 1)]


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_copies_that_a_dictionary_holds_once_are_read_in_pieces(tmp_path: Path, kind: pa.DataType) -> None:
    texts = pa.array(["a long text " * 200] * 3000, pa.string()).cast(kind)  # 7 MB of text in a file of 30 kB
    pq.write_table(pa.table({"id": [str(i) for i in range(3000)], "text": texts}), tmp_path / "a.parquet")
    whole, parts = (open_corpus(tmp_path / "a.parquet", work=tmp_path, unit_bytes=size) for size in (1 << 26, 500_000))
    assert len(whole.units) == 1
    assert len(parts.units) == 12
    assert max(unit.bytes for unit in parts.units) < 2 * 500_000
    assert max(parts.read(unit).documents["text"].str.len_bytes().sum() for unit in parts.units) < 2 * 500_000
    assert read_all(whole).documents.equals(read_all(parts).documents)


def test_a_huge_row_group_is_regrouped_once(tmp_path: Path) -> None:
    table = pa.table({"text": [f"{i} " * 50 for i in range(5000)], "n": list(range(5000))})
    pq.write_table(table, tmp_path / "a.parquet", use_dictionary=False)
    whole, parts = (open_corpus(tmp_path / "a.parquet", work=tmp_path, unit_bytes=size) for size in (1 << 26, 100_000))
    assert (len(whole.units), len(parts.units) > 5) == (1, True)
    assert read_all(whole).documents.equals(read_all(parts).documents)
