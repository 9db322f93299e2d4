"""Figures of a period: counted, estimated where only samples were looked at, and followed back."""
