"""The races of the audiences API: requests that meet, and the facts that have to hold however they end."""
