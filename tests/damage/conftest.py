"""What tests of damage share with the proofs: TTA in processes of its own, real clients, real servers."""

import sys
from pathlib import Path

for folder in ("proofs", "eventstore"):
    sys.path.append(str(Path(__file__).parents[1] / folder))
