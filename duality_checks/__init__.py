"""Globally optimal two-layer networks, and certificates that prove it.

Data flows one way: problem -> solution -> certificate -> verdict. The names below are the public interface;
each is imported when first used, so that importing the package stays cheap.

Example:
    >>> from duality_checks import TrainingProblem, train, certify, check
    >>> problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta=0.1)
    >>> certificate = certify(problem, train(problem))
    >>> check(problem, certificate).proven
    True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.values.display import cards_in

if TYPE_CHECKING:  # for type checkers and editors, which run nothing
    from .approximation.gated import gated_relaxation
    from .approximation.low_rank import reduce_rank, transfer_certificate
    from .approximation.sampling import bound_by_sampling, coverage, guarantee
    from .approximation.subsets import ProvenInterval, interval_by_chambers
    from .certificates.certificate import Certificate, check
    from .certificates.certifying import certify
    from .checker import Verdict
    from .cover.effort import Effort
    from .interfaces.assertions import (
        assert_complete,
        assert_global_optimum,
        assert_stationary,
        assert_strong_duality,
    )
    from .interfaces.auditing import Audit, audit
    from .interfaces.foreign.files import read_network
    from .interfaces.foreign.sklearn_models import from_sklearn
    from .interfaces.foreign.state_dicts import from_state_dict
    from .interfaces.solving import Scorecard, assert_solves
    from .networks.gated import GatedNetwork
    from .networks.rational import RationalNetwork
    from .networks.two_layer import TwoLayerNetwork
    from .optima.circular import circular_optimum
    from .optima.circular_proof import prove_circular
    from .optima.least_norm import LeastNormProof, least_norm_fit, least_norm_margin
    from .optima.lineup import Lineup, line_up, read_lineup
    from .optima.optimal_set import OptimalSet, exact_optimal_set
    from .optima.passage import Passage, connect_optima
    from .optima.path_band import PathBand
    from .optima.path_refining import path_band, path_bands
    from .optima.paths import PathPoint, beta_max, beta_path
    from .optima.several_outputs import OutputsProof, check_outputs, train_outputs
    from .optima.spanning import Reach, UnreachableError, reach_margins, reach_targets
    from .optima.spike_free import decide_spike_free
    from .optima.spline import spline_optimum
    from .optima.staircase import Stair, Staircase
    from .optima.threshold import threshold_optimum
    from .optima.width_bracket import WidthBracket, bracket_width
    from .pricing.dual_norm import dual_norm
    from .pricing.interval import IntervalProof, prove_interval
    from .problem import TrainingProblem
    from .stationary_points.polyhedral import exact_restricted_optimum
    from .stationary_points.polyhedral_clarke import ClarkeVerdict, clarke_stationary
    from .stationary_points.selections import settle_exactly
    from .stationary_points.stationary import Stationarity, stationarity
    from .terms.activations import Slopes
    from .terms.max_pooling import MaxPooling, max_patches_1d, max_patches_2d
    from .terms.readouts import Readout, patches_1d, patches_2d
    from .training.checkpoint import Checkpoint
    from .training.columns import train
    from .training.rounds import Round, Solution

_NAMES = {
    "terms.activations": ("Slopes",),
    "approximation.subsets": ("ProvenInterval", "interval_by_chambers"),
    "interfaces.assertions": (
        "assert_complete",
        "assert_global_optimum",
        "assert_stationary",
        "assert_strong_duality",
    ),
    "interfaces.auditing": ("Audit", "audit"),
    "certificates.certificate": ("Certificate", "check"),
    "certificates.certifying": ("certify",),
    "checker": ("Verdict",),
    "interfaces.solving": ("Scorecard", "assert_solves"),
    "training.checkpoint": ("Checkpoint",),
    "optima.circular": ("circular_optimum",),
    "optima.circular_proof": ("prove_circular",),
    "approximation.gated": ("gated_relaxation",),
    "cover.effort": ("Effort",),
    "interfaces.foreign.files": ("read_network",),
    "interfaces.foreign.sklearn_models": ("from_sklearn",),
    "interfaces.foreign.state_dicts": ("from_state_dict",),
    "pricing.interval": ("IntervalProof", "prove_interval"),
    "approximation.low_rank": ("reduce_rank", "transfer_certificate"),
    "networks.gated": ("GatedNetwork",),
    "networks.rational": ("RationalNetwork",),
    "networks.two_layer": ("TwoLayerNetwork",),
    "optima.least_norm": ("LeastNormProof", "least_norm_fit", "least_norm_margin"),
    "optima.several_outputs": ("OutputsProof", "check_outputs", "train_outputs"),
    "optima.spanning": ("Reach", "UnreachableError", "reach_margins", "reach_targets"),
    "optima.optimal_set": ("OptimalSet", "exact_optimal_set"),
    "optima.lineup": ("Lineup", "line_up", "read_lineup"),
    "optima.passage": ("Passage", "connect_optima"),
    "optima.staircase": ("Stair", "Staircase"),
    "optima.path_band": ("PathBand",),
    "optima.path_refining": ("path_band", "path_bands"),
    "optima.width_bracket": ("WidthBracket", "bracket_width"),
    "optima.paths": ("PathPoint", "beta_max", "beta_path"),
    "pricing.dual_norm": ("dual_norm",),
    "problem": ("TrainingProblem",),
    "terms.max_pooling": ("MaxPooling", "max_patches_1d", "max_patches_2d"),
    "terms.readouts": ("Readout", "patches_1d", "patches_2d"),
    "approximation.sampling": ("bound_by_sampling", "coverage", "guarantee"),
    "optima.spike_free": ("decide_spike_free",),
    "optima.spline": ("spline_optimum",),
    "optima.threshold": ("threshold_optimum",),
    "stationary_points.polyhedral": ("exact_restricted_optimum",),
    "stationary_points.polyhedral_clarke": ("ClarkeVerdict", "clarke_stationary"),
    "stationary_points.selections": ("settle_exactly",),
    "stationary_points.stationary": ("Stationarity", "stationarity"),
    "training.columns": ("train",),
    "training.rounds": ("Round", "Solution"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Audit",
    "Certificate",
    "Checkpoint",
    "ClarkeVerdict",
    "Effort",
    "GatedNetwork",
    "IntervalProof",
    "LeastNormProof",
    "Lineup",
    "MaxPooling",
    "OptimalSet",
    "OutputsProof",
    "Passage",
    "PathBand",
    "PathPoint",
    "ProvenInterval",
    "RationalNetwork",
    "Reach",
    "Readout",
    "Round",
    "Scorecard",
    "Slopes",
    "Solution",
    "Stair",
    "Staircase",
    "Stationarity",
    "TrainingProblem",
    "TwoLayerNetwork",
    "UnreachableError",
    "Verdict",
    "WidthBracket",
    "assert_complete",
    "assert_global_optimum",
    "assert_solves",
    "assert_stationary",
    "assert_strong_duality",
    "audit",
    "beta_max",
    "beta_path",
    "bound_by_sampling",
    "bracket_width",
    "certify",
    "check",
    "check_outputs",
    "circular_optimum",
    "clarke_stationary",
    "connect_optima",
    "coverage",
    "decide_spike_free",
    "dual_norm",
    "exact_optimal_set",
    "exact_restricted_optimum",
    "from_sklearn",
    "from_state_dict",
    "gated_relaxation",
    "guarantee",
    "interval_by_chambers",
    "least_norm_fit",
    "least_norm_margin",
    "line_up",
    "max_patches_1d",
    "max_patches_2d",
    "patches_1d",
    "patches_2d",
    "path_band",
    "path_bands",
    "prove_circular",
    "prove_interval",
    "reach_margins",
    "reach_targets",
    "read_lineup",
    "read_network",
    "reduce_rank",
    "settle_exactly",
    "spline_optimum",
    "stationarity",
    "threshold_optimum",
    "train",
    "train_outputs",
    "transfer_certificate",
]

cards_in(f"{__name__}.reports.cards")


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
