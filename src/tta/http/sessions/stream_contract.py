"""The contract of a session's stream: AsyncAPI 3, made from the events that are sent.

`python -m tta.http.sessions.stream_contract > docs/asyncapi.json` writes it down.
"""

import sys
from typing import Any

import msgspec

from tta import __version__
from tta.http.schema_names import reference, schemas_of
from tta.http.sessions.event_stream import MEDIA_TYPE
from tta.http.sessions.stream_bodies import EVENTS
from tta.live.stream_positions import CHARACTERS_MAX

IDENTIFIED = ("open", "interaction", "reply", "status", "hold", "release")
"""Always with an id; `resync` has one where the stream goes on, the others never."""
NEVER_IDENTIFIED = ("progress", "bye")
SUMMARIES = {
    "open": "How the session stands where the stream begins",
    "interaction": "The player said or chose something",
    "reply": "The story, or the protocol, answered",
    "status": "The session was paused, resumed, completed or abandoned",
    "hold": "Play is held from now on",
    "release": "Play goes on",
    "progress": "A turn that takes a moment comes along",
    "resync": "The stream could not simply go on",
    "bye": "The stream ends; open it again",
}
CHANNEL = "sessionStream"


def stream_contract() -> dict[str, Any]:
    """Write the AsyncAPI document of the stream."""
    unique = list(dict.fromkeys(EVENTS.values()))
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "TTA: a session's live stream",
            "version": __version__,
            "description": "Server-sent events. `docs/http-api/streams.md` describes how to follow a session,"
            " and openapi.json what is answered if a stream cannot begin.",
        },
        "defaultContentType": "application/json",
        "channels": {
            CHANNEL: {
                "address": "/v1/sessions/{session_id}/stream",
                "title": "What happens in one session",
                "parameters": {"session_id": {"description": "The session's id, a UUID."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in EVENTS},
            }
        },
        "operations": {
            "tellSession": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{CHANNEL}"},
                "summary": f"TTA answers GET with {MEDIA_TYPE}; each event's `data` is a message's payload.",
                "messages": [{"$ref": f"#/channels/{CHANNEL}/messages/{name}"} for name in EVENTS],
                "bindings": {"http": {"method": "GET", "bindingVersion": "0.3.0"}},
            }
        },
        "components": {
            "messages": {name: _message(name, kind) for name, kind in EVENTS.items()},
            "schemas": schemas_of(unique),
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def _message(name: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": SUMMARIES[name],
        "headers": _fields(name),
        "payload": reference(kind),
    }


def _fields(name: str) -> dict[str, Any]:
    """Describe the fields beside `data`."""
    fields: dict[str, Any] = {"event": {"const": name}}
    if name not in NEVER_IDENTIFIED:
        fields["id"] = {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]+$",
            "maxLength": CHARACTERS_MAX,
            "description": "Opaque: what a client sends as Last-Event-ID.",
        }
    required = ["event", "id"] if name in IDENTIFIED else ["event"]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def main() -> None:
    """Print the document, as it is checked in."""
    raw = msgspec.json.format(msgspec.json.encode(stream_contract()), indent=1)
    sys.stdout.write(raw.decode() + "\n")


if __name__ == "__main__":
    main()
