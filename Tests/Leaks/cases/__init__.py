"""Cases that the guard is scored on: our own persona, disguises, grave leaks and clean texts."""
