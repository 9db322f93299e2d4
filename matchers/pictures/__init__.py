"""Pictures: fingerprints, and an index that finds altered copies, logos and shared parts."""
