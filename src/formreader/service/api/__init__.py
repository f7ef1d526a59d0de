"""The HTTP API, version 1: JSON in and out, errors as problem+json."""
