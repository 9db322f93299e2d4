"""Evidence: captures, the ledger's stamps, bundles, and what verifies them."""
