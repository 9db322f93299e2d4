"""What is done with tips: read lists of them, look at their pages, tell what came of it."""
