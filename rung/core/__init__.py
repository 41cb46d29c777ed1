"""Settings, errors, progress and the project's own files: what every other room may use."""
