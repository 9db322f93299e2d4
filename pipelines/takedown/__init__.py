"""From a judged hit to a takedown notice."""
