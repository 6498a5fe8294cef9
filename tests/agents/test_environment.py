"""Environment variables of the client library change neither the receiver of words nor what is sent with
them.
"""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.agents.brief_examples import WORDS
from tests.support.agents.llm_server import LlmServer

ASKING = """
import asyncio, sys
from uuid import UUID
from tta.agents.endpoint_client import EndpointClient, Message
from tta.agents.endpoints import Endpoint
from tta.telemetry.logs import configure_logs

configure_logs("debug")

async def main(url, words):
    client = EndpointClient(Endpoint("first", url, "small"))
    print((await client.ask([Message("user", words)], key=UUID(int=1), tokens_max=50)).text)
    await client.close()

asyncio.run(main(*sys.argv[1:]))
"""
TELLING = {
    "OPENAI_API_KEY": "ambient-key",
    "OPENAI_ADMIN_KEY": "ambient-key",
    "OPENAI_BASE_URL": "http://127.0.0.1:1/elsewhere",
    "OPENAI_ORG_ID": "ambient-org",
    "OPENAI_PROJECT_ID": "ambient-project",
    "OPENAI_CUSTOM_HEADERS": "X-Ambient: ambient-header",
    "OPENAI_LOG": "debug",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
}


async def ran(program: str, *arguments: str, **told: str) -> tuple[int | None, str, str]:
    source = str(Path(__file__).parents[2] / "src")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, *arguments),
        env=os.environ | {"PYTHONPATH": source} | told,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await running.communicate()
    return running.returncode, out.decode(), err.decode()


async def test_nothing_of_it_leaves_and_no_word_is_logged(model: LlmServer):
    code, out, err = await ran(ASKING, model.base_url, WORDS, **TELLING)
    assert (code, out) == (0, "hello\n"), err
    (received,) = model.received
    assert received.messages == [{"role": "user", "content": WORDS}]
    assert "ambient" not in model.all_bytes
    assert "authorization" not in received.headers
    assert WORDS not in err


async def test_the_library_is_not_loaded_before_a_model_is_asked():
    program = (
        "import sys, tta.app.main, tta.app.llms, tta.console.doctor;"
        "from tta.agents.endpoint_client import EndpointClient;"
        "from tta.agents.endpoints import Endpoint;"
        "EndpointClient(Endpoint('first', 'https://models.example', 'small'));"
        "print('openai' in sys.modules)"
    )
    code, out, err = await ran(program)
    assert (code, out) == (0, "False\n"), err
