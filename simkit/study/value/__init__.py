"""What knowing uncertain numbers would be worth, and which pilot tells."""
