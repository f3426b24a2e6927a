"""The collection for programs: a REST interface for reading, described in OpenAPI 3.1."""
