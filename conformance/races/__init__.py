"""The races of the audiences API: concurrent requests, and the conditions that hold however they end."""
