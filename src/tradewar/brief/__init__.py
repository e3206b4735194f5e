"""Findings told: sentences, tables, charts and one self-contained page. No figure is computed here."""
