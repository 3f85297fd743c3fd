"""Networks of other libraries: the names of :mod:`.interfaces.foreign` that users need."""

from __future__ import annotations

from .interfaces.foreign.files import import_network, read_network
from .interfaces.foreign.networks import (
    BiasedNetwork,
    Imported,
    Network,
    OutputsNetwork,
    from_layers,
    require_inputs,
)
from .interfaces.foreign.sklearn_models import from_sklearn
from .interfaces.foreign.state_dicts import from_state_dict, import_state_dict

__all__ = [
    "BiasedNetwork",
    "Imported",
    "Network",
    "OutputsNetwork",
    "from_layers",
    "from_sklearn",
    "from_state_dict",
    "import_network",
    "import_state_dict",
    "read_network",
    "require_inputs",
]
