"""Metrics know their direction and what to ask the model for; values are compared in `tests/golden`."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.evaluate.metrics import METRICS, Metric, accuracy, log_loss, mse, r2, read_metric, roc_auc


def test_the_table_names_each_metric_by_its_function() -> None:
    assert {name: metric.score.__name__ for name, metric in METRICS.items()} == {name: name for name in METRICS}


def test_the_error_rate_is_what_accuracy_lacks() -> None:
    truth, prediction = np.array([0, 1, 1, 0, 1]), np.array([0, 1, 0, 0, 0])
    assert METRICS["accuracy"].score(truth, prediction) == pytest.approx(0.6)
    assert METRICS["error_rate"].score(truth, prediction) == pytest.approx(0.4)


def test_unsigned_integers_do_not_wrap_around() -> None:
    assert mse(np.array([0, 10], dtype=np.uint8), np.array([2, 10], dtype=np.uint8)) == pytest.approx(2.0)


def test_r2_of_constant_truth_is_one_or_zero() -> None:
    assert r2(np.ones(3), np.ones(3)) == 1.0
    assert r2(np.ones(3), np.array([1.0, 1.0, 2.0])) == 0.0


def test_a_class_that_the_model_has_not_seen_costs_the_most() -> None:
    assert log_loss(np.array([-1]), np.array([[0.5, 0.5]])) == pytest.approx(-np.log(np.finfo(np.float64).eps))


def test_roc_auc_is_unknown_without_both_classes() -> None:
    assert np.isnan(roc_auc(np.array([1, 1]), np.array([[0.2, 0.8], [0.4, 0.6]])))


def test_roc_auc_of_three_classes_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"needs two classes, got probabilities of shape \(1, 3\); use 'log_loss'"):
        roc_auc(np.array([1]), np.ones((1, 3)) / 3)


def test_predictions_in_a_column_are_read_as_a_row_each() -> None:
    model = SimpleNamespace(predict=lambda X: np.array([[1], [0], [1]]))
    truth, prediction = METRICS["accuracy"].pairs(model, [0, 0, 0], [1, 0, 0])
    assert prediction.shape == (3,)
    assert accuracy(truth, prediction) == pytest.approx(2 / 3)


def test_probabilities_are_matched_with_classes_by_the_models_own_order() -> None:
    model = SimpleNamespace(classes_=["a", "c"], predict_proba=lambda X: np.array([[0.9, 0.1]] * 3))
    truth, P = METRICS["log_loss"].pairs(model, [0, 0, 0], ["a", "b", "c"])
    assert truth.tolist() == [0, -1, 1]
    assert P.shape == (3, 2)


@pytest.mark.parametrize("prediction", [np.zeros(2), np.zeros((3, 2))])
def test_predictions_of_another_shape_are_refused_in_words(prediction: Any) -> None:
    with pytest.raises(ArgumentError, match=r"SimpleNamespace.predict: .* for truth of shape \(3,\), got shape"):
        METRICS["mse"].pairs(SimpleNamespace(predict=lambda X: prediction), [0, 0, 0], [1.0, 2.0, 3.0])


def test_a_model_without_probabilities_is_refused_in_words() -> None:
    model = SimpleNamespace(predict=lambda X: X)
    with pytest.raises(
        ArgumentError, match=r"'log_loss' needs SimpleNamespace.predict_proba, which the model does not"
    ):
        METRICS["log_loss"].pairs(model, [0], [0])


def test_a_record_is_a_metric_under_its_functions_name() -> None:
    def hits(truth: Any, prediction: Any) -> float:
        return float(np.sum(truth == prediction))

    assert read_metric(Metric(hits, "maximize"), [0, 1]).name == "hits"


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("acuracy", r"no metric is called 'acuracy'; did you mean 'accuracy'"),
        (max, r"expected a name or a Metric, got <built-in function max>; say which way is better: Metric\("),
        (3, r"expected a name or a Metric, got 3"),
    ],
)
def test_what_is_no_metric_is_refused_in_words(metric: object, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        read_metric(metric, [0, 1])


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.labels])
def test_a_metric_of_labels_refuses_measurements_in_words(name: str) -> None:
    words = rf"'{name}' compares class labels, but y holds 3 different numbers in 3 rows; .* use metric='rmse'"
    with pytest.raises(ArgumentError, match=words):
        read_metric(name, [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accuracy", "maximize"), r"expected a function \(truth, prediction\) -> float, got 'accuracy'"),
        ((max, "up"), r"expected direction 'maximize' or 'minimize', got 'up'"),
        ((max, "maximize", "", "transform"), r"expected asks='predict' or 'predict_proba', got 'transform'"),
    ],
)
def test_a_wrong_record_is_refused_in_words(arguments: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Metric(*arguments)
