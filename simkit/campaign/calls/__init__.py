"""The contact centre: people and machines that dial, people who answer."""
