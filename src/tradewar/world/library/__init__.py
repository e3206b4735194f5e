"""Built-in worlds, one zipped tidy folder each. Sources and terms: DATA-LICENSES.md."""
