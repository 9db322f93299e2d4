"""What happens to a listing after it was extracted."""
