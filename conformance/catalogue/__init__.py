"""The requirements, each with its documented sentence, and the operations that they are about."""
