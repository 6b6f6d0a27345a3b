"""The same build and the same answers on a Ray cluster; the only folder that imports Ray."""
