"""The core: pure and synchronous. Time is an argument, input and output are values."""
