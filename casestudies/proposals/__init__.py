"""Case studies that somebody outside proposes: the form, the draft it becomes, and who proposed it."""
