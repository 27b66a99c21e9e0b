"""The smallest thing to serve: a slider, a chart of bars that it draws, work in the background, and a language."""

import sys
import tempfile
import threading
from pathlib import Path

import ipywidgets
from traitlets import Unicode

from simkit.params import PlannerError
from simkit.workbench.serving import Site, serve

KEY = "the-key-of-the-tests"


class Counter(ipywidgets.VBox):
    """Counts in the background until it is closed, and shows as many bars as its slider says."""

    language = Unicode("en")

    def __init__(self, language):
        self.bars = ipywidgets.IntSlider(value=3, max=9, description="Bars", continuous_update=False)
        self.switch = ipywidgets.ToggleButtons(options={"English": "en", "中文": "zh"}, value=language)
        self.chart = ipywidgets.Image(format="svg+xml")
        self.counted = ipywidgets.IntProgress(max=100)
        self.closed = threading.Event()
        super().__init__([self.switch, self.bars, self.counted, self.chart], language=language)
        self.bars.observe(self.draw, names="value")
        self.switch.observe(lambda change: self.set_trait("language", change["new"]), names="value")
        self.draw()
        self.work = threading.Thread(target=self.count, daemon=True)
        self.work.start()

    def draw(self, _=None):
        """Draw the chart anew."""
        bars = "".join(f"<rect x='{10 * bar}' width='8' height='40'/>" for bar in range(self.bars.value))
        self.chart.value = f"<svg xmlns='http://www.w3.org/2000/svg' width='200' height='40'>{bars}</svg>".encode()

    def count(self):
        """Count until closed."""
        while not self.closed.wait(0.01):
            self.counted.value = (self.counted.value + 1) % 100

    def close(self):
        """End the work, then close as every widget does."""
        self.closed.set()
        super().close()


def opened(language):
    """Open a counter for one visitor, or fail with the words in the file that the command line names, while it is there."""
    for path in map(Path, sys.argv[1:]):
        if path.is_file():
            raise PlannerError(path.read_text(encoding="utf-8"))
    return Counter(language)


def tell(address):
    """Print the address for who started this."""
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tea" / "index.html"
        report.parent.mkdir()
        report.write_text("<h1>Tea</h1>", encoding="utf-8")
        report.with_suffix(".json").write_text("{}", encoding="utf-8")
        serve(Site(opened, Path(folder), KEY, "en"), "127.0.0.1", 0, tell)
