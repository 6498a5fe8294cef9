"""Room for what the projectors must not lose: see 0001_checkpoints.md."""

from tta.graph.schema import Node, Schema

CHECKPOINT = Node(
    "Checkpoint",
    properties={
        "model": "string",
        "slot": "integer",
        "position": "integer",
        "hash": "bytes",
        "epoch": "integer",
        "owner": "string",
        "locked_by": "string",
        "updated_ms": "integer",
    },
    indexes=("model",),
)
WORKER = Node(
    "Worker",
    properties={"beat": "integer", "model": "string", "stopped": "strings"},
)
MODEL = Node(
    "Model",
    properties={"live_version": "integer", "previous_version": "integer", "switched_ms": "integer"},
)

SCHEMA = Schema((CHECKPOINT, WORKER, MODEL))
