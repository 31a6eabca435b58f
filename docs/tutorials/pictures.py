"""The pictures of the tutorials, drawn anew: `python -m docs.tutorials.pictures`. Needs plotly and Chromium."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from ayar.training import NumpyTask, disciplined, lr_range_test

HERE = Path(__file__).parent
WIDTH = 760


def draw(figure: Any, name: str) -> None:
    """One figure as a PNG on white, in Chromium."""
    height = int(figure.layout.height)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        figure.update_layout(width=WIDTH, paper_bgcolor="white", plot_bgcolor="white")
        figure.write_html(page, include_plotlyjs=True, config={"displayModeBar": False})
        browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--virtual-time-budget=3000",
        ]
        place = [f"--window-size={WIDTH + 16},{height + 16}", f"--screenshot={HERE / name}", page.as_uri()]
        subprocess.run([browser, *arguments, *place], check=True, capture_output=True)  # noqa: S603 - our own words


def main() -> None:
    """All pictures of `read-the-training.md`."""
    X, y = load_digits(return_X_y=True)
    task = NumpyTask(StandardScaler().fit_transform(X), y, hidden=(64,), name="digits")
    draw(lr_range_test(task, low=1e-5, high=10, steps=120, repeats=3).plot(), "range-test.png")
    recipe = disciplined(task, epochs=10, budget=4, seed=0)
    draw(recipe.plot(), "arms.png")
    draw(recipe.schedule.plot(), "schedule.png")


if __name__ == "__main__":
    main()
