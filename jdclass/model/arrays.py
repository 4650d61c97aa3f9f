"""Fitted estimators as plain arrays, and back.

Only what prediction needs is kept, and only kinds named here: a model folder cannot make jdclass build anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from jdclass.errors import ModelError
from jdclass.model.network import RecurrentNetwork
from jdclass.model.said import WordReader
from jdclass.model.zone_network import ZoneNetwork

__all__ = ["KINDS", "arrays_of", "kind_of", "rebuild"]

Arrays = Mapping[str, NDArray[Any]]


def _linear_arrays(estimator: LogisticRegression) -> dict[str, NDArray[Any]]:
    return {
        "coef": np.asarray(estimator.coef_, dtype=np.float32),
        "intercept": np.asarray(estimator.intercept_, dtype=np.float32),
        "classes": np.asarray(estimator.classes_).astype(np.int64),
    }


def _linear(arrays: Arrays) -> LogisticRegression:
    estimator = LogisticRegression()
    estimator.coef_, estimator.intercept_, estimator.classes_ = arrays["coef"], arrays["intercept"], arrays["classes"]
    estimator.n_features_in_ = arrays["coef"].shape[1]
    return estimator


def _network_arrays(estimator: MLPClassifier) -> dict[str, NDArray[Any]]:
    arrays = {"classes": np.asarray(estimator.classes_).astype(np.int64)}
    for number, (coefficients, intercepts) in enumerate(zip(estimator.coefs_, estimator.intercepts_, strict=True)):
        arrays[f"coef{number}"] = np.asarray(coefficients, dtype=np.float32)
        arrays[f"intercept{number}"] = np.asarray(intercepts, dtype=np.float32)
    return arrays


def _network(arrays: Arrays) -> MLPClassifier:
    layers = sum(name.startswith("coef") for name in arrays)
    coefficients = [arrays[f"coef{number}"] for number in range(layers)]
    estimator = MLPClassifier(tuple(matrix.shape[1] for matrix in coefficients[:-1]))
    estimator.coefs_ = coefficients
    estimator.intercepts_ = [arrays[f"intercept{number}"] for number in range(layers)]
    estimator.classes_ = arrays["classes"]
    estimator.n_layers_ = layers + 1
    estimator.n_outputs_ = coefficients[-1].shape[1]
    estimator.n_features_in_ = coefficients[0].shape[0]
    estimator.out_activation_ = "softmax"
    return estimator


def _scaler_arrays(estimator: StandardScaler) -> dict[str, NDArray[Any]]:
    return {"mean": np.asarray(estimator.mean_), "scale": np.asarray(estimator.scale_)}


def _scaler(arrays: Arrays) -> StandardScaler:
    estimator = StandardScaler()
    estimator.mean_, estimator.scale_ = arrays["mean"], arrays["scale"]
    estimator.var_ = np.asarray(arrays["scale"]) ** 2
    estimator.n_features_in_ = len(arrays["mean"])
    return estimator


def _scaled_arrays(estimator: Pipeline) -> dict[str, NDArray[Any]]:
    scaler, linear = estimator[0], estimator[1]
    return {**_scaler_arrays(scaler), **_linear_arrays(linear)}


def _scaled(arrays: Arrays) -> Pipeline:
    return make_pipeline(_scaler(arrays), _linear(arrays))


_Pair = tuple[type[Any], Callable[[Any], dict[str, NDArray[Any]]], Callable[[Arrays], Any]]

#: The kinds of estimators that a model folder can hold.
KINDS: dict[str, _Pair] = {
    "logistic_regression": (LogisticRegression, _linear_arrays, _linear),
    "multilayer_perceptron": (MLPClassifier, _network_arrays, _network),
    "standard_scaler": (StandardScaler, _scaler_arrays, _scaler),
    "recurrent_network": (RecurrentNetwork, RecurrentNetwork.arrays, RecurrentNetwork.of),
    "zone_network": (ZoneNetwork, ZoneNetwork.arrays, ZoneNetwork.of),
    "word_reader": (WordReader, WordReader.arrays, WordReader.of),
    "scaled_logistic_regression": (Pipeline, _scaled_arrays, _scaled),
}


def kind_of(estimator: Any) -> str:
    """The name of the estimator's kind. Raises TypeError for one that a model folder cannot hold."""
    for name, (kind, _, _) in KINDS.items():
        if type(estimator) is kind:
            return name
    raise TypeError(f"a model folder holds no {type(estimator).__name__}")


def arrays_of(estimator: Any) -> dict[str, NDArray[Any]]:
    """The arrays that `rebuild` needs. Raises TypeError for a kind that a model folder cannot hold."""
    return KINDS[kind_of(estimator)][1](estimator)


def rebuild(kind: str, arrays: Arrays) -> Any:
    """The estimator again, ready to predict. Raises ModelError for an unknown kind or a missing array."""
    if kind not in KINDS:
        raise ModelError(f"estimator of kind {kind!r}, wanted one of {sorted(KINDS)}")
    try:
        return KINDS[kind][2](arrays)
    except KeyError as error:
        raise ModelError(f"estimator of kind {kind!r} lacks the array {error.args[0]!r}") from error
