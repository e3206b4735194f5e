"""`python -m tradewar`: the command line."""

from tradewar.cli.main import run

if __name__ == "__main__":
    run()
