"""The offline edition: studies, filters and search in one file that a browser opens from disk, without any server.

`data.py` gathers what the scripts in `static/casestudies/offline/` work with, `pages.py` writes the pages.
"""
