"""The pages of a study: the strategies compared, and each strategy against doing nothing."""
