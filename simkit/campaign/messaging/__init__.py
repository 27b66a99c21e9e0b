"""What messages and offers are about, for whom, and on which days."""
