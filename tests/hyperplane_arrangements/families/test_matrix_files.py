"""Files of other programs: each form against the same rows by hand, and each way to break one is refused."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, read_arrangement
from hyperplane_arrangements.families.matrix_files import parse_rows

HALF = Fraction(1, 2)
ROWS = ((1, HALF), (-3, 0))
SAME = {
    "SageMath's matrix, printed": "[   1  1/2]\n[  -3    0]",
    "SageMath's matrix, typed": "matrix(QQ, [[1, 1/2], [-3, 0]])",
    "SageMath's matrix, typed with its shape": "matrix(QQ, 2, 2, [[1, 1/2],\n [-3, 0]])",
    "Python": "[(1, 0.5), (-3, 0)]\n",
    "JSON": '[[1, 0.5], ["-3", "0"]]',
    "TOPCOM": "[[1,1/2],[-3,0]]\n[[1,0]]",
    "polymake, printed": "1 1/2\n-3 0\n",
    "polymake, text": "_version 2.2\n\nHYPERPLANES\n1 1/2\n-3 0\n\nRAYS\n1 0\n0 1\n\nDIM\n2\n",
    "polymake, JSON": '{"_ns": {}, "RAYS": [[1]], "HYPERPLANES": [["1","1/2"],[-3,0]]}',
    "SageMath's matrix, typed as one list": "matrix(QQ, 2, [1, 1/2, -3, 0])",
    "SageMath's matrix, typed as one list with its shape": "Matrix(QQ, 2, 2, [1, 1/2,\n -3, 0])",
    "SageMath's matrix in blocks": "[  1|1/2]\n[---+---]\n[ -3|  0]",
    "Octave": "[1 0.5; -3, 0]",
    "Octave, a row a line": "[ 1 0.5;\n  -3 0;\n]",
    "semicolons": "1; 1/2\n\u22123;0\n",
    "polymake, sparse": "1 1/2\n(2) (0 -3)\n",
    "cdd's generators, with remarks": "V-representation\nbegin\n2 3 rational\n* a\n 0 1 1/2\n 0 -3 0\nend",
    "with the ends of lines of Windows": "V-representation\r\nbegin\r\n2 3 real\r\n0 1 5E-1\r\n0 -3 0\r\nend",
    "cdd's generators": "V-representation\nbegin\n2 3 rational\n 0 1 1/2\n 0 -3 0\nend\nhull",
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_every_form_is_read(name):
    found = parse_rows(SAME[name], name)
    assert (found.normals, found.offsets) == (ROWS, None)


@pytest.mark.parametrize(
    "text",
    [
        "* by hand\nH-representation\nlinearity 1 2\nbegin\n 3 3 rational\n 1 1/2 0\n 0 1 1\n .5 0 2\nend\n",
        "_version 2.2\nINEQUALITIES\n1 1/2 0\n0 1 1\n0.5 0 2\n",
    ],
)
def test_inequalities_are_affine_hyperplanes(text):
    """`b + a'x >= 0` is bounded by `a'x = -b`."""
    found = parse_rows(text, "x.ine")
    assert found.normals == ((HALF, 0), (1, 1), (0, 2))
    assert found.offsets == (-1, 0, -HALF)


def test_inequalities_through_the_origin_are_central():
    assert parse_rows("begin\n1 3 integer\n0 1 2\nend", "x.ine").offsets is None


@given(st.lists(st.lists(st.fractions(), min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_is_read_again(rows):
    given = tuple(map(tuple, rows))
    lines = "\n".join(" ".join(map(str, row)) for row in rows)
    assert parse_rows(lines, "m").rows == given
    assert parse_rows(json.dumps([[str(x) for x in row] for row in rows]), "m").rows == given
    assert parse_rows(f"begin\n{len(rows)} 3 rational\n{lines}\nend", "m.ine").rows == given


def test_a_file_is_an_arrangement(tmp_path):
    path = tmp_path / "square.ine"
    path.write_text("H-representation\nbegin\n4 3 integer\n 0 1 0\n 0 0 1\n 1 -1 0\n 1 0 -1\nend\n")
    found = read_arrangement(path)
    assert found.count_chambers() == 9
    assert found.count_bounded_chambers() == 1
    by_hand = Arrangement([[1, 0], [0, 1], [-1, 0], [0, -1]], [0, 0, -1, -1])
    assert np.array_equal(found.chambers().signs, by_hand.chambers().signs)


BROKEN = {
    "": "has no rows",
    "[[1, 2], [3]]": "row 2 has 1 numbers, the first 2",
    "[[1, 2], [3, x]]": "row 2, column 2 is 'x', no finite rational number",
    "[[1, 2], [3, 4": "was it cut short",
    "[[1, 2], 3]": "is no list of rows",
    "[[[1, 2]]]": "is no list of rows",
    "[[1, nan]]": "no finite rational number",
    "[[1, 1e999999999]]": "power of ten beyond",
    '{"HYPERPLANES": 3}': "has no rows",
    '{"HYPERPLANES": [3]}': "row 1 is 3",
    '{"HYPERPLANES": [[NaN]]}': "no finite rational number",
    '{"rows": [[1]]}': "has none of HYPERPLANES",
    '{"HYPERPLANES": [[1]': "not a JSON document",
    "begin\n2 3 rational\n1 2 3\nend": "states 2 rows of 3 numbers, and has 1 of 3",
    "begin\n1 3 rational\n1 2 3": "has no end",
    "begin\nrational\n1 2 3\nend": "after begin stands 'rational'",
    "matrix(QQ, 2, [1, 2, 3])": "has 3 entries, no multiple of 2 rows",
    "matrix(QQ, 0, [])": "no multiple of 0 rows",
    "1\n-\n2": "row 2, column 1 is '-'",
    "(2) (0 1)\n(2) (5 1)": "row 2 is ",
    "(2) (0 x)\n": "row 1, column 1 is 'x'",
    "1|2\n3": "row 2 has 1 numbers, the first 2",
    "DIM\n3\n": "has none of HYPERPLANES",
}


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_broken_is_refused_with_the_place(text):
    with pytest.raises(InputError, match=BROKEN[text]):
        parse_rows(text, "file")


def test_a_missing_file_and_one_that_is_no_text(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_arrangement(tmp_path / "none.ine")
    (tmp_path / "bad.ine").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_arrangement(tmp_path / "bad.ine")
