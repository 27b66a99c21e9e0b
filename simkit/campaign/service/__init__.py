"""Service: branch counters, the support desk, help over the first steps, and alerts that set things right."""
