"""What only many documents together show, from frames as a finished scan has them."""

from __future__ import annotations

import datetime as dt

import polars as pl
from corpusqa_checks.dates.across import claims_of_copies, orders_of_sources, piled_dates

DAY = dt.date(2024, 3, 1)


def scan(claims: list[dt.date | None], **columns: list[str | None]) -> pl.DataFrame:
    count = len(claims)
    return pl.DataFrame(
        {
            "doc": range(count),
            "id": [str(n) for n in range(count)],
            "source": columns.pop("source", ["wire"] * count),
            "split": [None] * count,
            "dates.claimed": claims,
            "dates.claimed_from": ["metadata"] * count,
            **columns,
        },
        schema_overrides={"dates.claimed": pl.Date, "split": pl.String},
    )


def spread(count: int) -> list[dt.date | None]:
    return [DAY + dt.timedelta(days=n) for n in range(count)]


def test_a_source_that_piles_up_on_one_day() -> None:
    found = piled_dates().fn(scan([*spread(40), *[DAY] * 30]))

    assert sorted(found["doc"]) == [0, *range(40, 70)]
    assert set(found["why"]) == {"31 of 70 dated documents of this source claim 2024-03-01"}


def test_first_days_of_january() -> None:
    years = [dt.date(year, 1, 1) for year in range(2000, 2020)]
    found = piled_dates().fn(scan([*spread(60), *years]))

    assert sorted(found["doc"]) == list(range(60, 80))
    assert set(found["why"]) == {"20 of 80 dated documents of this source claim a first of January"}


def test_few_documents_and_spread_dates_say_nothing() -> None:
    assert piled_dates().fn(scan([DAY] * 49)).is_empty()
    assert piled_dates().fn(scan(spread(80))).is_empty()


def test_sources_are_judged_apart() -> None:
    source = ["wire"] * 60 + ["gazette"] * 60
    found = piled_dates().fn(scan([*[DAY] * 60, *spread(60)], source=source))

    assert sorted(found["doc"]) == list(range(60))


def test_copies_that_claim_different_days() -> None:
    later = DAY + dt.timedelta(days=90)
    clusters = ["a", "a", "b", "b", None, "c"]
    claims = [DAY, later, DAY, DAY + dt.timedelta(days=20), later, None]
    found = claims_of_copies().fn(scan(claims, **{"duplication.near": clusters}))

    assert found.sort("doc").select("doc", "label").rows() == [(0, "copies_disagree"), (1, "copies_disagree")]
    assert found.sort("doc")["why"][0] == "claims 2024-03-01; copies of it claim 2024-03-01 to 2024-05-30"


def test_without_clusters_there_are_no_copies() -> None:
    assert claims_of_copies().fn(scan([DAY, DAY])).is_empty()


def test_a_source_settles_the_order_of_its_other_documents() -> None:
    shown = ["day_first"] * 12 + [None, None] + ["month_first"] * 12 + [None] + ["day_first", None]
    frame = scan(
        [None] * 29,
        source=["wire"] * 14 + ["gazette"] * 13 + ["small"] * 2,
        **{"dates.order_shown": shown},
    ).with_columns(pl.Series("dates.order_open", [0] * 12 + [2, 0] + [0] * 12 + [1] + [0, 1]))

    assert orders_of_sources().fn(frame).rows() == [(12, "day_first"), (26, "month_first")]


def test_a_source_that_shows_both_orders_settles_nothing() -> None:
    frame = scan([None] * 21, **{"dates.order_shown": [*["day_first", "month_first"] * 10, None]})
    frame = frame.with_columns(pl.Series("dates.order_open", [0] * 20 + [1]))

    assert orders_of_sources().fn(frame)["source_order"].to_list() == [None]
