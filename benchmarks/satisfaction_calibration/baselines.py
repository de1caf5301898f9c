"""The baselines: TF-IDF with logistic regression for conversations, with ridge regression for turns.

Their penalties are chosen by cross-validation over the conversations that they learn from, as ours are.
"""

from collections.abc import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline

from satisfaction_calibration.cases import SUCCESS, Case


def _words() -> TfidfVectorizer:
    return TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)


def success_chances(seen: Sequence[Case], unseen: Sequence[Case], *, seed: int) -> dict[str, float]:
    """The chance of success of each unseen conversation that people judged."""
    seen = [case for case in seen if case.success is not None]
    unseen = [case for case in unseen if case.success is not None]
    outcomes = [(case.success or 0.0) >= SUCCESS for case in seen]
    search = GridSearchCV(
        make_pipeline(_words(), LogisticRegression(max_iter=1_000)),
        {"logisticregression__C": [0.1, 1.0, 10.0, 100.0]},
        cv=StratifiedKFold(5, shuffle=True, random_state=seed),
        scoring="roc_auc",
    )
    search.fit([_text(case) for case in seen], outcomes)
    chances = search.predict_proba([_text(case) for case in unseen])[:, 1]
    return {case.conversation.id: float(one) for case, one in zip(unseen, chances, strict=True)}


def _text(case: Case) -> str:
    return "\n".join(turn.text for turn in case.conversation.turns)


def turn_qualities(seen: Sequence[Case], unseen: Sequence[Case]) -> dict[tuple[str, int], float]:
    """The quality of each unseen turn that counts, learned from turns of the same set."""
    seen = [case for case in seen if case.counted]
    rows = [
        (case.conversation.id, case.conversation.turns[at].text, value)
        for case in seen
        for at, value in case.qualities.items()
    ]
    search = GridSearchCV(
        make_pipeline(_words(), Ridge()),
        {"ridge__alpha": [0.5, 1.0, 2.0, 4.0]},
        cv=GroupKFold(5),
        scoring="neg_mean_squared_error",
    )
    search.fit([text for _, text, _ in rows], [value for *_, value in rows], groups=[name for name, *_ in rows])
    asked = [(case, at) for case in unseen if case.counted for at in case.qualities]
    found = search.predict([case.conversation.turns[at].text for case, at in asked])
    return {(case.conversation.id, at): float(one) for (case, at), one in zip(asked, found, strict=True)}
