"""The official Anthropic client against the front door."""

from __future__ import annotations

import unittest

import anthropic
from house import House

QUESTION = [{"role": "user", "content": "What is two plus two?"}]
TOOL = {
    "name": "add",
    "description": "Adds two numbers.",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    },
}


class AnthropicTest(House):
    """What `anthropic` does, without knowing where it does it."""

    def setUp(self) -> None:
        self.client = anthropic.Anthropic(base_url=self.url, api_key=self.key, max_retries=0)
        self.addCleanup(self.client.close)

    def test_whole(self) -> None:
        answer = self.client.messages.create(model="auto", max_tokens=64, messages=QUESTION)
        self.assertEqual(answer.content[0].text, "It is four.")
        self.assertEqual((answer.stop_reason, answer.usage.output_tokens), ("end_turn", 3))

    def test_stream(self) -> None:
        with self.client.messages.stream(
            model="auto", max_tokens=64, system="Be brief.", messages=QUESTION
        ) as stream:
            self.assertEqual("".join(stream.text_stream), "It is four.")
            last = stream.get_final_message()
        self.assertEqual((last.stop_reason, last.usage.output_tokens), ("end_turn", 3))

    def test_tools(self) -> None:
        ask = {"model": "auto", "max_tokens": 64, "tools": [TOOL]}
        first = self.client.messages.create(messages=QUESTION, **ask)
        self.assertEqual(first.stop_reason, "tool_use")
        (call,) = [block for block in first.content if block.type == "tool_use"]
        self.assertEqual((call.name, call.input), ("add", {"a": 2, "b": 2}))
        with self.client.messages.stream(messages=QUESTION, **ask) as stream:
            streamed = stream.get_final_message()
        self.assertEqual([b.input for b in streamed.content if b.type == "tool_use"], [call.input])
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "4"}
        messages = [
            *QUESTION,
            {"role": "assistant", "content": [block.model_dump() for block in first.content]},
            {"role": "user", "content": [result]},
        ]
        last = self.client.messages.create(messages=messages, **ask)
        self.assertEqual(last.content[0].text, "It is four.")

    def test_models(self) -> None:
        self.assertIn("auto", {model.id for model in self.client.models.list()})
        self.assertEqual(self.client.models.retrieve("local").id, "local")

    def test_errors(self) -> None:
        create = self.client.messages.create
        with self.assertRaises(anthropic.NotFoundError):
            create(model="claude-none", max_tokens=64, messages=QUESTION)
        with self.assertRaises(anthropic.APIStatusError) as broken:
            create(model="auto", max_tokens=64, messages=[{"role": "user", "content": "broken"}])
        self.assertEqual(broken.exception.status_code, 502)
        with self.assertRaises(anthropic.AuthenticationError):
            self.client.with_options(api_key="wsk-wrong").models.list()

    def test_error_in_a_stream(self) -> None:
        late = [{"role": "user", "content": "late"}]
        with (
            self.assertRaises(anthropic.APIStatusError),
            self.client.messages.stream(model="auto", max_tokens=64, messages=late) as stream,
        ):
            for _ in stream.text_stream:
                pass


if __name__ == "__main__":
    unittest.main()
