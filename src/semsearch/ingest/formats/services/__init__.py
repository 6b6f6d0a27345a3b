"""What services say of a paper in JSON, one module each."""
