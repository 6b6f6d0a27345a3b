"""The index for assistants (Model Context Protocol): tools, what they say, how they are reached."""
