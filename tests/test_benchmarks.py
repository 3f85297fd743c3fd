"""The benchmarks report what they measure: stand-ins for the peers, and a page of their own."""

from __future__ import annotations

import json
import sys
from dataclasses import astuple, fields
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import answers
import cones
import peers
import report


def test_a_section_is_put_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\nold\n<!-- /y -->\n")
    for _ in range(2):
        report.put("x", r"new \1", page)
    assert page.read_text() == "a\n<!-- x -->\n\nnew \\1\n\n<!-- /x -->\nb\n<!-- y -->\nold\n<!-- /y -->\n"
    with pytest.raises(ValueError, match="no marks for 'z'"):
        report.put("z", "new", page)


def test_the_page_has_the_marks_of_every_section() -> None:
    text = report.PAGE.read_text(encoding="utf-8")
    for section in ("peers", "shapes", "cocircuits", "answers", "counting", "questions", "growth", "cones"):
        assert text.index(f"<!-- {section} -->") < text.index(f"<!-- /{section} -->")


def stand_in(name: str, chambers: int) -> list[str]:
    """A peer that answers at once for one instance and never for the next."""
    answer = json.dumps({"name": name, "chambers": chambers, "wall": 2.0, "cpu": 1.0})
    return [sys.executable, "-c", f"import time; print({answer!r}, flush=True); time.sleep(60)"]


def test_a_peer_is_stopped_at_its_limit_and_counts_as_slower_than_it_was() -> None:
    names = ["braid_3", "type_b_2"]
    found, startup = peers.run(stand_in("braid_3", 6), names, "", {}, 1.5)
    assert found["braid_3"] == peers.Timing(6, 2.0, 1.0)
    assert found["type_b_2"].chambers is None
    assert startup + found["type_b_2"].wall == pytest.approx(1.5, abs=0.5)
    mine = {name: (peers.Timing(count, 0.5, 0.5),) * 2 for name, count in zip(names, (6, 8), strict=True)}
    head, _, finished, stopped = peers.table(mine, {"peer": found}).splitlines()
    assert head.count("peer") == 1 and "| 2, 2 |" in finished
    assert "| over " in stopped
    assert peers.extremes(mine, "peer", found).count("braid_3") == 2


def test_a_peer_that_counts_otherwise_is_not_reported() -> None:
    mine = {"braid_3": (peers.Timing(6, 0.5, 0.5),) * 2}
    with pytest.raises(AssertionError, match="braid_3"):
        peers.table(mine, {"peer": {"braid_3": peers.Timing(7, 1.0, 1.0)}})


def test_an_answer_that_differs_from_a_peers_makes_no_row() -> None:
    assert answers.row("f-vector", "braid_3", "peer", ([1, 6, 6], 0.5), ([1, 6, 6], 2.0))[-1] == "4"
    with pytest.raises(AssertionError, match="braid_3"):
        answers.row("f-vector", "braid_3", "peer", ([1, 6, 6], 0.5), ([1, 6, 7], 2.0))


def test_a_tutte_polynomial_gives_the_characteristic_one() -> None:
    # Three lines of the plane: T(x, 0) = x^2 + x, and chi(t) = t^2 - 3t + 2.
    assert answers.comparable("characteristic polynomial", [0, 1, 1]) == [1, -3, 2]


def test_ours_lists_every_chamber_with_and_without_witnesses() -> None:
    for work in (peers.sign_vectors, peers.witnesses):
        assert peers.ours("braid_3", work).chambers == 6


def test_cones_are_counted_where_a_cover_proves_the_dual() -> None:
    setting = cones.Setting(rank=2, samples=6, beta_share=0.05)
    (found,) = cones.counts("rank", [setting], seeds=(1,))
    # Both sides have four faces, each at least a cone; six lines of the plane have twelve chambers.
    assert found.cones >= 8 and found.chambers == 12 and (found.rank, found.samples) == (2, 6)


def test_the_stored_counts_are_those_of_the_settings() -> None:
    header, *lines = (cones.FOLDER / "cones.csv").read_text(encoding="utf-8").splitlines()
    assert header.split(",") == [field.name for field in fields(cones.Count)]
    places = [(line.split(",")[0], *line.split(",")[1:5]) for line in lines]
    stated = [
        (sweep, *map(str, astuple(s)))
        for sweep, some in cones.SWEEPS.items()
        for s in some
        for _ in cones.SEEDS
    ]
    assert places == stated
    assert all((cones.FOLDER / file).exists() for _, file in cones.CHARTS.values())
