"""What any store must do: test classes that every adapter has to pass."""
