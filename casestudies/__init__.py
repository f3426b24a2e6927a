"""The application: case studies, what they are linked to, and every way to read, edit and carry them."""
