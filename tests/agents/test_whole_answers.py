"""No whole answer of a language model is lost for something beside its text."""

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agents.gateway_examples import CALL, CONSENT, QUESTION, endpoint, opened, outcome_of
from tests.support.agents.llm_server import LlmServer
from tta.agents.completions import UnreadableCompletion, completion_in
from tta.agents.event_lines import events_in
from tta.agents.said_json import json_in
from tta.domain.narration import NarrationOutcome
from tta.eventstore.nodes import Nodes

TEXT = "Once upon a time,\u2028“quietly”.\u2029\x85 And on."
FIRST, REST = TEXT[:9], TEXT[9:]
USAGE = {"prompt_tokens": 100, "completion_tokens": 20}


def chunk(**fields: Any) -> str:
    return json.dumps({"id": "1", **fields}, ensure_ascii=False)


def delta(content: Any, **fields: Any) -> str:
    return chunk(choices=[{"index": 0, "delta": {"role": "assistant", "content": content}, **fields}])


DELTAS = [delta(FIRST), delta(REST)]
END, USED, DONE = delta(None, finish_reason="stop"), chunk(choices=[], usage=USAGE), "[DONE]"


def events(*data: str, end: str = "\n") -> str:
    return "".join(f"data: {each}{end}{end}" for each in data)


STREAMS = {
    "as usual": events(*DELTAS, END, USED, DONE),
    "usage without choices": events(*DELTAS, END, chunk(usage=USAGE), DONE),
    "choices null": events(*DELTAS, END, chunk(choices=None, usage=USAGE), DONE),
    "CR LF": events(*DELTAS, END, USED, DONE, end="\r\n"),
    "CR": events(*DELTAS, END, USED, DONE, end="\r"),
    "a byte order mark": "\ufeff" + events(*DELTAS, END, USED, DONE),
    "no space": events(*DELTAS, END, USED, DONE).replace("data: ", "data:"),
    "comments and other fields": ": hello\n\nretry: 100\n\nid: 7\nevent: message\n"
    + events(DELTAS[0])
    + ": keep-alive\n\n:\n\nid\nfoo: bar\n"
    + events(DELTAS[1], END, USED, DONE),
    "an event without data": "event: ping\n\n" + events(*DELTAS, END, USED, DONE),
    "empty data": "data\n\ndata:\n\n" + events(*DELTAS, END, USED, DONE),
    "data over lines": events(
        *DELTAS, json.dumps(json.loads(END), indent=1).replace("\n", "\ndata: "), USED, DONE
    ),
    "no [DONE]": events(*DELTAS, END, USED),
    "no finish": events(*DELTAS, USED, DONE),
    "an unknown finish": events(*DELTAS, delta("", finish_reason="because"), USED, DONE),
    "a finish of another type": events(*DELTAS, delta("", finish_reason={"type": "stop"}), USED, DONE),
    "no empty lines": events(*DELTAS, END, USED, DONE).replace("\n\n", "\n"),
    "no empty line last": events(*DELTAS, END, USED, DONE).rstrip("\n"),
    "usage that grows": events(
        chunk(choices=[], usage={"prompt_tokens": 100, "completion_tokens": 1}), *DELTAS, END, USED, DONE
    ),
    "odd fields": events(
        chunk(
            choices=[
                {"index": "0", "delta": {"content": FIRST, "tool_calls": None, "refusal": 5}, "logprobs": 1}
            ]
        ),
        chunk(
            choices=[{"delta": {"content": REST, "tool_calls": [{}]}, "finish_reason": None}], created="now"
        ),
        chunk(choices=[{"delta": None, "finish_reason": "stop"}], error=None, system_fingerprint={}),
        chunk(choices=[{"delta": 7}], usage=USAGE),
        "null",
        "[]",
        DONE,
    ),
    "parts": events(delta([{"type": "text", "text": FIRST}]), delta([{"text": REST}]), END, USED, DONE),
    "thoughts beside it": events(
        chunk(choices=[{"delta": {"reasoning_content": "Hm.", "content": None}}]), *DELTAS, END, USED, DONE
    ),
}


def whole(message: Any, **fields: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": "stop"}], "usage": USAGE, **fields}


WHOLE = {
    "as usual": whole({"content": TEXT}),
    "odd fields": whole(
        {"content": TEXT, "tool_calls": None, "role": 3, "annotations": {}}, id=[1], created="x"
    ),
    "no finish": {"choices": [{"message": {"content": TEXT}}], "usage": USAGE},
    "a finish of another type": {
        "choices": [{"message": {"content": TEXT}, "finish_reason": 5}],
        "usage": USAGE,
    },
    "parts": whole({"content": [{"type": "text", "text": FIRST}, {"type": "thinking"}, {"text": REST}, 5]}),
}


@pytest.mark.parametrize("name", STREAMS)
async def test_a_stream_is_read_by_its_own_rules(nodes: Nodes, store: str, model: LlmServer, name: str):
    model.raw = STREAMS[name].encode()
    async with opened(nodes, store, endpoint(model, streams=True, timeout_s=20.0)) as gateway:
        answered = await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=20)
    assert answered.said == (TEXT, 100, 20)


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("name", WHOLE)
async def test_of_an_answer_its_text_is_read(nodes: Nodes, store: str, model: LlmServer, name: str, bom: str):
    model.raw = (bom + json.dumps(WHOLE[name], ensure_ascii=False)).encode()
    async with opened(nodes, store, endpoint(model, timeout_s=20.0)) as gateway:
        answered = await gateway.ask(QUESTION, CONSENT, call_id=CALL, within_s=20)
    assert answered.said == (TEXT, 100, 20)


@pytest.mark.parametrize(
    "usage", [None, 5, [], {"prompt_tokens": "many"}, {"completion_tokens": None}, {"x": 1}]
)
def test_usage_that_cannot_be_read_is_none_at_all(usage: Any):
    read = completion_in(json.dumps({**whole({"content": TEXT}), "usage": usage}))
    assert read.text == TEXT
    assert not any(read.usage or ())


@pytest.mark.parametrize(
    "stream",
    [
        events(*DELTAS),
        events(*DELTAS, USED),
        events(*DELTAS, chunk(error={"message": "overloaded"}), DONE),
        events(*DELTAS) + "event: error\ndata: {}\n\n" + events(END, DONE),
        events(DELTAS[0], "{", END, DONE),
        events(*DELTAS) + 'data: {"choices": [{"finish_reason": "st',
    ],
    ids=["no end", "no end but usage", "an error", "an event of error", "half a chunk", "cut in the end"],
)
async def test_half_an_answer_is_none(nodes: Nodes, store: str, model: LlmServer, stream: str):
    model.raw = stream.encode()
    async with opened(nodes, store, endpoint(model, streams=True, timeout_s=20.0)) as gateway:
        assert await outcome_of(gateway, 20.0) is NarrationOutcome.FAILED


@pytest.mark.parametrize(
    "raw", ["", "no", "{", '{"error": {"message": "no"}}', '{"choices": [{"message": {"content": 5}}]}']
)
def test_what_is_no_completion_is_not_read(raw: str):
    with pytest.raises(UnreadableCompletion):
        completion_in(raw)


async def pieces(raw: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    places = sorted({0, *(cut % (len(raw) + 1) for cut in cuts), len(raw)})
    for start, end in pairwise(places):
        yield raw[start:end]


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(min_value=0), max_size=30))
async def test_wherever_a_stream_is_cut_into_pieces_its_events_are_the_same(name: str, cuts: list[int]):
    raw = STREAMS[name].encode()
    in_one = [each async for each in events_in(pieces(raw, []))]
    assert [each async for each in events_in(pieces(raw, cuts))] == in_one
    assert [each async for each in events_in(pieces(raw, list(range(len(raw)))))] == in_one


OBJECT = json.dumps({"kind": "choice", "choice": "</think> ``` {on}"})


@pytest.mark.parametrize(
    "said",
    [
        OBJECT,
        f"\ufeff {OBJECT}\n",
        f"<think></think>\n\n{OBJECT}",
        f"<think>\n</think>{OBJECT}",
        f'<think>They say on. {{"kind": 1}}</think>\n{OBJECT}',
        f"<thinking>Hm.</thinking> <think>Hm.</think>{OBJECT}",
        f"So they go on.\n</think>\n{OBJECT}",
        f"```json\n{OBJECT}\n```",
        f"```\r\n{OBJECT}\r\n```\r\n",
        f"```json {OBJECT}```",
        f"~~~JSON\n{OBJECT}\n~~~",
        f"<think></think>```json\n{OBJECT}\n```",
    ],
)
def test_thoughts_and_fences_are_none_of_the_answer(said: str):
    assert json.loads(json_in(said)) == json.loads(OBJECT)


@given(st.text("<think>/`~{}\n json"))
def test_whatever_is_said_is_looked_through(said: str):
    assert len(json_in(said)) <= len(said)
