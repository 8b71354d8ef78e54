"""Random traces through the API, held against the model."""
