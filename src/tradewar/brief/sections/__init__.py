"""The sections of the page, one module each. See `tradewar.brief.section` for what a section is."""
