"""Digests: what is new for whom, and how they are told of it, each thing once."""
