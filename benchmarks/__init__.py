"""Benchmarks: how fast tradewar is against what is in public use, and how it grows. Run `python -m benchmarks`.

One module per comparison, each with `run(options) -> Result`; every ratio is measured within one run.
"""
