"""English as in the collection: British."""
