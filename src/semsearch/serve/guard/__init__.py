"""Who is let in, and how often: hosts, sites, API keys, rates. It stands before whatever answers."""
