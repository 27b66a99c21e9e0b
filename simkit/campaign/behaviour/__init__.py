"""What customers do of their own accord: adopt, pay, stop, play for rewards."""
