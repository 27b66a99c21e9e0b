"""How a choice stands up to what is not known of the parameters."""
