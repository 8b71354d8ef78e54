"""Random traces through the API, checked against the model."""
