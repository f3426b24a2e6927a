"""Importing case studies from the files that exports give: upload, preview, apply.

A file is read into tables (`files`), every row compared with what the database holds (`comparing`), and what it would
do is kept as a preview (`jobs`) that a curator looks at and applies (`applying`).
"""
