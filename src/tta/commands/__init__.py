"""Commands: load, fold, decide, append. One file per use case that needs facts from outside its aggregate."""
