"""Measures how fast the pages are on large collections, beside Datasette on the same data.

`python -m benchmarks.run` does everything; README.md says what is measured and how.
"""
