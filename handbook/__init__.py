"""The project package: settings, addresses, and the database a developer gets."""
