"""A network with what it takes to use it: which columns of a table it reads, and how they are prepared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ..data.files import read_json, read_text
from ..data.preparation import Preparation
from ..terms.max_pooling import MaxPooling
from ..terms.readouts import Readout
from . import gated, two_layer
from .gated import GatedNetwork
from .two_layer import TwoLayerNetwork

if TYPE_CHECKING:
    import numpy as np

    from ..data.tables import Table

# What files of several outputs called themselves; today they are files of a network like any other.
_SEVERAL = "convex-landscape network of several outputs"
_SEVERAL_FIELDS = ("kappa", "hidden", "output", "intercepts", "preparation")


@dataclass(frozen=True, eq=False, slots=True)
class PreparedNetwork:
    """A network and the preparation of the tables that it predicts from.

    Args:
        network: of one output, of several, or gated.
        preparation: None where nobody said.

    Raises:
        InputError: the preparation is of another number of inputs or outputs.

    Example:
        >>> from ..data.preparation import Input, Output
        >>> from ..data.tables import parse_csv
        >>> preparation = Preparation((Input("x"),), True, (Output("y"),))
        >>> prepared = PreparedNetwork(TwoLayerNetwork([[1.0, -1.0]], [2.0]), preparation)
        >>> prepared.predict(parse_csv("name,x\\na,3\\nb,0\\n", "memory"))
        array([[4.],
               [0.]])
    """

    network: TwoLayerNetwork | GatedNetwork
    preparation: Preparation | None

    def __post_init__(self) -> None:
        if self.preparation is None:
            return
        inputs, count = self.network.hidden.shape[1], self.count
        named = len(self.preparation.names), len(self.preparation.outputs)
        if named != (inputs, count):
            raise InputError(
                f"the network has {inputs} inputs and {count} outputs, but its preparation is of {named[0]} "
                f"and {named[1]}"
            )

    @property
    def count(self) -> int:
        """The number of outputs."""
        return self.network.count

    @property
    def stated(self) -> Preparation:
        """The preparation.

        Raises:
            InputError: there is none.
        """
        if self.preparation is None:
            raise InputError(
                "the network does not say which columns it reads; write it again with certify, whose network "
                "files do"
            )
        return self.preparation

    def predict(self, table: Table) -> np.ndarray:
        """The outputs for the rows of a table, n x k, in float64.

        Raises:
            InputError: nothing is known of the columns, or the table cannot be prepared as they were.
        """
        from hyperplane_arrangements.exact import exact_matrix

        rows = exact_matrix(self.stated.rows(table), name="the table").floats
        places = self.stated.readout(len(table.cells))
        if isinstance(places, MaxPooling):
            return self._max_pooled(places, rows)
        found: np.ndarray = self.network.predict(rows).reshape(len(rows), self.count)
        return found if places is None else Readout(places).pool(found)

    def _max_pooled(self, places: MaxPooling, rows: np.ndarray) -> np.ndarray:
        """The outputs of neurons at their largest place."""
        import numpy as np

        if isinstance(self.network, GatedNetwork):
            raise InputError("the network has gates, which are not max-pooled; it was not written by certify")
        before = rows @ self.network.hidden.T
        largest = places.pool(np.maximum(before, float(self.network.kappa) * before))
        found: np.ndarray = largest @ self.network.output
        return found.reshape(places.n, self.count)

    def to_json(self) -> str:
        """The file of the network: :meth:`TwoLayerNetwork.to_json` where nothing is said of columns."""
        network, preparation = self.network, self.preparation
        if isinstance(network, GatedNetwork):
            facts = {"format": gated.FORMAT, "version": 1, **network.document()}
            facts |= {"preparation": self.stated.document()}
        elif preparation is None:
            return network.to_json()
        else:
            facts = {"format": two_layer.FORMAT, "version": 3, **network.document(), **network.added()}
            facts |= {"preparation": preparation.document()}
        return json.dumps(facts, indent=1) + "\n"

    @classmethod
    def load(cls, path: str | Path) -> PreparedNetwork:
        """Read a network file of ours, of one output or of several.

        Raises:
            InputError: the file is missing or damaged.
        """
        text, source = read_text(path), str(path)
        if f'"format": "{_SEVERAL}"' in text:
            return _several(text, source)
        if f'"format": "{gated.FORMAT}"' in text:
            fields = ("kappa", "inputs", "gates", "hidden", "preparation")
            document = read_json(text, source, gated.FORMAT, {1: fields})
            preparation = Preparation.parse(document["preparation"], source)
            return cls(GatedNetwork.of(document, source), preparation)
        document = read_json(text, source, two_layer.FORMAT, two_layer.FIELDS)
        stated = document.get("preparation")
        known = None if stated is None else Preparation.parse(stated, source)
        return cls(TwoLayerNetwork.of(document, source), known)


def _several(text: str, source: str) -> PreparedNetwork:
    document = read_json(text, source, _SEVERAL, {2: _SEVERAL_FIELDS})
    preparation = Preparation.parse(document["preparation"], source)
    inputs, outputs = len(preparation.names), len(preparation.outputs)
    skip = {"intercept": document["intercepts"], "linear": [[0.0] * outputs] * inputs}
    return PreparedNetwork(TwoLayerNetwork.of(document | skip | {"inputs": inputs}, source), preparation)
