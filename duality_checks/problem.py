"""The training problem: data, activation, loss, penalty and readout, as exact numbers.

Conventions are those of the theory (section 0): a two-layer network ``f = sum_j T phi(X w_j) alpha_j`` with
``phi(t) = max(t, 0) + kappa * min(t, 0)`` is trained on

    ``ell(f) + beta/2 * sum_j (norm(w_j)^2 + alpha_j^2)``.

By default ``ell(f) = 1/2 * norm(f - y)^2``, the norm is the 2-norm and T the identity. Of q outputs Y is
n x q, and ``alpha_j`` a row whose norm the coupling says (statement 2.8). Samples may have
weights (:mod:`.terms.weighted`). An output intercept, a linear skip and the hidden biases may be left
unpenalised, or the intercept penalised like any other weight (:mod:`.terms.free`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import (
    ExactMatrix,
    clipped,
    exact_matrix,
)
from hyperplane_arrangements.exact.rational import Vector, dot, long_dot
from hyperplane_arrangements.exact.scaled import over_one_denominator
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import MOST, Call, Pasted

from .arguments import (
    NAMED_ACTIVATIONS,
    ones_of,
    parse_activation,
    positive,
    require_beta,
    require_digits,
    require_floats,
    require_one_column_of_ones,
    require_treated,
    target_columns,
)
from .data.files import read_text, write_text
from .terms.free import DECAYED, NAMES, NOTHING, Free, parse_free
from .terms.losses import Loss, parse_loss
from .terms.max_pooling import MaxPooling, compared, parse_pooling, refuse
from .terms.penalties import Penalty, parse_penalty
from .terms.readouts import Readout
from .terms.weighted import Weighted, unweighted, weighted, weights_of
from .terms.words import COUPLINGS

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement


@dataclass(frozen=True, repr=False)
class TrainingProblem(Pasted, Shown):
    """Two-layer training on exact data; by default with squared loss and 2-norm weight decay.

    Args:
        X: data, N x d: floats (exact dyadic rationals), ints, Fractions or decimal text. A bias is a column
            of ones. Without a readout N = n, one row a sample.
        y: targets, length n, likewise, or n x q for q outputs; labels -1 and +1 for the losses that need
            them.
        beta: weight decay, positive.
        activation: see :func:`~duality_checks.arguments.parse_activation`; or ``"slopes:A,B"`` for any two
            different slopes, which is reduced to a ``kappa`` with another ``beta`` and the same optimum
            (:class:`~duality_checks.terms.activations.Slopes` takes networks back).
        loss: see :func:`~duality_checks.terms.losses.parse_loss`.
        penalty: see :func:`~duality_checks.terms.penalties.parse_penalty`.
        readout: ``"identity"``, or the sample that each row of ``X`` belongs to
            (:class:`~duality_checks.terms.readouts.Readout`), whose outputs are then added; or a
            :class:`~duality_checks.terms.max_pooling.MaxPooling`, which takes the largest of them, neuron by
            neuron.
        free: what is not penalised: ``"intercept"``, ``"linear"``, ``"biases"`` or some joined by ``+``
            (:func:`~duality_checks.terms.free.parse_free`). Free biases are the weights on the column of
            ones of ``X``. Or ``"decayed-intercept"``: an output intercept b that costs ``beta/2 b^2``.
        sample_weights: one positive number a sample, which multiplies its loss; ones by default. A sample
            given twice is one of weight 2.
        coupling: of several outputs, the norm of a neuron's output weights in the penalty: ``"1-norm"`` (the
            outputs separate) or ``"2-norm"`` (the usual weight decay: they share neurons; what is trained has
            the terms of :meth:`require_shared`). What is free is so for every output, and no linear skip is.
            Of one output all norms are the same.

    Attributes:
        targets: q vectors of length n, one an output.

    Raises:
        InputError: data of the wrong shape, not finite, beyond the range of floats, of more than 4000 digits,
            or without any nonzero row; ``beta <= 0``, or so small that it is 0 as a float; an unknown
            activation, loss or penalty; targets that do not fit the loss; free biases without a column of
            ones; weights of samples that are not positive; an unknown coupling, or terms that several outputs
            do not go with.

    Example:
        >>> problem = TrainingProblem([[1.0, 1], [2, 1]], ["0.1", 1], beta=0.5, activation="leaky:0.1")
        >>> problem.n, problem.d, problem.beta, problem.kappa, problem.y
        (2, 2, Fraction(1, 2), Fraction(1, 10), (Fraction(1, 10), Fraction(1, 1)))
        >>> TrainingProblem([[1], [2], [3]], [1, -1], beta=1, loss="hinge", readout=[0, 0, 1]).n
        2
        >>> TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1, free="biases").bias
        1
        >>> TrainingProblem([[1], [2]], [1, 0], beta=1, sample_weights=[2, "1/3"]).sample_weights
        (Fraction(2, 1), Fraction(1, 3))
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> len(problem.outputs), problem.outputs[1].y
        (2, (Fraction(4, 1), Fraction(0, 1)))
    """

    X: ExactMatrix
    targets: tuple[Vector, ...]
    beta: Fraction
    kappa: Fraction = field(init=False)
    loss: Loss = field(init=False)
    penalty: Penalty = field(init=False)
    readout: Readout | MaxPooling = field(init=False)
    free: Free = field(init=False)
    coupling: str = field(init=False)

    def __init__(
        self,
        X: Any,
        y: Any,
        beta: Any,
        activation: Any = "relu",
        *,
        loss: str | Loss = "squared",
        penalty: str | Penalty = "2-norm",
        readout: Any = "identity",
        free: str | Free = NOTHING,
        sample_weights: Any = None,
        coupling: str = "1-norm",
    ):
        matrix = X if isinstance(X, ExactMatrix) else exact_matrix(X, name="X")
        targets = target_columns(y)
        pooling = parse_pooling(readout, matrix.shape[0])
        if len(targets[0]) != pooling.n:
            owner = "X has" if pooling.is_identity else "readout gives"
            unit = (
                "rows; give one target a row" if pooling.is_identity else "samples; give one target a sample"
            )
            rows = "entries" if len(targets) == 1 else "rows"
            raise InputError(f"y has {len(targets[0])} {rows} but {owner} {pooling.n} {unit}")
        if not matrix.integers.any():
            raise InputError("X is zero; every network is zero on it, so there is nothing to train")
        decay = positive(beta, "beta")
        if isinstance(activation, str) and activation.startswith("slopes:"):
            from .terms.activations import Slopes

            slopes = Slopes.parse(activation)
            if slopes.factor < 0 and isinstance(pooling, MaxPooling):
                raise InputError(
                    f"activation={activation!r} is concave, and with max pooling only convex ones have a "
                    "convex program: give slopes A > B"
                )
            decay, activation = slopes.reduced_beta(decay), slopes.kappa
        chosen = parse_loss(loss)
        for target in targets:
            chosen.require_targets(target)
        for name, value in (
            ("X", matrix),
            ("targets", targets),
            ("beta", decay),
            ("kappa", parse_activation(activation)),
            ("loss", weighted(chosen, sample_weights, pooling.n)),
            ("penalty", parse_penalty(penalty)),
            ("readout", pooling),
            ("free", parse_free(free)),
            ("coupling", coupling if len(targets) > 1 else COUPLINGS[0]),
        ):
            object.__setattr__(self, name, value)
        require_floats(self)
        require_digits(self)
        if self.free.biases:
            require_one_column_of_ones(matrix)
        if self.is_max_pooled:
            require_treated(self)
        if coupling not in COUPLINGS:
            raise InputError(f"coupling={coupling!r} is unknown; use {' or '.join(COUPLINGS)}")
        if len(targets) > 1:
            self.require_penalised("several outputs", tuple(name for name in NAMES if "linear" not in name))

    @property
    def n(self) -> int:
        """The number of samples: rows of ``X``, unless a readout pools them."""
        return len(self.targets[0])

    @property
    def y(self) -> Vector:
        """The targets of the one output, length n.

        Raises:
            InputError: there are several outputs.

        Example:
            >>> TrainingProblem([[1]], [[1, 2]], beta=1).y
            Traceback (most recent call last):
            ...
            hyperplane_arrangements.errors.InputError: the problem has 2 outputs, and this is known of one;
            take each of problem.outputs, or train_outputs for all of them
        """
        return self.require_one_output().targets[0]

    @property
    def given(self) -> tuple[Any, ...]:
        """The targets as they are stated: n numbers, or n rows of q."""
        return self.targets[0] if len(self.targets) == 1 else tuple(zip(*self.targets, strict=True))

    @property
    def d(self) -> int:
        """The number of features."""
        return self.X.shape[1]

    @property
    def features(self) -> np.ndarray:
        """``X`` rounded to float64, N x d."""
        return self.X.floats

    @cached_property
    def target(self) -> np.ndarray:
        """``y`` rounded to float64, length n."""
        return np.array([float(value) for value in self.y])

    @cached_property
    def Y(self) -> np.ndarray:
        """The targets rounded to float64, n x q."""
        return np.array([[float(value) for value in column] for column in self.targets]).T

    @cached_property
    def tied(self) -> Sequence[Fraction]:
        """``y``, over one denominator if that has few digits: for exact sums over all samples.

        Example:
            >>> TrainingProblem([[1], [2]], ["1/2", "2/3"], beta=1).tied.denominator
            6
        """
        return over_one_denominator(self.y)

    @cached_property
    def weight_floats(self) -> np.ndarray:
        """The weights of the samples rounded to float64, length n."""
        return np.array([float(weight) for weight in self.sample_weights])

    @property
    def outputs(self) -> tuple[TrainingProblem, ...]:
        """The problem of each output alone: of one output, this one. The arrangement is shared."""
        return (self,) if len(self.targets) == 1 else self._outputs

    @cached_property
    def _outputs(self) -> tuple[TrainingProblem, ...]:
        _ = self.arrangement
        alone = {"coupling": COUPLINGS[0]}
        return tuple(self._like(_OF_ROWS, targets=(target,), **alone) for target in self.targets)

    @property
    def shares(self) -> bool:
        """Whether outputs share neurons: several, with the 2-norm."""
        return self.coupling == "2-norm"

    @property
    def programs(self) -> tuple[TrainingProblem, ...]:
        """The convex programs that it is: one of all outputs where these share neurons, else one an output.

        Example:
            >>> X, Y = [[1], [2]], [[1, 0], [0, 1]]
            >>> [len(TrainingProblem(X, Y, 1, coupling=norm).programs) for norm in ("1-norm", "2-norm")]
            [2, 1]
        """
        return (self,) if self.shares else self.outputs

    @property
    def is_max_pooled(self) -> bool:
        """Whether the outputs of a sample are the largest over its rows, not their sum."""
        return isinstance(self.readout, MaxPooling)

    @cached_property
    def arrangement(self) -> Arrangement:
        """The central arrangement ``{x_k' u = 0}`` whose chambers are the activation patterns; with max
        pooling also of the rows that compare two rows of a sample
        (:func:`~duality_checks.terms.max_pooling.compared`)."""
        from hyperplane_arrangements.arrangement import Arrangement

        if isinstance(self.readout, MaxPooling):
            return Arrangement(compared(self.X, self.readout, self.kappa))
        return Arrangement(self.X)

    @cached_property
    def bias(self) -> int | None:
        """The column whose weights are free biases, None where all weights are penalised."""
        return ones_of(self.X)[0] if self.free.biases else None

    @property
    def is_weighted(self) -> bool:
        """Whether samples have weights other than 1."""
        return isinstance(self.loss, Weighted)

    @property
    def plain_loss(self) -> Loss:
        """The loss of one sample, without its weight."""
        return unweighted(self.loss)

    @property
    def sample_weights(self) -> Sequence[Fraction]:
        """What multiplies the loss of each sample, length n."""
        return weights_of(self.loss, self.n)

    @cached_property
    def skips(self) -> tuple[tuple[Fraction, ...], ...]:
        """The columns of ``B``, each of length n: what an intercept and a linear skip add to the outputs,
        pooled as neurons are.

        Example:
            >>> problem = TrainingProblem([[2], [3]], [0, 1], beta=1, free="intercept+linear")
            >>> [list(map(int, column)) for column in problem.skips]
            [[1, 1], [2, 3]]
        """
        columns = [(Fraction(1),) * self.X.shape[0]] if self.free.intercept else []
        columns += list(zip(*self.X.fractions, strict=True)) if self.free.linear else []
        return tuple(self._pooled(column) for column in columns)

    @property
    def equations(self) -> tuple[tuple[Fraction, ...], ...]:
        """Those columns of ``B`` that are free of the penalty: the dual is orthogonal to them.

        Example:
            >>> problem = TrainingProblem([[2], [3]], [0, 1], beta=1, free="decayed-intercept")
            >>> len(problem.skips), problem.equations
            (1, ())
        """
        return () if self.free.decayed else self.skips

    def skip_decay(self, theta: Sequence[Fraction]) -> Fraction:
        """What the weights of the columns of ``B`` cost: ``beta/2 theta^2`` for a decayed intercept, else
        0."""
        return self.beta * dot(theta, theta) / 2 if self.free.decayed else Fraction(0)

    def dual(self, v: np.ndarray) -> float:
        """The dual objective at ``v`` (length n, in the domain of the loss), in float64.

        A decayed intercept takes ``(B'v)^2 / (2 beta)`` off: ``min_b beta/2 b^2 - b B'v``.

        Example:
            >>> problem = TrainingProblem([[2], [3]], [0, 1], beta=4, free="decayed-intercept")
            >>> problem.dual(np.array([1.0, 1.0]))  # 1 - (1 + 1)/2 - 2^2 / 8
            -0.5
        """
        return self.loss.dual(v, self.target) - 0.5 * self._brake(v)

    def multiple(self, v: np.ndarray) -> float:
        """The ``t >= 0`` with ``t v`` in the domain of the loss and the largest dual objective, in
        float64."""
        return self.loss.multiple(v, self.target, self._brake(v))

    def exact_dual(self, v: Sequence[Fraction]) -> Fraction:
        """The dual objective, exactly; for the logistic loss a rational just below.

        Raises:
            InputError: ``v`` is not in the domain of the loss. That it is orthogonal to :attr:`equations` is
                not looked at.
        """
        return self.loss.lower(v, self.tied) - self.exact_brake(v)

    def exact_brake(self, v: Sequence[Fraction]) -> Fraction:
        """``(B'v)^2 / (2 beta)``, what a decayed intercept takes off the dual objective; 0 without one."""
        value = Fraction(0)
        for column in self.skips if self.free.decayed else ():
            value += long_dot(column, v) ** 2
        return value / (2 * self.beta)

    def _brake(self, v: np.ndarray) -> float:
        if not self.free.decayed:
            return 0.0
        (column,) = self.skips
        return float(np.array([float(x) for x in column]) @ v) ** 2 / float(self.beta)

    def _pooled(self, column: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        totals = [Fraction(0)] * self.n
        for value, sample in zip(column, self.readout.samples, strict=True):
            totals[sample] += value
        return tuple(totals)

    def penalised(self, weights: np.ndarray) -> np.ndarray:
        """Hidden weights (m x d floats) with zeros where the penalty does not look."""
        if self.bias is None:
            return weights
        kept = np.array(weights)
        kept[:, self.bias] = 0.0
        return kept

    def require_standard(self, purpose: str) -> TrainingProblem:
        """This problem, if it has the squared loss, the 2-norm, no pooling and nothing unpenalised.

        Args:
            purpose: what needs that, for the message.

        Raises:
            InputError: naming what is different.

        Example:
            >>> TrainingProblem([[1]], [1], 1).require_standard("the audit").n
            1
        """
        for name, found, wanted in (
            ("loss", self.loss.name, "squared"),
            ("penalty", self.penalty.name, "2-norm"),
            ("readout", _name_of(self.readout), "identity"),
        ):
            if found != wanted:
                raise InputError(f"{purpose} needs {name}={wanted!r}, and the problem has {found!r}")
        return self.require_penalised(purpose)

    def require_ball(
        self, purpose: str, free: tuple[str, ...] = NAMES[: NAMES.index("biases")]
    ) -> TrainingProblem:
        """This problem, if the dual norm of its rows is a maximum over the unit ball of the 2-norm.

        Args:
            purpose: what needs that, for the message.
            free: what may be unpenalised after all, by name.

        Raises:
            InputError: another norm, free biases, or a readout.

        Example:
            >>> TrainingProblem([[1]], [1], 1, loss="l1").require_ball("the dual norm").n
            1
        """
        if self.penalty.name != "2-norm" or not self.readout.is_identity:
            found = "a readout" if self.penalty.name == "2-norm" else f"penalty={self.penalty.name!r}"
            raise InputError(f"{purpose} needs penalty='2-norm' and no readout, and the problem has {found}")
        return self.require_penalised(purpose, free)

    def require_one_output(self) -> TrainingProblem:
        """This problem, if it has one output.

        Raises:
            InputError: it has several.

        Example:
            >>> TrainingProblem([[1]], [[1]], beta=1).require_one_output().y
            (Fraction(1, 1),)
        """
        if len(self.targets) > 1:
            raise InputError(
                f"the problem has {len(self.targets)} outputs, and this is known of one; take each of "
                "problem.outputs, or train_outputs for all of them"
            )
        return self

    def require_one_program(self) -> TrainingProblem:
        """This problem, if it is one convex program: of one output, or of outputs that share neurons.

        Raises:
            InputError: each output is a program of its own.

        Example:
            >>> TrainingProblem([[1]], [[1, 2]], beta=1, coupling="2-norm").require_one_program().shares
            True
        """
        return self if self.shares else self.require_one_output()

    def require_shared(self) -> TrainingProblem:
        """This problem, if neurons that its outputs share can be trained: with the 2-norm, sums for outputs,
        and nothing unpenalised but an intercept.

        Raises:
            InputError: naming what is different.

        Example:
            >>> TrainingProblem([[1]], [[1, 2]], beta=1, coupling="2-norm").require_shared().shares
            True
        """
        purpose = "the 2-norm coupling"
        if self.penalty.name != "2-norm":
            raise InputError(f"{purpose} needs penalty='2-norm', and the problem has {self.penalty.name!r}")
        return self.require_sums(purpose).require_penalised(purpose, (NOTHING, "intercept", DECAYED))

    def require_sums(self, purpose: str) -> TrainingProblem:
        """This problem, if its outputs are sums over rows.

        Args:
            purpose: what needs that, for the message.

        Raises:
            InputError: max pooling.

        Example:
            >>> TrainingProblem([[1]], [1], 1).require_sums("the path").n
            1
        """
        if self.is_max_pooled:
            refuse(purpose)
        return self

    def require_penalised(self, purpose: str, free: tuple[str, ...] = (NOTHING,)) -> TrainingProblem:
        """This problem, if nothing is unpenalised.

        Args:
            purpose: what needs that, for the message.
            free: what may be unpenalised after all, by name.

        Raises:
            InputError: something else is free.

        Example:
            >>> TrainingProblem([[1]], [1], 1).require_penalised("the audit").free.name
            'nothing'
        """
        if self.free.name not in free:
            wanted = " or ".join(map(repr, free))
            raise InputError(f"{purpose} needs free={wanted}, and the problem has {self.free.name!r}")
        return self

    def with_beta(self, beta: Any) -> TrainingProblem:
        """The same problem with another weight decay; the arrangement is shared.

        Example:
            >>> TrainingProblem([[1]], [1], beta=1).with_beta("1/3").beta
            Fraction(1, 3)
        """
        other = self._like((*_OF_ROWS, *_OF_TARGETS), beta=positive(beta, "beta"))
        require_beta(other.beta)
        return other

    def _like(self, shared: tuple[str, ...], **changes: Any) -> TrainingProblem:
        """The same problem but for these fields, with what of it is known and shared."""
        other, own = object.__new__(type(self)), self.__dict__
        other.__dict__.update({name: own[name] for name in (*_FIELDS, *shared) if name in own} | changes)
        return other

    @property
    def terms(self) -> dict[str, Any]:
        """The arguments that state it again, by name, but for X, y, beta and the activation."""
        return {
            "loss": self.plain_loss,
            "penalty": self.penalty,
            "readout": self.readout,
            "free": self.free,
            "sample_weights": self.sample_weights if self.is_weighted else None,
            "coupling": self.coupling,
        }

    def restated(self, **changes: Any) -> TrainingProblem:
        """The same problem with some of its arguments replaced, by name; of the same X the arrangement is
        shared.

        Example:
            >>> TrainingProblem([[1]], [1], beta=2, loss="l1").restated(y=[3]).y
            (Fraction(3, 1),)
        """
        stated: dict[str, Any] = {"X": self.X, "y": self.given, "beta": self.beta, "activation": self.kappa}
        other = TrainingProblem(**(stated | self.terms | changes))
        if other.X is self.X:
            other.__dict__["arrangement"] = self.arrangement
        return other

    def _call(self) -> Call:
        names = {slope: name for name, slope in NAMED_ACTIVATIONS.items()}
        activation = names.get(self.kappa, f"leaky:{self.kappa}")
        others = [("loss", self.plain_loss.name, "squared"), ("penalty", self.penalty.name, "2-norm")]
        others += [("free", self.free.name, NOTHING), ("coupling", self.coupling, COUPLINGS[0])]
        named = {"beta": self.beta, "activation": activation}
        named |= {name: value for name, value, usual in others if value != usual}
        if not self.readout.is_identity:
            groups = list(self.readout.groups)
            named["readout"] = Call("MaxPooling", (groups,)) if self.is_max_pooled else groups
        if self.is_weighted:
            named["sample_weights"] = self.sample_weights
        return Call(type(self).__name__, (self.X.fractions, self.given), named)

    def _measured(self) -> str:
        rows, columns = self.X.shape
        large = rows * columns > MOST
        outputs = f", {len(self.targets):,} outputs" if len(self.targets) > 1 else ""
        return f"{rows:,} x {columns:,} data, beta={clipped(self.beta)}{outputs}" if large else ""

    def to_json(self) -> str:
        """The problem file: every number an exact rational in lowest terms; version 4 where outputs share
        neurons, else version 3 if samples have weights, else version 2 if something is free.

        Raises:
            InputError: several outputs share no neurons: they have a file each.

        Example:
            >>> print(TrainingProblem([[0.5]], [1], beta=1).to_json())
            {"format": "convex-landscape problem", "version": 1, "loss": "squared", "penalty": "2-norm",
             "readout": "identity", "kappa": "0", "beta": "1", "X": [["1/2"]], "y": ["1"]}
            <BLANKLINE>
            >>> shared = TrainingProblem([[1]], [["1/2", 3]], beta=1, coupling="2-norm")
            >>> document = json.loads(shared.to_json())
            >>> document["version"], document["y"], document["coupling"]
            (4, [['1/2', '3']], '2-norm')
        """
        return self._text

    @cached_property
    def _text(self) -> str:
        from .data.problem_file import problem_document

        if len(self.targets) > 1 and not self.shares:
            raise InputError("outputs that share no neurons have a problem file each: save problem.outputs")
        return json.dumps(problem_document(self)) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the problem file; nothing half-written stays on disk.

        Raises:
            InputError: the file cannot be written.
        """
        write_text(path, self.to_json())

    @classmethod
    def from_json(cls, text: str, source: str = "problem") -> TrainingProblem:
        """Read the text of a problem file, of any version.

        Raises:
            InputError: not JSON, another format, or fields that are missing or unknown.
        """
        from .data.problem_file import read_problem

        return cls(**read_problem(text, source))

    @classmethod
    def load(cls, path: str | Path) -> TrainingProblem:
        """Read a problem file written by :meth:`save`.

        Raises:
            InputError: the file is missing or damaged.
        """
        return cls.from_json(read_text(path), source=str(path))


def _name_of(readout: Readout | MaxPooling) -> str:
    if isinstance(readout, MaxPooling):
        return "max pooling"
    return "identity" if readout.is_identity else "pooling"


_FIELDS = ("X", "targets", "beta", "kappa", "loss", "penalty", "readout", "free", "coupling")
# What is computed of the rows, whatever the targets, and of the targets.
_OF_ROWS = ("weight_floats", "arrangement", "bias", "skips")
_OF_TARGETS = ("target", "Y", "tied")
