"""Policies: from configuration to verdicts, and what must never happen on the way."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.config import CleanOptions
from corpusqa.errors import ConfigError, LedgerError, RemovesTooMuch, RuleError
from corpusqa.plugins import find, load, select
from corpusqa.policy import POLICIES, Ledger, judge, make_policy
from corpusqa.scan.describe import describe
from tests.small_scan import CHECKS, scan


def policy(**options):
    """A policy of the given lines alone."""
    empty = {"drop": (), "cut": (), "mask": (), "one_of": (), "prefer": ()}
    return make_policy(CleanOptions(**{**empty, **options}), CHECKS)


def verdicts(found, **options):
    return judge(found, policy(**options))


def table(judged) -> list[tuple[str, str | None, list[str]]]:
    return judged.frame.select("verdict", "reason", "rules").rows()


def dropped(judged) -> list[int]:
    return sorted(judged.frame.filter(pl.col("verdict") == "drop")["doc"])


# Named policies


def test_safe_is_copies_cookie_lines_and_personal_data():
    safe = make_policy(CleanOptions(), CHECKS)
    assert safe.cut == ("cookie_text.notice",)
    assert safe.mask == ("pii.email", "pii.phone", "pii.secret", "pii.private_key")
    assert safe.one_of == ("duplication.exact",)
    assert [p.name.text for p in safe.prefer] == ["boilerplate.ratio", "published", "id"]
    assert (safe.drop, safe.notes) == ((), ())


def test_none_changes_nothing():
    found = scan(
        3, {"boilerplate.ratio": [1.0] * 3}, spans=[(0, 0, 3, "pii.email")], clusters={"duplication.exact": [[0, 1]]}
    )
    judged = judge(found, make_policy(CleanOptions(policy="none"), CHECKS))
    assert table(judged) == [("keep", None, [])] * 3


def test_every_line_of_a_named_policy_is_argued():
    for named in POLICIES.values():
        assert named.about
        for key in ("drop", "cut", "mask", "one_of", "prefer"):
            assert all(why.strip() for why in getattr(named, key).values())


@pytest.mark.parametrize("name", ["safe", "web"])
def test_lines_about_checks_that_do_not_run_are_left_out_and_said(name):
    made = make_policy(CleanOptions(policy=name), {"pii": CHECKS["pii"]})
    assert (made.cut, made.one_of, made.drop) == ((), (), ())
    assert made.mask
    assert f"policy {name}: `cut cookie_text.*` is left out, the check cookie_text is not selected" in made.notes
    assert f"policy {name}: `prefer boilerplate.ratio` is left out, the check boilerplate is not selected" in made.notes
    assert not any("pii" in note for note in made.notes)


def test_a_label_that_a_check_does_not_have_is_left_out_of_a_named_policy_and_said():
    bare = dataclasses.replace(CHECKS["boilerplate"], labels={})
    made = make_policy(CleanOptions(policy="web"), {**CHECKS, "boilerplate": bare})
    assert "policy web: `cut boilerplate.nav` is left out, the check boilerplate does not declare it" in made.notes


def test_web_can_be_used_whole():
    web = make_policy(CleanOptions(policy="web"), CHECKS)
    assert web.notes == ()
    assert len(web.drop) == 5


def test_named_policies_fit_the_checks_that_come_along():
    names = ["boilerplate", "cookie_text", "duplication", "pii", "text"]
    declared = describe([load(found) for found in select(find(), names)])
    for name in POLICIES:
        assert make_policy(CleanOptions(policy=name), declared).notes == ()


def test_a_list_of_the_configuration_replaces_that_of_the_named_policy():
    made = make_policy(CleanOptions(cut=(), drop=("pii.count > 3",)), CHECKS)
    assert (made.cut, len(made.drop), bool(made.mask)) == ((), 1, True)


# What the configuration may say


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"drop": ("pii.cuont > 3",)},
            "[clean] drop: `pii.cuont > 3`: pii has no signal 'cuont'; did you mean pii.count",
        ),
        ({"cut": ("cookie.*",)}, "[clean] cut: 'cookie.*' fits no label of a selected check"),
        ({"cut": ("pii.emial",)}, "did you mean pii.email"),
        ({"mask": ("pii.count",)}, "'pii.count' fits no label of a selected check"),
        ({"mask": ("pii.count",)}, "(pii has email, phone, secret, private_key)"),
        ({"one_of": ("duplication.exat",)}, "'duplication.exat' gives no clusters; did you mean duplication.exact"),
        ({"one_of": ("boilerplate.ratio",)}, "(clusters: duplication.exact, duplication.near)"),
        ({"prefer": ("-boilerplate.rato",)}, "did you mean boilerplate.ratio"),
        ({"prefer": ("publishd",)}, "did you mean published"),
    ],
)
def test_lines_that_name_what_is_not_there(options, words):
    with pytest.raises(RuleError) as raised:
        policy(**options)
    assert words in str(raised.value)


def test_the_place_of_a_line_is_said():
    with pytest.raises(RuleError, match=r"^corpusqa\.toml:4: \[clean\] drop: `x > 3`: "):
        policy(drop=("x > 3",), places={"x > 3": "corpusqa.toml:4"})


def test_an_unknown_policy():
    with pytest.raises(
        ConfigError, match=r"no policy is called 'save'; did you mean safe\? \(known: none, safe, web\)"
    ):
        make_policy(CleanOptions(policy="save"), CHECKS)


def test_columns_of_the_source_are_listed_for_the_reader():
    made = policy(drop=('doc."odd name" > 3 AND doc.meta.score < 1',), prefer=("-doc.stars", "id"))
    assert made.extra_columns == ("meta.score", "odd name", "stars")
    with pytest.raises(RuleError, match=r"the source has no column 'stars'; did you mean star\?"):
        make_policy(CleanOptions(prefer=("doc.stars",)), CHECKS, columns=["star", "text"])


def test_wildcards():
    made = policy(cut=("boilerplate.n*", "cookie_text.*"), mask=("pii.*", "pii.email", "cookie_text.notice"))
    assert made.cut == ("boilerplate.nav", "boilerplate.newsletter", "cookie_text.notice")
    assert made.mask == ("pii.email", "pii.phone", "pii.secret", "pii.private_key")


# Drop rules


def test_every_rule_that_fired_is_kept_and_the_first_is_the_reason():
    found = scan(4, {"boilerplate.ratio": [0.9, 0.9, 0.1, None], "pii.count": [9, 0, 9, None]})
    judged = verdicts(found, drop=("boilerplate.ratio > 0.6", "pii.count > 3"))
    assert table(judged) == [
        ("drop", "boilerplate.ratio > 0.6", ["boilerplate.ratio > 0.6", "pii.count > 3"]),
        ("drop", "boilerplate.ratio > 0.6", ["boilerplate.ratio > 0.6"]),
        ("drop", "pii.count > 3", ["pii.count > 3"]),
        ("keep", None, []),
    ]
    assert judged.rules.rows() == [
        ("boilerplate.ratio > 0.6", "drop", 2, 1, 1),
        ("pii.count > 3", "drop", 2, 1, 1),
    ]


def test_a_rule_written_twice_is_one_rule():
    judged = verdicts(scan(1, {"pii.count": [9]}), drop=("pii.count > 3", " pii.count > 3 "))
    assert judged.rules["only"].to_list() == [1]


def test_the_own_columns_of_the_source():
    found = scan(3)
    made = policy(drop=("doc.score < 3",), mask=("pii.*",))
    judged = judge(found, made, pl.DataFrame({"doc": [2, 0, 1], "score": [1, 5, None]}))
    assert dropped(judged) == [2]
    made = policy(drop=(" doc.score < 3",), places={" doc.score < 3": "corpusqa.toml:4"})
    with pytest.raises(
        RuleError, match=r"^corpusqa\.toml:4: \[clean\] drop: `doc\.score < 3`: .*; did you mean scores"
    ):
        judge(found, made, pl.DataFrame({"doc": [0], "score": [None], "scores": [1]}))


def test_columns_of_the_source_hide_no_field():
    made = policy(drop=("doc.source = 'y' AND source = 'x'",))
    judged = judge(scan({"source": ["x", "y"]}), made, pl.DataFrame({"doc": [0, 1], "source": ["y", "y"]}))
    assert dropped(judged) == [0]


# Cuts and masks


def test_edits_are_the_spans_of_documents_that_stay():
    found = scan(
        4,
        {"pii.count": [0, 9, 0, 0]},
        spans=[
            (0, 0, 5, "pii.email"),
            (0, 7, 9, "cookie_text.notice"),
            (0, None, None, "pii.email"),
            (1, 0, 5, "pii.email"),
            (2, 3, 4, "boilerplate.nav"),
        ],
    )
    judged = verdicts(found, drop=("pii.count > 3",), cut=("cookie_text.*",), mask=("pii.*",))
    assert judged.frame["verdict"].to_list() == ["edit", "drop", "keep", "keep"]
    assert judged.edits.rows() == [(0, 0, 5, "pii.email", "mask"), (0, 7, 9, "cookie_text.notice", "cut")]


def test_what_is_cut_is_not_masked():
    found = scan(1, spans=[(0, 0, 5, "pii.email"), (0, 6, 9, "pii.phone")])
    judged = verdicts(found, cut=("pii.email",), mask=("pii.*",))
    assert judged.edits["action"].to_list() == ["cut", "mask"]


def test_documents_without_text_after_their_edits_are_dropped():
    found = scan(3, spans=[(0, 0, 5, "pii.email"), (1, 0, 5, "pii.email")])
    judged = verdicts(found, cut=("pii.*",)).with_empty([1, 2])
    assert table(judged)[1] == ("drop", "empty after edits", ["empty after edits"])
    assert judged.frame["verdict"].to_list() == ["edit", "drop", "keep"]  # the third had nothing to edit
    assert judged.edits["doc"].to_list() == [0]
    assert ("empty after edits", "edits", 1, 1, 0) in judged.rules.rows()
    assert judged.with_empty([]).rules.height == judged.rules.height


# Documents that were not measured


@pytest.mark.parametrize(
    ("options", "held"),
    [
        ({"drop": ("pii.count > 3",)}, True),
        ({"mask": ("pii.*",)}, True),
        ({"cut": ("pii.email",)}, True),
        ({"one_of": ("duplication.exact",)}, False),
        ({"drop": ("boilerplate.ratio > 3",), "prefer": ("pii.count",)}, False),
        ({}, False),
    ],
)
def test_documents_on_which_a_named_check_failed_are_held_back(options, held):
    found = scan(2, failures=[(1, "pii"), (1, "language")])
    judged = verdicts(found, **options)
    assert table(judged)[1] == (("drop", "not measured", ["not measured"]) if held else ("keep", None, []))
    assert [row[:4] for row in judged.rules.rows() if row[1] == "held back"] == (
        [("not measured", "held back", 1, 1)] if held else []
    )


def test_held_back_documents_can_be_allowed_and_that_is_said():
    found = scan(2, failures=[(1, "pii")])
    judged = judge(found, policy(mask=("pii.*",)), allow_incomplete=True)
    assert dropped(judged) == []
    assert judged.notes == ("1 documents on which a check failed are judged as if it had found nothing",)
    assert judge(scan(2), policy(mask=("pii.*",)), allow_incomplete=True).notes == ()


# One of each cluster


def test_one_of_each_cluster_stays_the_smallest_value_first():
    found = scan(
        5, {"boilerplate.ratio": [0.5, 0.1, None, 0.3, 0.3]}, clusters={"duplication.exact": [[0, 1, 2], [3, 4]]}
    )
    judged = verdicts(found, one_of=("duplication.exact",), prefer=("boilerplate.ratio",))
    assert dropped(judged) == [0, 2, 4]
    assert table(judged)[0] == ("drop", "one_of duplication.exact", ["one_of duplication.exact"])
    assert judged.rules.rows() == [("one_of duplication.exact", "one_of", 3, 3, 0)]


@pytest.mark.parametrize(
    ("prefer", "stays"),
    [
        ((), 0),
        (("id",), 0),
        (("-id",), 3),
        (("boilerplate.ratio",), 1),
        (("-boilerplate.ratio",), 0),  # null is last in either direction
        (("published",), 2),
        (("-published",), 1),
        (("language.label", "-boilerplate.ratio"), 0),
        (("-chars",), 0),
        (("language.label", "published"), 1),
    ],
)
def test_preferences(prefer, stays):
    found = scan(
        {"published": ["2021", "2022-01-01", "2020-05-05T00:00:00Z", None]},
        {"boilerplate.ratio": [0.9, 0.1, 0.2, None], "language.label": ["de", "de", None, None]},
        clusters={"duplication.exact": [[0, 1, 2, 3]]},
    )
    judged = verdicts(found, one_of=("duplication.exact",), prefer=prefer)
    assert dropped(judged) == [doc for doc in range(4) if doc != stays]


def test_the_survivor_is_chosen_after_all_drop_rules():
    found = scan(
        3, {"boilerplate.ratio": [0.0, 0.5, 0.6], "pii.count": [9, 0, 0]}, clusters={"duplication.exact": [[0, 1, 2]]}
    )
    judged = verdicts(found, drop=("pii.count > 3",), one_of=("duplication.exact",), prefer=("boilerplate.ratio",))
    assert [reason for _, reason, _ in table(judged)] == ["pii.count > 3", None, "one_of duplication.exact"]


def test_documents_that_were_not_measured_are_no_survivors():
    found = scan(2, clusters={"duplication.exact": [[0, 1]]}, failures=[(0, "pii")])
    assert dropped(verdicts(found, mask=("pii.*",), one_of=("duplication.exact",))) == [0]


@pytest.mark.parametrize("split", ["validation", "test", "TEST", "dev", "val", "test_2", "dev-small", "validation.de"])
def test_a_held_out_row_is_never_removed_in_favour_of_a_training_row(split):
    found = scan(
        {"split": ["train", split, None]},
        {"boilerplate.ratio": [0.0, 0.9, 0.0]},
        clusters={"duplication.exact": [[0, 1, 2]]},
    )
    assert dropped(verdicts(found, one_of=("duplication.exact",), prefer=("boilerplate.ratio",))) == [0, 2]


@pytest.mark.parametrize("split", ["train", "training", "devices", "testimonials", None])
def test_other_splits_are_for_training(split):
    found = scan({"split": ["train", split]}, clusters={"duplication.exact": [[0, 1]]})
    assert dropped(verdicts(found, one_of=("duplication.exact",))) == [1]


def test_kinds_of_clusters_take_their_turn():
    found = scan(4, clusters={"duplication.exact": [[0, 1]], "duplication.near": [[1, 2, 3]]})
    judged = verdicts(found, one_of=("duplication.exact", "duplication.near"))
    assert [reason for _, reason, _ in table(judged)] == [
        None,
        "one_of duplication.exact",
        None,
        "one_of duplication.near",
    ]


# Decisions by hand


def decided(tmp_path, text, found, **options):
    file = tmp_path / "takedown.csv"
    file.write_text(text, encoding="utf-8")
    return verdicts(found, decisions=(str(file),), **options)


def test_decisions_win_over_every_rule(tmp_path):
    found = scan(
        6,
        {"pii.count": [9, 9, 0, 0, 0, 0]},
        clusters={"duplication.exact": [[2, 3], [4, 5]]},
        failures=[(1, "pii")],
        spans=[(1, 0, 5, "pii.email")],
    )
    judged = decided(
        tmp_path,
        "id,decision,reason\nd1,keep,wanted\nd3,keep,\nd4,drop,court order\n",
        found,
        drop=("pii.count > 3",),
        one_of=("duplication.exact",),
        mask=("pii.*",),
    )
    assert table(judged) == [
        ("drop", "pii.count > 3", ["pii.count > 3"]),
        ("edit", "decision", ["pii.count > 3", "not measured"]),  # kept, and still masked
        ("drop", "one_of duplication.exact", ["one_of duplication.exact"]),
        ("keep", None, []),
        ("drop", "decision", ["decision"]),
        ("keep", None, []),
    ]
    assert judged.decisions.rows() == [
        ("takedown.csv:2", "keep", "wanted", 1),
        ("takedown.csv:3", "keep", None, 1),
        ("takedown.csv:4", "drop", "court order", 1),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("d1,,,", [1]),
        ("x,,,", [3, 4]),  # the id of the source, which two rows share
        ("x#000000000000,,,", [3]),
        ("row:5,,,", [5]),  # as a private id is shown
        (",https://a.example.org/1,,", [0]),
        (",,example.org,", [0, 1]),
        (",,a.example.org,", [0]),
        (",,EXAMPLE.org.,", [0, 1]),
        (",,ample.org,", []),
        (",,org,", [0, 1, 2]),
        (",,," + f"{2:032x}", [2]),
        ("d1,,example.org,", [1]),  # all of it has to fit
        ("d2,,example.org,", []),
    ],
)
def test_what_a_decision_means(tmp_path, line, expected):
    found = scan(
        {
            "id": ["d0", "d1", "d2", "x#000000000000", "x#000000000000-2", "mail@example.org"],
            "id_private": [False] * 5 + [True],
            "url": [
                "https://a.example.org/1",
                "http://user@B.Example.org:8080/x?y",
                "https://other.org#frag",
                None,
                "not a url",
                None,
            ],
            "digest": [f"{n:032x}" for n in (0, 1, 2)] + ["0" * 32, "0" * 32, "f" * 32],
        }
    )
    judged = decided(tmp_path, f"id,url,domain,digest,decision\n{line},drop\n", found)
    assert dropped(judged) == expected


def test_drop_wins_over_keep(tmp_path):
    found = scan({"url": ["https://example.org/a", "https://example.org/b"]})
    judged = decided(tmp_path, "id,domain,decision\n,example.org,drop\nd0,,keep\n", found)
    assert dropped(judged) == [0, 1]
    said = "1 of 2 decisions by hand keep documents that another one drops, and drop wins: takedown.csv:3"
    assert judged.notes == (said,)


def test_undecided_lines_wait_and_unmatched_ones_are_reported(tmp_path):
    text = 'id,excerpt,decision,reason\nd0,"a, b",,\nnobody,,drop,\nd1,,DROP,\n'
    judged = decided(tmp_path, text, scan(2))
    assert dropped(judged) == [1]
    assert judged.notes == ("1 of 2 decisions by hand match no document: takedown.csv:3",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "takedown.csv:1: the columns are none"),
        ("id,reason\nd0,x\n", "takedown.csv:1: the columns are id, reason; a file of decisions needs `decision`"),
        ("decision,reason\ndrop,x\n", "one of id, url, domain, digest"),
        ("id,decision\nd0,remove\n", "takedown.csv:2: decision is 'remove'; write keep or drop"),
        ("id,decision\n,drop\n", "takedown.csv:2: names no document"),
        ("id,decision\nd0,drop,x,y\n", "takedown.csv:2: more fields than columns"),
        ("domain,decision\nhttps://example.org/,drop\n", "takedown.csv:2: 'https://example.org/' is no domain"),
        ('id,decision\n"d0,drop\n', "not valid CSV"),
        ("digest,decision\nabc,drop\n", "takedown.csv:2: a digest has 32 hex digits"),
    ],
)
def test_files_of_decisions_that_are_wrong(tmp_path, text, words):
    with pytest.raises(ConfigError) as raised:
        decided(tmp_path, text, scan(1))
    assert words in str(raised.value)


def test_missing_and_foreign_files_of_decisions(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        verdicts(scan(1), decisions=(str(tmp_path / "none.csv"),))
    (tmp_path / "latin.csv").write_bytes(b"id,decision\n\xff,drop\n")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 12"):
        verdicts(scan(1), decisions=(str(tmp_path / "latin.csv"),))


# The alarm


def test_a_rule_that_drops_more_than_half_of_a_source_stops_clean():
    found = scan({"source": ["big"] * 200 + ["small"] * 199}, {"pii.count": [9] * 101 + [0] * 99 + [9] * 199})
    judged = verdicts(found, drop=("pii.count > 3", "pii.count > 10"))
    assert judged.alarms.rows() == [("pii.count > 3", "big", "big", 200, 101)]
    with pytest.raises(
        RemovesTooMuch, match=r"`pii.count > 3` would drop 101 of 200 documents of the source 'big'"
    ) as raised:
        judged.refuse_alarms()
    assert raised.value.exit_code == 1


def test_the_alarm_does_not_show_a_private_source():
    private = {"source": ["jane@example.org"] * 200, "source_private": [True] * 200, "number": range(7, 207)}
    judged = verdicts(scan(private, {"pii.count": [9] * 200}), drop=("pii.count > 3",))
    with pytest.raises(RemovesTooMuch, match="'source:7'") as raised:
        judged.refuse_alarms()
    assert "jane" not in str(raised.value)


def test_half_is_no_alarm_and_the_share_can_be_set():
    found = scan(200, {"pii.count": [9] * 100 + [0] * 100})
    verdicts(found, drop=("pii.count > 3",)).refuse_alarms()
    strict = verdicts(found, drop=("pii.count > 3",), alarm_share=0.4)
    assert strict.alarms.rows() == [("pii.count > 3", None, None, 200, 100)]
    verdicts(scan(200, {"pii.count": [9] * 200}), drop=("pii.count > 3",), alarm_share=1.0).refuse_alarms()


def test_a_check_that_fails_on_most_documents_raises_the_alarm():
    judged = verdicts(scan(200, failures=[(doc, "pii") for doc in range(150)]), mask=("pii.*",))
    assert judged.alarms["rule"].to_list() == ["not measured"]


def test_copies_raise_no_alarm():
    verdicts(
        scan(300, clusters={"duplication.exact": [list(range(300))]}), one_of=("duplication.exact",)
    ).refuse_alarms()


# The ledger


def test_the_ledger_balances():
    found = scan(4, {"pii.count": [9, 0, 0, 0]}, spans=[(1, 0, 5, "pii.email")], unreadable=2)
    ledger = Ledger.of(found, verdicts(found, drop=("pii.count > 3",), mask=("pii.*",)))
    assert ledger.checked() == Ledger(read=6, kept=2, edited=1, dropped=1, unreadable=2)


@pytest.mark.parametrize("ledger", [Ledger(6, 2, 1, 1, 1), Ledger(6, 2, 1, 1, 3), Ledger(0, 1, -1, 0, 0)])
def test_a_ledger_that_does_not_balance_is_refused(ledger):
    with pytest.raises(LedgerError, match="please report it"):
        ledger.checked()


# Laws


_HALVES = ("duplication.exact", "duplication.near")
_SPLITS = ("train", "test", None)


@st.composite
def worlds(draw):
    height = draw(st.integers(0, 12))
    docs = list(range(height))

    def column(values):
        return draw(st.lists(values, min_size=height, max_size=height))

    def groups():
        places = column(st.integers(0, 3))
        found = [[doc for doc in docs if places[doc] == n] for n in range(3)]
        return [members for members in found if len(members) > 1]

    return scan(
        {"split": column(st.sampled_from(_SPLITS)), "source": column(st.sampled_from(["a", None]))} if height else 0,
        {
            "boilerplate.ratio": column(st.sampled_from([0.1, 0.9, None])),
            "pii.count": column(st.sampled_from([0, 9, None])),
        },
        spans=[(doc, 0, 3, "pii.email") for doc in docs if draw(st.booleans())],
        clusters={half: groups() for half in _HALVES},
        failures=[(doc, "pii") for doc in docs if draw(st.integers(0, 9)) == 0],
        unreadable=draw(st.integers(0, 2)),
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(worlds(), st.sampled_from([(), ("boilerplate.ratio",), ("-id",)]))
def test_laws_of_every_verdict(found, prefer):
    judged = verdicts(
        found, drop=("boilerplate.ratio > 0.6", "pii.count > 3"), mask=("pii.*",), one_of=_HALVES, prefer=prefer
    )
    Ledger.of(found, judged).checked()
    assert judged.frame["doc"].to_list() == found.documents["doc"].to_list()
    fired = dict(judged.frame.select("doc", "rules").iter_rows())
    for verdict, reason, rules in table(judged):
        assert (verdict == "drop") == bool(rules)
        assert reason == (rules[0] if rules else None)
    split = dict(found.documents.select("doc", "split").iter_rows())
    for turn, half in enumerate(_HALVES):
        still_possible = {f"one_of {later}" for later in _HALVES[turn:]}
        for _, members in found.clusters.filter(pl.col("half") == half).group_by("cluster"):
            stood = [doc for doc in members["doc"] if set(fired[doc]) <= still_possible]
            stayed = [doc for doc in stood if f"one_of {half}" not in fired[doc]]
            assert len(stayed) == min(1, len(stood))
            if any(split[doc] == "test" for doc in stood):
                assert split[stayed[0]] == "test"
