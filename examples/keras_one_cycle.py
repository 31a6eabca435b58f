"""A Keras model trained along one cycle of learning rate and momentum, and the same model at constant rates.

Run it with `python examples/keras_one_cycle.py`; it needs the extras `keras` and `sklearn` and a backend of Keras, here
PyTorch unless `KERAS_BACKEND` names another.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from ayar.integrations.keras import ScheduleCallback, schedulable
from ayar.training import Constant, OneCycle

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.3, random_state=0, stratify=y)
EPOCHS, BATCH = 8, 64
STEPS = EPOCHS * -(-len(X_train) // BATCH)


def trained(schedule):
    """The test accuracy after training along the schedule."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(128, activation="relu"), keras.layers.Dense(128, activation="relu")]
    model = keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])
    model.compile(
        optimizer=schedulable(keras.optimizers.SGD(0.01, momentum=0.9)),  # its momentum can now change while it trains
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(X_train, y_train, batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[ScheduleCallback(schedule)])
    return model.evaluate(X_test, y_test, verbose=0, return_dict=True)["accuracy"]


print(OneCycle(STEPS, 0.1).explain())
for rate in (0.1, 0.5):
    cycle, constant = trained(OneCycle(STEPS, rate)), trained(Constant(STEPS, rate, momentum=0.9))
    print(f"rate {rate}: one cycle {cycle:.3f}, constant {constant:.3f} right on the test rows")
print("0.1 is about the best constant rate here, and as good as the cycle; far above it only the cycle still learns.")
