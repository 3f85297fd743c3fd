"""Sets of hyperplanes as bits, and what they say of the rows of a user: which vanish, and which signs."""

from __future__ import annotations

import numpy as np

from ..plain import Hyperplanes


def unpacked(words: np.ndarray, count: int) -> np.ndarray:
    """Bits as uint8: rows x count, from rows x words uint64 with the first bit lowest.

    Example:
        >>> unpacked(np.array([[6]], np.uint64), 3).tolist()
        [[0, 1, 1]]
    """
    octets = np.ascontiguousarray(words, "<u8").view(np.uint8).reshape(len(words), 8 * words.shape[1])
    return np.unpackbits(octets, axis=1, bitorder="little", count=count)


def packed(bits: np.ndarray, words: int) -> np.ndarray:
    """Bits as rows x words uint64; the other way around.

    Example:
        >>> packed(np.array([[0, 1, 1]]), 1).tolist()
        [[6]]
    """
    return words_of(np.packbits(bits, axis=1, bitorder="little"), words)


def words_of(octets: np.ndarray, words: int) -> np.ndarray:
    """Bits, eight in a uint8, as rows x words uint64."""
    padded = np.zeros((len(octets), 8 * words), np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view("<u8").astype(np.uint64, copy=False)


def row_masks(distinct: Hyperplanes, vanish: np.ndarray) -> list[int]:
    """The rows that vanish where some hyperplanes do, as the bits of integers; zero rows always do."""
    octets = np.ascontiguousarray(vanish, "<u8").view(np.uint8).reshape(len(vanish), 8 * vanish.shape[1])
    rows = len(distinct.of_row)
    if not (distinct.of_row == np.arange(rows)).all():
        bits = np.pad(unpacked(vanish, len(distinct.rows)), ((0, 0), (0, 1)), constant_values=1)
        octets = np.packbits(bits[:, distinct.of_row], axis=1, bitorder="little")
    width, data, known = octets.shape[1], octets.tobytes(), (1 << rows) - 1
    return [int.from_bytes(data[i : i + width], "little") & known for i in range(0, len(data), width)]


def row_signs(distinct: Hyperplanes, vanish: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """The signs of the rows where some hyperplanes vanish and some are positive: int8."""
    count = len(distinct.rows)
    signs = np.zeros((len(positive), count + 1), np.int8)  # the last column is that of zero rows
    signs[:, :count] = unpacked(positive, count).view(np.int8) * np.int8(2) - np.int8(1)
    signs[:, :count][unpacked(vanish, count) != 0] = 0
    return signs[:, distinct.of_row] * distinct.orientation
