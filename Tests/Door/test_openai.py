"""The official OpenAI client against the front door."""

from __future__ import annotations

import unittest

import openai
from house import House

QUESTION = [{"role": "user", "content": "What is two plus two?"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds two numbers.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        },
    },
}


class OpenAITest(House):
    """What `openai` does, without knowing where it does it."""

    def setUp(self) -> None:
        self.client = openai.OpenAI(base_url=self.url + "/v1", api_key=self.key, max_retries=0)
        self.addCleanup(self.client.close)

    def test_whole(self) -> None:
        raw = self.client.chat.completions.with_raw_response.create(model="auto", messages=QUESTION)
        answer = raw.parse()
        self.assertEqual(answer.choices[0].message.content, "It is four.")
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertEqual((answer.usage.prompt_tokens, answer.usage.completion_tokens), (12, 3))
        self.assertEqual(answer.model, "stand-in")
        self.assertEqual(raw.headers["x-workshop-backend"], "local")
        self.assertEqual(raw.headers["x-workshop-cost-usd"], "0.000054")
        self.assertEqual(len(raw.headers["x-request-id"]), 32)

    def test_stream(self) -> None:
        stream = self.client.chat.completions.create(
            model="fast", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
        pieces, usage = [], None
        for chunk in stream:
            pieces += [c.delta.content for c in chunk.choices if c.delta.content]
            usage = chunk.usage or usage
        self.assertEqual("".join(pieces), "It is four.")
        self.assertEqual(usage.completion_tokens, 3)

    def test_tools(self) -> None:
        for stream in (False, True):
            with self.subTest(stream=stream):
                self.tools(stream)

    def tools(self, is_streamed: bool) -> None:
        messages = [*QUESTION]
        if is_streamed:
            with self.client.chat.completions.stream(
                model="auto", messages=messages, tools=[TOOL]
            ) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            answer = self.client.chat.completions.create(
                model="auto", messages=messages, tools=[TOOL]
            )
            self.assertEqual(answer.choices[0].finish_reason, "tool_calls")
            message = answer.choices[0].message
        (call,) = message.tool_calls
        self.assertEqual((call.function.name, call.function.arguments), ("add", '{"a":2,"b":2}'))
        messages += [
            message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"}),
            {"role": "tool", "tool_call_id": call.id, "content": "4"},
        ]
        last = self.client.chat.completions.create(model="auto", messages=messages, tools=[TOOL])
        self.assertEqual(last.choices[0].message.content, "It is four.")

    def test_models(self) -> None:
        names = {model.id for model in self.client.models.list()}
        self.assertLessEqual({"auto", "fast", "quality", "cheap", "local", "stand-in"}, names)
        self.assertEqual(self.client.models.retrieve("auto").id, "auto")

    def test_errors(self) -> None:
        create = self.client.chat.completions.create
        with self.assertRaises(openai.NotFoundError) as missing:
            create(model="gpt-none", messages=QUESTION)
        self.assertEqual(missing.exception.code, "model_not_found")
        with self.assertRaises(openai.BadRequestError) as many:
            create(model="auto", messages=QUESTION, n=2)
        self.assertEqual(many.exception.param, "n")
        with self.assertRaises(openai.InternalServerError) as broken:
            create(model="auto", messages=[{"role": "user", "content": "broken"}])
        self.assertEqual(broken.exception.status_code, 502)
        self.assertEqual(broken.exception.body["src"], "local")
        stranger = self.client.with_options(api_key="wsk-wrong")
        with self.assertRaises(openai.AuthenticationError):
            stranger.models.list()

    def test_error_in_a_stream(self) -> None:
        stream = self.client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "late"}], stream=True
        )
        pieces = []
        with self.assertRaises(openai.APIError):
            for chunk in stream:
                pieces += [c.delta.content for c in chunk.choices if c.delta.content]
        self.assertEqual("".join(pieces).strip(), "It")

    def test_leaving(self) -> None:
        stream = self.client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "slow"}], stream=True
        )
        next(iter(stream))
        stream.close()
        self.assertTrue(self.upstream.left.wait(10), "the backend still speaks to nobody")


if __name__ == "__main__":
    unittest.main()
