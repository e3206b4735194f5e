"""What a word in a cell may be: countries, products, dates, units and money, rates.

Each register answers one question, what is wrong with a text and how to mend it, as `(what, fix)`, or None.
"""
