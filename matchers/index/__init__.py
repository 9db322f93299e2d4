"""The index over names: tables in files, and the compiled search through them."""
