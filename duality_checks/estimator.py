"""The estimators that scikit-learn's users import (extra `sklearn`)."""

from .interfaces.estimator import CertifiedReLUClassifier, CertifiedReLURegressor, NoCertificateError
from .interfaces.estimator_cv import CertifiedReLUClassifierCV, CertifiedReLURegressorCV

__all__ = [
    "CertifiedReLUClassifier",
    "CertifiedReLUClassifierCV",
    "CertifiedReLURegressor",
    "CertifiedReLURegressorCV",
    "NoCertificateError",
]
