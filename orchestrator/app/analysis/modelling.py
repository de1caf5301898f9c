"""Plans the model's part of a batch: what it will take, within which budget, and what opens it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.sentiment.model_scoring.asked import ask_about, asked_questions
from agents.sentiment.model_scoring.estimating import Estimate, expected_tokens
from agents.sentiment.model_scoring.purse import Purse
from agents.sentiment.model_scoring.shown import show
from orchestrator.app.analysis.answers import Answers
from orchestrator.app.analysis.deepening import Deepened, Deepening, Pace
from orchestrator.app.azure import Azure
from orchestrator.app.model_source import model_place, open_chat_service
from orchestrator.batch.records import read_records
from orchestrator.batch.run import BatchJob
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.redactor import Find
from orchestrator.core.usage import ModelBudget, Usage
from orchestrator.models.structured import StructuredChat
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import Document, ModelRequest


@dataclass(slots=True, kw_only=True)
class ModelPart:
    """The model's part of a batch.

    Attributes:
        find: Finds personal data in what is sent.
        purse: The budget, and what is spent of it by this process.
        went: How it went; filled in when it was opened.
    """

    settings: Settings
    scoring: Scoring
    find: Find
    answers: Path
    purse: Purse
    pace: Pace
    went: Deepened

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Deepening]:
        """What asks the model, in the loop that then asks."""
        with Answers(self.answers) as answers:
            async with Azure(self.settings) as azure, open_chat_service(self.settings, azure) as service:
                deepening = Deepening(
                    StructuredChat(service),
                    self.scoring,
                    find=self.find,
                    answers=answers,
                    purse=self.purse,
                    pace=self.pace,
                )
                self.went = deepening.went
                yield deepening

    def document(self) -> Document:
        """What came of it, as JSON; `usage` is of this process alone."""
        return {
            **self.purse.usage.document(),
            "budget": {"tokens": self.purse.budget.tokens, "cost": self.purse.budget.cost},
            "answers": str(self.answers),
            **self.went.document(),
        }


def plan_model(asked: ModelRequest, job: BatchJob, scoring: Scoring, settings: Settings, *, find: Find) -> ModelPart:
    """The model's part of a batch.

    Raises:
        InputError: No model is set, no budget is given, or one in money without prices.
    """
    name = _model_name(settings)
    if asked.token_budget is None and asked.budget is None:
        raise InputError(
            "--model needs a budget: give --token-budget N or --budget COST; --estimate tells what to expect"
        )
    budget = _budget(settings, tokens=asked.token_budget, cost=asked.budget)
    if budget.cost is not None and None in {budget.input_price, budget.output_price}:
        raise InputError(
            f"--budget {asked.budget:g} cannot be kept without prices: set SWITCHBOARD_MODEL_INPUT_PRICE and "
            "SWITCHBOARD_MODEL_OUTPUT_PRICE, for a million tokens, or give --token-budget"
        )
    if "-" in job.inputs:
        raise InputError("stdin cannot be scored with --model, as an ended batch could not go on: save it to a file")
    return ModelPart(
        settings=settings,
        scoring=scoring,
        find=find,
        answers=job.out.with_name(f"{job.out.name}.answers.jsonl"),
        purse=Purse(budget=budget, usage=Usage(model=name)),
        pace=Pace(at_once=asked.concurrency, requests=asked.requests_per_minute, tokens=asked.tokens_per_minute),
        went=Deepened(),
    )


def estimate_model(job: BatchJob, scoring: Scoring, settings: Settings) -> Document:
    """What the model's part is expected to take, by all of the input: tokens, and the cost where prices are set."""
    name = _model_name(settings)
    estimate = Estimate()
    characters = 0
    questions = len(asked_questions(scoring.scorecard)) if scoring.scorecard is not None else 0
    for record in read_records(job):
        try:
            conversation = read_conversation(json.loads(record))
        except ValueError:  # it will be rejected
            continue
        asked = ask_about(conversation, show(conversation, lambda *_: ()), scoring)
        characters = characters or len(json.dumps(asked.schema))
        estimate = estimate.plus(
            expected_tokens(asked, turns=len(conversation.turns), questions=questions, schema_characters=characters)
        )
    return {"model": name, **estimate.document(_budget(settings))}


def _model_name(settings: Settings) -> str:
    if model_place(settings) is None:
        raise InputError("--model needs a language model: set SWITCHBOARD_MODEL_NAME and where it is (docs/models.md)")
    return settings.model_name or ""


def _budget(settings: Settings, *, tokens: int | None = None, cost: float | None = None) -> ModelBudget:
    return ModelBudget(
        tokens=tokens, cost=cost, input_price=settings.model_input_price, output_price=settings.model_output_price
    )
