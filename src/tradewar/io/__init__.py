"""The one way in and the one way out: nothing else in this package opens, reads or writes a file.

files, archives      bytes of a file, of a folder or of a zip, within limits
text, tables         CSV and Parquet as declared tables
toml, json           documents that people write, as checked models
registers/           countries, products, dates, units and rates: what a word in a cell may be
writing              files and folders placed as a whole
kept                 what may be lost at any time, because it can be made anew
serialize            any result as plain data
"""
