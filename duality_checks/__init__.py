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
from typing import Any

from hyperplane_arrangements.display import cards_in

_NAMES = {
    "terms.activations": ("Slopes",),
    "approximation.subsets": ("ProvenInterval", "interval_by_chambers"),
    "assertions": (
        "assert_complete",
        "assert_global_optimum",
        "assert_stationary",
        "assert_strong_duality",
    ),
    "auditing": ("Audit", "audit"),
    "auditing_outputs": ("OutputsAudit", "audit_outputs"),
    "certificate": ("Certificate", "certify", "check"),
    "checker": ("Verdict",),
    "training.checkpoint": ("Checkpoint",),
    "optima.circular": ("circular_optimum",),
    "optima.circular_proof": ("prove_circular",),
    "approximation.gated": ("gated_relaxation",),
    "effort": ("Effort",),
    "importing": ("from_sklearn", "from_state_dict", "read_network"),
    "pricing.interval": ("IntervalProof", "prove_interval"),
    "approximation.low_rank": ("reduce_rank", "transfer_certificate"),
    "exact.setting": ("RationalNetwork",),
    "gated_network": ("GatedNetwork",),
    "network": ("TwoLayerNetwork",),
    "vector_network": ("VectorNetwork",),
    "optima.least_norm": ("LeastNormProof", "least_norm_fit", "least_norm_margin"),
    "optima.several_outputs": ("MultiOutputProblem", "OutputsProof", "check_outputs", "train_outputs"),
    "optima.spanning": ("Reach", "UnreachableError", "reach_margins", "reach_targets"),
    "optima.optimal_set": ("OptimalSet", "exact_optimal_set"),
    "optima.lineup": ("Lineup", "line_up", "read_lineup"),
    "optima.passage": ("Passage", "connect_optima"),
    "optima.staircase": ("Stair", "Staircase"),
    "optima.path_band": ("PathBand",),
    "optima.path_refining": ("path_band", "path_bands"),
    "optima.width_bracket": ("WidthBracket", "bracket_width"),
    "training.paths": ("PathPoint", "beta_max", "beta_path"),
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

__all__ = sorted(_HOME)

cards_in(f"{__name__}.reports.cards")


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
