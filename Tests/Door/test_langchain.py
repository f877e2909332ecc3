"""LangChain against the front door."""

from __future__ import annotations

import unittest

from house import House
from langchain_openai import ChatOpenAI


def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


class LangChainTest(House):
    """What `langchain-openai` does, without knowing where it does it."""

    def setUp(self) -> None:
        self.model = ChatOpenAI(
            model="auto", base_url=self.url + "/v1", api_key=self.key, max_retries=0
        )

    def test_whole(self) -> None:
        answer = self.model.invoke("What is two plus two?")
        self.assertEqual(answer.content, "It is four.")
        self.assertEqual(answer.usage_metadata["output_tokens"], 3)

    def test_stream(self) -> None:
        pieces = [piece.content for piece in self.model.stream("What is two plus two?")]
        self.assertEqual("".join(pieces), "It is four.")

    def test_tools(self) -> None:
        answer = self.model.bind_tools([add]).invoke("What is two plus two?")
        self.assertEqual(
            [(call["name"], call["args"]) for call in answer.tool_calls],
            [("add", {"a": 2, "b": 2})],
        )


if __name__ == "__main__":
    unittest.main()
