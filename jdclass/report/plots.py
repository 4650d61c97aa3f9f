"""The two pictures of the folder page, as static SVG by matplotlib, made to stand inside an HTML page.

They read in grey: counts are printed, the two orientations differ by hatching and side. matplotlib is imported when the
first picture is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["count_grid", "paired_bars"]

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_NAMESPACE = re.compile(r'\sxmlns(?::\w+)?="[^"]*"')
_SETTINGS: Any = {
    "svg.fonttype": "none",  # text stays text: it can be read out and searched
    "svg.hashsalt": "jdclass",  # the same data give the same bytes
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 10.0,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.9,
}


def _inline(figure: Figure, alternative: str) -> str:
    """The figure as an `svg` element for HTML: no document type, metadata, style sheet or name-space addresses."""
    from lxml import etree

    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = etree.fromstring(stream.getvalue(), parser)
    for tag in ("metadata", "style"):
        for element in list(root.iter(f"{_SVG}{tag}")):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for element in root.iter():
        reference = element.attrib.pop(f"{_XLINK}href", None)
        if reference is not None:
            element.set("href", reference)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", alternative)
    root.set("stroke-linejoin", "round")
    return _NAMESPACE.sub("", etree.tostring(root, encoding="unicode")).replace("svg:", "")


def count_grid(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    row_axis: str,
    column_axis: str,
    alternative: str,
) -> str:
    """A grid of counts, the more the darker, each count printed. `counts` is one sequence a row, none negative."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(6.2, 3.9), layout="constrained")
        axes = figure.add_subplot()
        most = max((count for row in counts for count in row), default=0) or 1
        # Rectangles and not an image: they stay sharp in print, and no picture has to be decoded.
        shades = [[count / most for count in row] for row in counts]
        axes.pcolormesh(shades, cmap="Greys", vmin=0, vmax=1.35, edgecolors="0.6", linewidth=0.8)
        for y, row in enumerate(counts):
            for x, count in enumerate(row):
                colour = "white" if count / most > 0.72 else "black"
                axes.text(x + 0.5, y + 0.5, f"{count:,}", ha="center", va="center", color=colour, fontsize=12)
        axes.set_xticks([x + 0.5 for x in range(len(columns))], columns, fontsize=8)
        axes.set_yticks([y + 0.5 for y in range(len(rows))], rows, fontsize=8)
        axes.invert_yaxis()
        axes.set_xlabel(column_axis)
        axes.set_ylabel(row_axis)
        axes.tick_params(length=0)
        return _inline(figure, alternative)


def paired_bars(
    pairs: Sequence[tuple[str, str, int, int]], *, left: str, right: str, axis: str, alternative: str
) -> str:
    """Bars to both sides, the first pair on top: `pairs` are (left label, right label, left count, right count)."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(6.2, 3.9), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(pairs))
        lefts, rights = [pair[2] for pair in pairs], [pair[3] for pair in pairs]
        axes.barh(places, [-count for count in lefts], color="0.35", edgecolor="black", linewidth=0.6, label=left)
        axes.barh(places, rights, color="white", edgecolor="black", linewidth=0.6, hatch="////", label=right)
        most = max([*lefts, *rights, 1])
        for y, (count_left, count_right) in enumerate(zip(lefts, rights, strict=True)):
            axes.text(-count_left - most * 0.03, y, f"{count_left:,}", ha="right", va="center", fontsize=9)
            axes.text(count_right + most * 0.03, y, f"{count_right:,}", ha="left", va="center", fontsize=9)
        axes.set_xlim(-most * 1.3, most * 1.3)
        axes.set_yticks(places, [pair[0] for pair in pairs])
        axes.invert_yaxis()
        other = axes.secondary_yaxis("right")
        other.set_yticks(places, [pair[1] for pair in pairs])
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_xticks([])
        axes.set_xlabel(axis)
        for spine in ("top", "bottom", "left", "right"):
            axes.spines[spine].set_visible(False)
        other.spines["right"].set_visible(False)
        axes.tick_params(length=0)
        other.tick_params(length=0)
        axes.set_title(left, loc="left", fontsize=10, fontweight="bold")
        axes.set_title(right, loc="right", fontsize=10, fontweight="bold")
        return _inline(figure, alternative)
