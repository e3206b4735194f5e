"""The command line: parse, call one public function, print. No logic.

`run` in `tradewar.cli.main` is the only place where an exception becomes a message and an exit status.
"""
