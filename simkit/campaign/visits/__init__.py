"""What happens at a visit and after it: conduct, training, deliberation, follow-up."""
