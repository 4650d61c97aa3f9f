"""The made-up reviews stand beside the report tests; both folders use them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
