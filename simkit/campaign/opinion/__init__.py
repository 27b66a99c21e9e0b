"""What customers think of the wallet and tell each other: trust, word of mouth, and what the bank does about either."""
