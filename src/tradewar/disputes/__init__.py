"""A dispute on file, and a run of it end to end: `load_dispute` gives a Dossier, `run` turns it into Findings."""
