"""Papers and their vectors to a generation on disk, and back. The only writer of the data root."""
