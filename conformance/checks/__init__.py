"""The checks: test functions that pytest runs against the target. The engine never imports them."""
