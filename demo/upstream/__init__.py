"""The parts of the stand-in upstream; `fake_upstream` is the way in."""
