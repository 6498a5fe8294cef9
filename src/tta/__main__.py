"""`python -m tta …` is `tta …`."""

from tta.console.cli import run

if __name__ == "__main__":
    run()
