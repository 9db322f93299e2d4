"""Draws by lot: from what is drawn, and what is handed out so that others can draw again."""
