"""Where each node is drawn: the same graph has the same picture on every run and on every machine.

Each component is laid out on its own, because one node without edges squeezes all others into a corner, then the
components are packed row by row and labels pushed apart. Pure: knows no pixel, no colour and no table.
"""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Shape (nodes, 2): x to the right, y down."""

SEED = 7
SPRING_UP_TO = 499
"""Nodes of one component up to which springs are tried: beyond it networkx asks SciPy, and no label could be read."""

LABEL = (0.17, 0.14)
"""Room of one node and its label, as part of the picture's width and height, while there are few nodes."""

ROOMY = 24
"""Nodes up to which every label has LABEL; beyond it the room shrinks so that all fit."""


def positions(graph: nx.Graph, aspect: float = 1.7) -> dict[str, tuple[float, float]]:
    """Return x and y of every node in [0, 1], y down, rounded to four digits.

    Reads nodes and edges only, in the order of their names, so that the order of insertion does not matter. Nodes
    without an edge stand in rows at the bottom. Cost: square of the nodes of one component.

    Args:
        aspect: width of the picture divided by its height.
    """
    whole = nx.Graph()
    whole.add_nodes_from(sorted(graph))
    whole.add_edges_from(sorted((min(a, b), max(a, b)) for a, b in graph.edges if a != b))
    groups = sorted(nx.connected_components(whole), key=lambda group: (-len(group), min(group)))
    joined = [sorted(group) for group in groups if len(group) > 1]
    alone = [next(iter(group)) for group in groups if len(group) == 1]
    names = [name for group in joined for name in group] + alone
    if not names:
        return {}
    points = _packed([_component(whole, group) for group in joined], aspect)
    points = _with_row(points, len(alone))
    points = _apart(points, _room(len(names)))
    return {name: (round(float(x), 4), round(float(y), 4)) for name, (x, y) in zip(names, points, strict=True)}


def _component(whole: nx.Graph, group: list[str]) -> Points:
    """Return the points of one component within the unit square, its longer axis level."""
    if len(group) > SPRING_UP_TO:
        return _spiral(whole, group)
    piece = nx.Graph()
    piece.add_nodes_from(group)
    piece.add_edges_from(sorted((min(a, b), max(a, b)) for a, b in whole.subgraph(group).edges))
    # enough room between nodes for springs to show structure; 200 rounds settle all sizes tried
    found = nx.spring_layout(piece, seed=SEED, k=1.6 / math.sqrt(len(group)), iterations=200)
    return _stretched(_level(np.array([found[name] for name in group])))


def _spiral(whole: nx.Graph, group: list[str]) -> Points:
    """Place the best connected in the middle and the others around it, evenly (Vogel 1979)."""
    ordered = sorted(group, key=lambda name: (-whole.degree[name], name))
    rank = {name: i for i, name in enumerate(ordered)}
    order = np.array([rank[name] for name in group], dtype=np.float64)
    angle, radius = order * math.pi * (3 - math.sqrt(5)), np.sqrt(order)
    return _stretched(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))))


def _level(points: Points) -> Points:
    """Turn the points so that they spread most from left to right, the first of them in the left half."""
    centred = points - points.mean(axis=0)
    covariance = centred.T @ centred
    angle = 0.5 * math.atan2(2 * covariance[0, 1], covariance[0, 0] - covariance[1, 1])
    cosine, sine = math.cos(angle), math.sin(angle)
    turned: Points = centred @ np.array([[cosine, -sine], [sine, cosine]])
    return turned * np.where(turned[0] > 0, -1.0, 1.0)


def _stretched(points: Points) -> Points:
    """Stretch both axes to 0..1; an axis without any spread goes to the middle."""
    low, spread = points.min(axis=0), np.ptp(points, axis=0)
    return np.where(spread > 1e-9, (points - low) / np.where(spread > 1e-9, spread, 1), 0.5)


def _packed(pieces: list[Points], aspect: float) -> Points:
    """Put the components side by side, in rows, each with an area that grows with its nodes; all within 0..1."""
    if not pieces:
        return np.zeros((0, 2))
    sides = [math.sqrt(len(piece)) for piece in pieces]
    full = max(max(sides) * aspect, math.sqrt(sum(side * side for side in sides) * aspect))
    rows: list[list[int]] = [[]]
    for i, side in enumerate(sides):
        if rows[-1] and sum(sides[j] for j in rows[-1]) + side > full:
            rows.append([])
        rows[-1].append(i)
    heights = [max(sides[i] for i in row) for row in rows]
    placed: list[Points] = []
    top = 0.0
    for row, height in zip(rows, heights, strict=True):
        left, width = 0.0, sum(sides[i] for i in row)
        for i in row:
            cell = np.array([left / width, top / sum(heights)])
            size = np.array([sides[i] / width, height / sum(heights)])
            placed.append(cell + size * (0.1 + 0.8 * pieces[i]))
            left += sides[i]
        top += height
    return _stretched(np.vstack(placed))


def _with_row(points: Points, alone: int) -> Points:
    """Add the nodes without an edge below the others, at most eight in a row (more where there are many)."""
    if not alone:
        return points
    per_row = max(8, math.ceil(math.sqrt(alone * 2)))
    rows = math.ceil(alone / per_row)
    share = 1.0 if not len(points) else min(0.5, 0.16 * rows)
    order = np.arange(alone)
    in_row = np.minimum(alone - (order // per_row) * per_row, per_row)
    row = np.column_stack(((order % per_row + 0.5) / in_row, 1 - share + share * (order // per_row + 0.5) / rows))
    return np.vstack((points * np.array([1.0, 1 - share]), row))


def _room(count: int) -> tuple[float, float]:
    """Return width and height that each node may claim."""
    shrink = math.sqrt(min(1.0, ROOMY / count))
    return LABEL[0] * shrink, LABEL[1] * shrink


def _apart(points: Points, room: tuple[float, float]) -> Points:
    """Push nodes apart until no two claim the same room, within the picture; the largest graphs stay as they are."""
    if len(points) > SPRING_UP_TO or len(points) < 2:
        return np.clip(points, 0.0, 1.0)
    order = np.sign(np.arange(len(points))[None, :] - np.arange(len(points))[:, None])
    for _ in range(300):
        gap = points[None, :, :] - points[:, None, :]
        lack = np.array(room) - np.abs(gap)
        meets = np.all(lack > 1e-6, axis=2) & (order != 0)
        if not meets.any():
            break
        sideways = lack[:, :, 0] / room[0] < lack[:, :, 1] / room[1]
        way = np.where(gap == 0, order[:, :, None], np.sign(gap))
        push = np.where(np.stack((sideways, ~sideways), axis=2), lack * way, 0.0) * meets[:, :, None]
        points = np.clip(points - 0.3 * push.sum(axis=1), 0.0, 1.0)
    return points
