"""The usual of each title family: how the duties profiles of the reference adverts spread, as counts and quantiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from jdclass.document import Review
from jdclass.model.folder import FamilyUsual

__all__ = ["family_usuals"]


def family_usuals(reviews: Iterable[Review], family_of: Callable[[str], str]) -> dict[str, FamilyUsual]:
    """Means and the 10 and 90% quantiles of the shares of leadership and management words, by title family.

    Reviews that abstain say too little to count. A text that comes twice counts once: adverts are reposted.
    """
    shares: dict[str, list[tuple[float, float]]] = defaultdict(list)
    seen: set[int] = set()
    for review in reviews:
        text = hash(tuple(line.text for line in review.lines))
        if review.match.abstained or text in seen:
            continue
        seen.add(text)
        shares[family_of(review.title)].append((review.duties.leadership, review.duties.management))
    out = {}
    for family, rows in sorted(shares.items()):
        table = np.array(rows)
        low, high = np.quantile(table, [0.1, 0.9], axis=0)
        mean = table.mean(axis=0)
        out[family] = FamilyUsual(
            len(rows),
            round(float(mean[0]), 4),
            round(float(mean[1]), 4),
            round(float(low[0]), 4),
            round(float(high[0]), 4),
            round(float(low[1]), 4),
            round(float(high[1]), 4),
        )
    return out
