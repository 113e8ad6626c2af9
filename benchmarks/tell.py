"""From measurements to a page of tables and plots: Markdown and SVG, by hand and without scripts."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterable, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from peers import PEERS

DOCS = Path(__file__).parent.parent / "docs"
Row = dict[str, Any]

CASES = {
    "uniform": "scores that have nothing to do with one another",
    "likert": "closeness of answers of 1 to 5 to ten questions, as real programmes have them",
    "ties": "multiples of a twentieth",
    "popular": "everybody would like the same mentors",
    "rank1": "products of a number of the mentee and one of the mentor",
    "constant": "one score for all",
    "block": "scores that depend on twenty groups of each side alone",
    "people": "whole people, whom mentormatch scores itself; peers get the finished scores",
    "places": "answers of 1 to 5; mentors with 1 to 5 places, three times as many mentees",
}

_COLOURS = ("#b0321e", "#1f6f8b", "#5b8c2a", "#8a5aa8", "#c98a1b", "#3c5a99", "#7a7a7a")
_LARGE = 500
"""People from which exponents are fitted: below, calls themselves are what takes time."""


def machine() -> str:
    """Describe this machine, without its name."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.split(":", 1)[1].strip() for line in info.read_text("utf-8").splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("numpy", "scipy", "numba", "lapx", "lapjv", "ortools", "networkx", "POT", "mentor-match", "matching")
    versions = ", ".join(f"{name} {found}" for name in packages if (found := _version(name)))
    python = f"Python {platform.python_version()} on {platform.system()}"
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB of memory; {python}; {versions}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def exponent(rows: Sequence[Row]) -> float | None:
    """Fit seconds = a · people^b to the larger sizes, and return b; None below three of them."""
    large = [row for row in rows if row["people"] >= _LARGE]
    if len(large) < 3:
        return None
    x, y = (np.log([row[name] for row in large]) for name in ("people", "seconds"))
    return float(np.polyfit(x, y, 1)[0])


def of(rows: Iterable[Row], **values: Any) -> list[Row]:
    """Return the rows that have these values."""
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def table(rows: Sequence[Row], name: str) -> list[str]:
    """Return a table of one case: a line a peer, a column a size."""
    sizes = sorted({row["people"] for row in rows})
    fitted = name == "seconds"
    lines = ["| | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |" * fitted + " |" * (not fitted)]
    lines.append("|---" + "|---:" * (len(sizes) + fitted) + "|")
    best = {size: min(row[name] for row in of(rows, people=size) if PEERS[row["peer"]].exact) for size in sizes}
    for peer in PEERS:
        own = {row["people"]: row[name] for row in of(rows, peer=peer)}
        if not own:
            continue
        cells = [_cell(own.get(size), best[size], seconds=fitted) for size in sizes]
        if fitted:
            power = exponent(of(rows, peer=peer))
            cells.append("" if power is None else f"{power:.2f}")
        lines.append(f"| {peer} | " + " | ".join(cells) + " |")
    return lines


def _cell(value: float | None, best: float, *, seconds: bool) -> str:
    if value is None:
        return "–"
    text = f"{value:.3g}" if seconds and value < 100 else f"{value:.0f}"
    return f"**{text}**" if seconds and value <= best else text


def verdicts(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """Say where mentormatch is faster than every exact peer, and where it is not, size by size."""
    wins, losses = [], []
    for case in CASES:
        for size in sorted({row["people"] for row in of(rows, case=case)}):
            here = of(rows, case=case, people=size)
            own = of(here, peer="mentormatch")
            others = [row for row in here if row["peer"] != "mentormatch" and PEERS[row["peer"]].exact]
            if not own or not others:
                continue
            best = min(others, key=lambda row: row["seconds"])
            mine = own[0]["seconds"]
            line = f"{case} at {size:,}: {mine:.3g} s, {best['peer']} {best['seconds']:.3g} s"
            if mine <= best["seconds"]:
                wins.append(f"{line} ({best['seconds'] / mine:.1f} times)")
            else:
                losses.append(f"{line} ({mine / best['seconds']:.1f} times slower)")
    return wins, losses


def plot(rows: Sequence[Row], title: str) -> str:
    """Return an SVG of seconds by people, both logarithmic."""
    width, height, left, top, right, bottom = 720, 420, 62, 34, 170, 44
    xs, ys = [row["people"] for row in rows], [max(row["seconds"], 1e-5) for row in rows]
    x0, x1 = math.log10(min(xs)), max(math.log10(max(xs)), math.log10(min(xs)) + 0.1)
    y0, y1 = math.floor(math.log10(min(ys))), max(math.ceil(math.log10(max(ys))), math.floor(math.log10(min(ys))) + 1)

    def at(people: float, seconds: float) -> tuple[float, float]:
        across = left + (math.log10(people) - x0) / (x1 - x0) * (width - left - right)
        return across, top + (y1 - math.log10(max(seconds, 1e-5))) / (y1 - y0) * (height - top - bottom)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/><g font-family="sans-serif">',
        f'<text x="{left}" y="20" font-size="14" fill="#222222">{escape(title)}</text>',
    ]
    for power in range(y0, y1 + 1):
        y = at(xs[0], 10.0**power)[1]
        out.append(f'<path d="M{left} {y:.1f}H{width - right}" stroke="#dddddd"/>')
        out.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">{10.0**power:g} s</text>')
    for size in sorted(set(xs)):
        x = at(size, 1)[0]
        out.append(f'<path d="M{x:.1f} {top}V{height - bottom}" stroke="#eeeeee"/>')
        out.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle" fill="#444444">{size:,}</text>')
    ends: list[tuple[float, str, str]] = []
    for number, peer in enumerate(PEERS):
        own = sorted(of(rows, peer=peer), key=lambda row: row["people"])
        if not own:
            continue
        colour = _COLOURS[number % len(_COLOURS)]
        points = [at(row["people"], row["seconds"]) for row in own]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        thick, dash = (3, "") if peer == "mentormatch" else (1.5, ' stroke-dasharray="5 3"' * (number >= len(_COLOURS)))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{thick}"{dash}/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points]
        ends.append((points[-1][1], peer, colour))
    y = float(top)
    for end, peer, colour in sorted(ends):
        y = max(end + 4, y + 14)
        out.append(f'<text x="{width - right + 10}" y="{y:.1f}" fill="{colour}">{escape(peer)}</text>')
    return "\n".join((*out, "</g></svg>")) + "\n"


def busy(rows: Sequence[Row]) -> str:
    """Say how busy the machine was while it measured: a case shares its cores with whatever else runs."""
    loads = [row["load"] for row in rows if "load" in row]
    if not loads:
        return "how busy the machine was is not known"
    return f"between {min(loads):.1f} and {max(loads):.1f} processes wanted a core, the measured one among them"


def write(rows: Sequence[Row], mode: str, remark: str = "") -> None:
    """Write the page, the plots and the numbers themselves; a remark stands below what was measured on."""
    static = DOCS / "_static"
    lines = [_HEAD.format(machine=machine(), busy=busy(rows), mode=mode).rstrip(), ""]
    lines += [remark, ""] * bool(remark)
    wins, losses = verdicts(rows)
    for title, found in (("Where it is slower than the best peer", losses), ("Where it is faster than all", wins)):
        lines += [f"## {title}", "", *(f"- {one}" for one in found or ["nowhere"]), ""]
    for case, words in CASES.items():
        own = of(rows, case=case)
        if not own:
            continue
        name = f"bench-{case}.svg"
        (static / name).write_text(plot(own, f"{case}: {words}"), "utf-8")
        lines += [f"## {case}", "", f"{words[0].upper()}{words[1:]}. Seconds, the best of each size in bold:", ""]
        lines += [*table(own, "seconds"), "", f"![Seconds by people, {case}](../_static/{name})", ""]
        lines += ["Memory, MB beside the matrix:", "", *table(own, "own"), ""]
    remarks = [f"- **{name}**: {peer.remark}." for name, peer in PEERS.items() if peer.remark]
    lines += ["## Remarks on the peers", "", *remarks]
    (DOCS / "explanation" / "benchmarks.md").write_text("\n".join(lines) + "\n", "utf-8")
    (DOCS / "_static" / "benchmarks.json").write_text(json.dumps(list(rows), indent=0) + "\n", "utf-8")


_HEAD = """# Benchmarks

mentormatch beside its peers, on the same data in the same run. Written by
`python benchmarks/bench_peers.py {mode} --write`; `make bench` measures again on your machine.

Peers get the finished matrix of scores and give pairs. mentormatch takes the same matrix and gives a matching that
is proven optimal over all pairs, whose ties fall the same way whatever the order of people, and that is ready to be
handed on: its times include all that. Each case runs in a process of its own, three times, of which the least
counts, with libraries imported and compiled code loaded. A peer is measured up to the size where it takes a minute,
or half of the memory.

Measured on: {machine}. While it measured, {busy}.
"""
