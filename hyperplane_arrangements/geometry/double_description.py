"""Extreme rays by double description, over any numbers with an order: for those that are not rational."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ..exact import exact_matrix
from ..exact.rational import independent_rows
from ..exact.rows import Row, inner, primitive
from .directions import null_vectors


def extreme_rays(normals: Sequence[Row]) -> list[Row]:
    """Return the extreme rays of the cone `{u : normals u >= 0}`, as primitive rows.

    Two rays of the cone so far span an edge if no third ray is on all the hyperplanes that both are on:
    Motzkin, Raiffa, Thompson and Thrall (1953), The double description method.

    Args:
        normals: rows that span their space.

    Returns:
        The rays; none if there is no point but 0.

    Example:
        >>> extreme_rays([(1, 0), (1, -1), (2, 1)])
        [(1, 1), (1, -2)]
    """
    chosen = independent_rows(exact_matrix(normals))
    rays = [(_beside(normals, chosen, k), {*chosen} - {k}) for k in chosen]
    for k, normal in enumerate(normals):
        if k in chosen:
            continue
        values = [inner(normal, ray) for ray, _ in rays]
        kept = [(ray, on | {k} if not v else on) for (ray, on), v in zip(rays, values, strict=True) if v >= 0]
        for i, j in combinations(range(len(rays)), 2):
            common = rays[i][1] & rays[j][1]
            opposite = values[i] * values[j] < 0
            if opposite and not any(common <= rays[m][1] for m in range(len(rays)) if m not in (i, j)):
                sizes = abs(values[j]), abs(values[i])
                pairs = zip(rays[i][0], rays[j][0], strict=True)
                kept.append((primitive([sizes[0] * x + sizes[1] * y for x, y in pairs]), common | {k}))
        rays = kept
    return [ray for ray, _ in rays]


def _beside(normals: Sequence[Row], chosen: Sequence[int], k: int) -> Row:
    """The ray that is on all the chosen hyperplanes but one, on the positive side of that."""
    others = np.array([[normals[i] for i in chosen if i != k]], dtype=object)
    (ray,) = null_vectors(others.reshape(1, len(chosen) - 1, len(chosen))).tolist()
    return primitive(ray if inner(normals[k], ray) > 0 else [-x for x in ray])
