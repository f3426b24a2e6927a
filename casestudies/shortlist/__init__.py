"""The studies that a reader collects while browsing, and comparing a few of them: see docs/shortlist.md."""
