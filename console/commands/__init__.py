"""The commands of ``markhound``, a file per area; each function is one command."""
