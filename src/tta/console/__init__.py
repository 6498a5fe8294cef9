"""The `tta` command: what people who run or play TTA do at a terminal."""
