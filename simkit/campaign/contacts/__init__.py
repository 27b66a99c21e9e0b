"""Who may be contacted, how tired of us they are, and the chance that a contact opens a wallet."""
