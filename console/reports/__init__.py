"""Writing a period's report: one data structure, in the words of both languages, in five forms."""
