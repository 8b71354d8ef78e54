"""The requirements, each with the documented sentence behind it."""
