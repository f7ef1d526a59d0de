"""The writer of one field and the sheet of written-several-times fields, against brute force and sampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from formreader.decode import infer_sheet
from formreader.decode.rates import HABITS, NEAR_MISSES, NOTHING_MEANT, RULE_HOLDS, VALUES
from formreader.decode.writer import EMPTY, LEAST_OTHER, OTHER, agreement, field_of
from formreader.synth.sheets.values import choose_values
from formreader.templates import Rule, load_library

NOTHING = VALUES
"""Index of an empty encoding, or of nothing meant, in the brute force."""


def chances(encoding: str, room: int = VALUES) -> np.ndarray:
    """Probability (meant, written) over every number and nothing, written out from the words of ``rates``."""
    habit = HABITS[encoding]
    table = np.zeros((room + 1, room + 1))
    for meant in range(room):
        empty = habit.empty_at_zero if meant == 0 else habit.empty
        table[meant, -1] = empty
        slip = np.zeros(room)
        for step, share in NEAR_MISSES.items():
            for number in {meant - step, meant + step} & set(range(room)):
                slip[number] = habit.near * share
        slip += (1 - slip.sum()) / room
        slip *= habit.slip
        slip[meant] += 1 - habit.slip
        table[meant, :room] = (1 - empty) * slip
    table[-1, -1] = 1 - habit.slip
    table[-1, :room] = habit.slip / room
    return table


def shares(values: dict[int | None, float], room: int = VALUES) -> tuple[np.ndarray, float]:
    found = np.zeros(room + 1)
    for value, share in values.items():
        found[-1 if value is None else value] = share
    unread = max(LEAST_OTHER, 1 - found.sum())
    return found / (found.sum() + unread), unread / (found.sum() + unread)


def joint(
    encodings: dict[str, dict[int | None, float]], room: int = VALUES
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Weight (meant, written in the primary), and (meant, said) of every other encoding, its picture seen."""
    primary, *others = encodings
    prior = np.append(np.full(room, (1 - NOTHING_MEANT) / room), NOTHING_MEANT)
    meant = prior.copy()
    said = {}
    for name in others:
        found, unread = shares(encodings[name], room)
        table = chances(name, room)
        seen = table * (found / (prior @ table) + unread)
        said[name] = seen / seen.sum(axis=1, keepdims=True)
        meant *= seen.sum(axis=1)
    found, unread = shares(encodings[primary], room)
    table = chances(primary, room) if others else np.eye(room + 1)
    habitual = prior @ table
    rest = (found == 0) & (np.arange(room + 1) != room)
    likelihood = np.where(rest, unread / habitual[rest].sum(), found / habitual)
    weights = meant[:, None] * table * likelihood
    return weights / weights.sum(), said


FIELDS = {
    "all agree": {"digits": {68: 0.9, 88: 0.09}, "tally": {68: 0.7, 67: 0.2}, "words": {68: 0.9, None: 0.02}},
    "strokes against boxes": {"digits": {68: 0.99}, "tally": {128: 0.95, 127: 0.04}, "row_sums": {128: 0.97}},
    "nothing written": {"digits": {None: 0.99, 1: 0.005}, "bubbles": {None: 0.999}, "tally": {None: 0.8, 0: 0.2}},
    "nought": {"digits": {0: 0.6, 8: 0.4}, "tally": {None: 1.0}, "words": {0: 0.3, 8: 0.2}},
    "unread boxes": {"digits": {143: 0.1, 148: 0.1}, "words": {143: 0.9, 140: 0.05}},
    "digits alone": {"digits": {5: 0.7, 6: 0.2, None: 0.05}},
}


def strokes_hard_to_count() -> dict[int | None, float]:
    """Groups of five of which any may have been missed: 77, or 72, 67 …, and never 92."""
    found = {77 - 5 * missed - apart: 0.6 * 0.6**missed * 0.3**apart for missed in range(8) for apart in range(3)}
    total = sum(found.values())
    return {value: share / total for value, share in found.items()}


MANY_WAYS = {"digits": {92: 0.9999, 32: 0.00005}, "tally": strokes_hard_to_count()}


def test_a_picture_that_allows_many_numbers_still_contradicts_one_that_it_does_not_allow() -> None:
    """Once what was not among its ten likeliest numbers counted as unread, and might have been any."""
    found = infer_sheet({"a": MANY_WAYS}, [])
    assert len(MANY_WAYS["tally"]) == 24
    assert found.fields["a"][92] > 0.98
    assert found.agreements["a"].disagree > 0.99
    weights, _ = joint(MANY_WAYS)
    for value, probability in found.meant["a"].items():
        assert probability == pytest.approx(weights.sum(axis=1)[value], abs=0.05)


@pytest.mark.parametrize("encodings", FIELDS.values(), ids=FIELDS.keys())
def test_one_field_equals_brute_force_over_every_number(encodings: dict[str, dict[int | None, float]]) -> None:
    weights, said = joint(encodings)
    found = infer_sheet({"a": encodings}, [])
    for expected, values in ((weights.sum(axis=0), found.fields["a"]), (weights.sum(axis=1), found.meant["a"])):
        assert sum(values.values()) <= 1 + 1e-9
        for value, probability in values.items():
            assert probability == pytest.approx(expected[NOTHING if value is None else value], abs=6e-3)
    empty_or_same = np.ones((VALUES + 1, VALUES + 1))
    for table in said.values():
        same = table + table[:, [NOTHING]]
        same[:, NOTHING] = table[:, NOTHING] + table[:, 0]
        empty_or_same *= same
    told = [NOTHING if value is None else value for value in found.fields["a"]]
    contradicted = float((weights * (1 - empty_or_same))[:, told].sum())
    assert found.agreements["a"].disagree == pytest.approx(contradicted, abs=1e-3)


@pytest.mark.parametrize("share", [0.9, 0.99, 0.999])
def test_the_doubt_about_an_only_candidate_counts_once(share: float) -> None:
    assert infer_sheet({"a": {"digits": {12: share}}}, []).fields["a"][12] == pytest.approx(share, abs=1e-6)


def test_a_field_of_two_boxes_equals_brute_force_too() -> None:
    encodings = {"digits": {94: 0.4, 99: 0.4, 9: 0.1}, "words": {94: 0.7, 90: 0.1}, "tally": {95: 0.3, 94: 0.3}}
    weights, _ = joint(encodings, 100)
    found = infer_sheet({"a": encodings}, [], {"a": 99})
    for expected, values in ((weights.sum(axis=0), found.fields["a"]), (weights.sum(axis=1), found.meant["a"])):
        for value, probability in values.items():
            assert probability == pytest.approx(expected[value], abs=6e-3)


def test_where_there_is_room_for_more_numbers_a_sum_that_comes_out_is_less_of_a_chance() -> None:
    """10,500 + 2,250 = 12,750 or 12,150: broken, the rule leaves a total of five boxes 100,000 numbers."""
    evidence = {"a": {10_500: 1.0}, "b": {2250: 1.0}, "c": {12_150: 0.9, 12_750: 0.1}}
    rules = [Rule("a + b = c", ((1, "a"), (1, "b"), (-1, "c")), "=", 0)]
    encodings = {name: {"digits": values} for name, values in evidence.items()}
    doubt = {
        room: 1.0 - infer_sheet(encodings, rules, dict.fromkeys("abc", room - 1)).fields["c"][12_750]
        for room in (1000, 100_000)
    }
    assert doubt[1000] / doubt[100_000] == pytest.approx(100, rel=0.1)


@pytest.mark.parametrize(
    ("a", "b"), list(itertools.pairwise(FIELDS.values())), ids=[f"{a} = {b}" for a, b in itertools.pairwise(FIELDS)]
)
def test_two_fields_and_a_rule_equal_brute_force_over_every_number(a, b) -> None:
    (first, _), (second, _) = joint(a), joint(b)
    obeyed = np.eye(VALUES + 1) * RULE_HOLDS + (1 - RULE_HOLDS) / VALUES
    obeyed[NOTHING] = obeyed[0]
    obeyed[:, NOTHING] = 1 / VALUES
    messages = first.sum(axis=1), second.sum(axis=1)
    mass = messages[0] @ obeyed @ messages[1]
    written = {
        "a": first.T @ (obeyed @ messages[1]) / mass,
        "b": second.T @ (messages[0] @ obeyed) / mass,
    }
    found = infer_sheet({"a": a, "b": b}, [Rule("a = b", ((1, "a"), (-1, "b")), "=", 0)])
    for name in "ab":
        for value, probability in found.fields[name].items():
            assert probability == pytest.approx(written[name][NOTHING if value is None else value], abs=0.02)


def test_a_cycle_of_rules_equals_brute_force_over_the_states() -> None:
    evidence = {
        "a": {"digits": {4: 0.5, 9: 0.4}, "words": {4: 0.6, 9: 0.1}},
        "b": {"digits": {2: 0.9, 7: 0.1}, "bubbles": {2: 0.9, None: 0.1}},
        "c": {"digits": {6: 0.7, 16: 0.2, None: 0.1}, "tally": {6: 0.8, 5: 0.2}},
        "d": {"digits": {6: 0.3, 8: 0.6}},
    }
    rules = [
        Rule("a + b = c", ((1, "a"), (1, "b"), (-1, "c")), "=", 0),
        Rule("c = d", ((1, "c"), (-1, "d")), "=", 0),
        Rule("a + b = d", ((1, "a"), (1, "b"), (-1, "d")), "=", 0),
        Rule("b <= 6", ((1, "b"),), "<=", 6),
    ]
    fields = {name: field_of(encodings).states for name, encodings in evidence.items()}
    names = list(fields)
    totals: dict[tuple[str, int], float] = {}
    holds, mass = np.zeros(len(rules)), 0.0
    for chosen in itertools.product(*(range(len(states.weights)) for states in fields.values())):
        state = dict(zip(names, chosen, strict=True))
        weight = float(np.prod([fields[name].weights[i] for name, i in state.items()]))
        on_paper = []
        for rule in rules:
            added = []
            for numbers in ("meant", "written"):
                codes = [(sign, int(getattr(fields[name], numbers)[state[name]])) for sign, name in rule.terms]
                unknown = any(code == OTHER or (code == EMPTY and sign < 0) for sign, code in codes)
                added.append(None if unknown else sum(sign * max(code, 0) for sign, code in codes))
            anything = 1 / VALUES if rule.relation == "=" else 0.5
            meant, written = added
            obeyed = 1.0 if meant is not None and rule.obeyed_by(meant) else 0.0
            weight *= anything if meant is None else RULE_HOLDS * obeyed + (1 - RULE_HOLDS) * anything
            on_paper.append(RULE_HOLDS if written is None else float(rule.obeyed_by(written)))
        mass += weight
        holds += weight * np.array(on_paper)
        for name, i in state.items():
            key = (name, int(fields[name].written[i]))
            totals[key] = totals.get(key, 0.0) + weight
    found = infer_sheet(evidence, rules)
    for (name, number), weight in totals.items():
        if number != OTHER:
            value = None if number == EMPTY else number
            assert found.fields[name][value] == pytest.approx(weight / mass, abs=1e-9)
    assert [check.probability for check in found.checks] == pytest.approx((holds / mass).tolist(), abs=1e-9)


def test_words_and_a_sum_settle_a_doubtful_digit() -> None:
    """94 or 99, "SEMBILAN PULUH EMPAT", and 60 + 34 beside it."""
    doubtful = {94: 0.5, 99: 0.5}
    by_words = infer_sheet({"a": {"digits": doubtful, "words": {94: 0.9}}}, [])
    assert by_words.fields["a"][94] > 0.98
    both = infer_sheet(
        {"a": {"digits": doubtful, "words": {94: 0.9}}, "b": {"digits": {60: 1.0}}, "c": {"digits": {34: 1.0}}},
        [Rule("b + c = a", ((1, "b"), (1, "c"), (-1, "a")), "=", 0)],
    )
    assert both.fields["a"][94] > 0.9999


def test_a_clear_number_stays_as_written_whatever_the_rest_says() -> None:
    """Boxes 68; strokes and row sums 128: both are on paper."""
    found = infer_sheet({"a": FIELDS["strokes against boxes"] | {"digits": {68: 1.0}}}, [])
    assert found.fields["a"][68] > 0.99
    assert found.meant["a"][128] > 0.9
    assert found.agreements["a"].disagree > 0.95
    assert found.agreements["a"].says["digits"][0] == 68
    assert found.agreements["a"].says["tally"] == (128, pytest.approx(0.99, abs=0.02))


def test_an_encoding_left_empty_or_unread_contradicts_nothing() -> None:
    found = infer_sheet({"a": {"digits": {68: 1.0}, "words": {None: 1.0}, "tally": {}}}, [])
    assert found.agreements["a"].disagree < 0.05
    assert found.agreements["a"].says["words"][0] is None


def test_a_number_that_only_the_other_encodings_show_comes_into_view() -> None:
    unsure: dict[int | None, float] = dict.fromkeys(range(500, 511), 0.09)
    found = infer_sheet({"a": {"digits": unsure, "words": {143: 1.0}, "bubbles": {143: 1.0}}}, [])
    assert found.meant["a"][143] > 0.99


def test_a_field_without_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one encoding"):
        field_of({})


def test_agreement_follows_what_the_rules_made_of_the_states() -> None:
    field = field_of({"digits": {1: 0.5, 2: 0.5}, "words": {2: 1.0}})
    written_as_one = (field.states.written == 1) / (field.states.written == 1).sum()
    assert agreement(field, field.states, written_as_one).disagree > 0.99


def seen(number: int | None, generator: np.random.Generator) -> dict[int | None, float]:
    """What a well calibrated recogniser makes of a number: now and then the neighbour's picture."""
    if number is None:
        return {None: 1.0}
    doubt = float(generator.choice([0.001, 0.02, 0.2]))
    shown = int(number + generator.choice([-1, 0, 1], p=[doubt, 1 - 2 * doubt, doubt])) % VALUES
    return {(shown + 1) % VALUES: doubt, shown: 1 - 2 * doubt, (shown - 1) % VALUES: doubt}


def test_confidence_is_kept_on_sheets_drawn_from_the_model() -> None:
    """A real template with strokes, row sums, words and bubbles: of what is said at p, a part of p is right."""
    generator = np.random.default_rng(11)
    tables = {encoding: chances(encoding) for encoding in HABITS}
    confidence, right = [], []
    for name in ("id-2022-chasil-ppwp-2", "id-2024-ppwp-2"):
        template = load_library(None)[name]
        for _ in range(300):
            written: dict[str, dict[str, int | None]] = {}
            evidence: dict[str, dict[str, dict[int | None, float]]] = {}
            for field, number in choose_values(template, generator).items():
                written[field] = {}
                for encoding in template.fields[field].encodings:
                    drawn = int(generator.choice(VALUES + 1, p=tables[encoding][number]))
                    written[field][encoding] = None if drawn == NOTHING else drawn
                evidence[field] = {e: seen(number, generator) for e, number in written[field].items()}
            found = infer_sheet(evidence, template.rules)
            for field, encodings in written.items():
                values = found.fields[field]
                best = max(values, key=values.__getitem__)
                confidence.append(values[best])
                right.append(best == encodings["digits"])
    gap = abs(np.mean(confidence) - np.mean(right))
    unsure = np.array(confidence) < 0.99
    assert gap < 0.005
    assert abs(np.mean(np.array(confidence)[unsure]) - np.mean(np.array(right)[unsure])) < 0.08
