"""How fast, how small and how well paired the model is, against two textbook models of the same mechanisms."""
