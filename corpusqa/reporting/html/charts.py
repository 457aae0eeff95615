"""Geometry of the charts: rectangles and lines as numbers, which the template draws as SVG."""

from __future__ import annotations

from typing import Any

from corpusqa.reporting.words import counted, number

WIDTH, HEIGHT = 320.0, 72.0
BAR_WIDTH, BAR_HEIGHT = 220.0, 14.0
FLOW_WIDTH, FLOW_HEIGHT = 640.0, 190.0
STACK_WIDTH, SHARE_WIDTH = 1000.0, 120.0
LEAST = 2.0  # what there is can be seen, however little


def bins(histogram: dict[str, Any]) -> list[dict[str, Any]]:
    """Bars of a histogram of numbers: `x`, `y`, `width`, `height`, `title`, in a box of WIDTH by HEIGHT.

    An empty bin has no bar and a bin with one document a visible one.
    """
    counts, edges = histogram["counts"], histogram["edges"]
    step, most = WIDTH / len(counts), max(counts)
    return [
        {
            "x": round(at * step + 0.5, 2),
            "width": round(max(step - 1, 1), 2),
            "height": round(max(HEIGHT * count / most, 1.5), 2),
            "y": round(HEIGHT - max(HEIGHT * count / most, 1.5), 2),
            "title": f"{_range(edges[at], edges[at + 1])}: {counted(count, 'document')}",
        }
        for at, count in enumerate(counts)
        if count
    ]


def _range(low: float, high: float) -> str:
    """The values of a bin: one where it is a single whole number, else both ends."""
    if high - low == 1 and low % 1 == 0.5:
        return number(low + 0.5)
    return f"{number(low)} to {number(high)}"


def ends(histogram: dict[str, Any]) -> tuple[str, str]:
    """What stands at both ends of the axis."""
    low, high = histogram["edges"][0], histogram["edges"][-1]
    whole = low % 1 == 0.5 and high % 1 == 0.5 and high - low == len(histogram["counts"])
    return (number(low + 0.5), number(high - 0.5)) if whole else (number(low), number(high))


def bars(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Horizontal bars: each value with its `width` of BAR_WIDTH."""
    most = max((row["documents"] for row in values), default=1) or 1
    return [{**row, "width": round(max(BAR_WIDTH * row["documents"] / most, 1.5), 2)} for row in values]


def bullet(row: dict[str, Any]) -> dict[str, float] | None:
    """A limit as a bullet chart: width of the `value` bar and place of the `limit` mark, of BAR_WIDTH.

    The axis begins at zero and ends a quarter beyond the larger of the two; negative numbers have no chart.
    """
    value, limit = row["value"], row["limit"]
    if row["op"] not in ("max", "min") or value is None or value < 0 or limit < 0:
        return None
    end = max(value, limit) * 1.25 or 1.0
    return {"value": round(BAR_WIDTH * value / end, 2), "limit": round(BAR_WIDTH * limit / end, 2)}


def stack(ledger: dict[str, int]) -> list[dict[str, Any]]:
    """The ledger as one bar of STACK_WIDTH: `name`, `rows`, `x`, `width`; nothing that has rows is invisible."""
    parts = [(name, ledger[name]) for name in ("kept", "edited", "dropped", "unreadable") if ledger[name]]
    widths = [max(STACK_WIDTH * rows / max(ledger["read"], 1), LEAST * 2) for _, rows in parts]
    scale, x, drawn = STACK_WIDTH / (sum(widths) or 1.0), 0.0, []
    for (name, rows), width in zip(parts, widths, strict=True):
        drawn.append({"name": name, "rows": rows, "x": round(x, 2), "width": round(width * scale, 2)})
        x += width * scale
    return drawn


def share(part: float, whole: float) -> float:
    """Width of a bar of SHARE_WIDTH that shows a part of a whole."""
    return round(max(SHARE_WIDTH * part / whole, LEAST), 2) if part and whole else 0.0


def flow(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The ledger as a flow: bands from the rows that were read to what became of them.

    Returns:
        Bands from top to bottom: `name`, `kind`, `rows`, `top` and `height` at the left edge, `to` and `height` at the
        right edge, where bands stand apart so that their names have room.
    """
    ledger, reasons = report["ledger"], report["reasons"]
    parts = [("kept", "kept", ledger["kept"]), ("edited", "edited", ledger["edited"])]
    parts += [(f"dropped: {row['reason']}", "dropped", row["documents"]) for row in reasons[:5]]
    rest = ledger["dropped"] - sum(row["documents"] for row in reasons[:5])
    parts += [("dropped: other reasons", "dropped", rest), ("unreadable", "unreadable", ledger["unreadable"])]
    parts = [part for part in parts if part[2] > 0]
    gap = 18.0
    scale = (FLOW_HEIGHT - gap * len(parts)) / max(ledger["read"], 1)
    top, to, bands = gap * len(parts) / 2, gap / 2, []
    for name, kind, rows in parts:
        height = max(rows * scale, 1.0)
        bands.append(
            {"name": name, "kind": kind, "rows": rows, "top": round(top, 2), "to": round(to, 2),
             "height": round(height, 2)}
        )  # fmt: skip
        top, to = top + rows * scale, to + height + gap
    return bands
