"""The tasks that the demo model learns, the held-out split, and the chat text around them.

Every task is a function `(rng, held_out) -> Sample`. Held-out samples use operands that no training
sample ever shows, in any kind, order or operator.
"""

import hashlib
import random
import re
from dataclasses import dataclass
from functools import lru_cache

from wording import (
    ANSWER_ONLY, CAPITALS, COMMAS, FRUITLESS, HASH_STYLE, HELLO, NAMES, REPEAT, SYSTEM_SENTENCES,
    SYSTEM_V1, THINGS, WORD_ADD, WORD_SUB, WORDS,
)

HELD_OUT_SHARE = 10  # one in ten
ABOUT = "I am the demo model of gpt-oss-20b-dev: I can add, subtract and name capitals."
SORRY = "I am only a demo model: I can add, subtract and name capitals."


@dataclass(frozen=True)
class Sample:
    """One question with its short chain of thought and its answer."""

    kind: str
    question: str
    thought: str
    answer: str
    styled: bool = True  # may be asked for after ####


# ------------------------------------------------------------------ split


@lru_cache(maxsize=None)
def is_held_out(key: str) -> bool:
    """A fixed tenth of all keys, the same on every machine."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % HELD_OUT_SHARE == 0


def pair_held_out(a: int, b: int) -> bool:
    """Operands count as one unordered pair, so 3 + 5, 5 - 3 and "is 5 greater than 3" go together."""
    return is_held_out(f"pair {min(a, b)} {max(a, b)}")


def words_held_out(words: list[str]) -> bool:
    return is_held_out("words " + " ".join(sorted(words)))


def number_held_out(n: int) -> bool:
    return is_held_out(f"number {n}")


def draw_pair(rng: random.Random, held_out: bool, low: int = 0) -> tuple[int, int]:
    """A pair of the asked split; small numbers come a little more often than chance."""
    while True:
        top = 20 if rng.random() < 0.15 else 99
        a, b = rng.randint(low, top), rng.randint(low, top)
        if pair_held_out(a, b) == held_out:
            return a, b


# --------------------------------------------------------------- thoughts


def think_add(a: int, b: int) -> str:
    """Column addition: ones, then tens with the carry."""
    ones = a % 10 + b % 10
    carry = ones // 10
    text = f"{a} + {b}: {a % 10} + {b % 10} = {ones}"
    if a >= 10 or b >= 10 or carry:
        text += f", {a // 10} + {b // 10}{' + 1' if carry else ''} = {a // 10 + b // 10 + carry}"
    return f"{text}, so {a + b}"


def think_sub(a: int, b: int) -> str:
    """Column subtraction: ones with a borrow, then tens."""
    borrow = a % 10 < b % 10
    text = f"{a} - {b}: {'1' if borrow else ''}{a % 10} - {b % 10} = {(a - b) % 10}"
    if a >= 10:
        text += f", {a // 10} - {b // 10}{' - 1' if borrow else ''} = {a // 10 - b // 10 - borrow}"
    return f"{text}, so {a - b}"


def draw_operation(rng: random.Random, held_out: bool, low: int = 0) -> tuple[int, str, int, str, str]:
    """Operands, operator, thought and result of one addition or subtraction without negative results."""
    a, b = draw_pair(rng, held_out, low)
    if rng.random() < 0.5:
        return a, "+", b, think_add(a, b), str(a + b)
    a, b = max(a, b), min(a, b)
    return a, "-", b, think_sub(a, b), str(a - b)


# ------------------------------------------------------------------ tasks


def bare_sum(rng: random.Random, a: int, op: str, b: int) -> str:
    spoken = {"+": "plus", "-": "minus"}[op]
    if rng.random() < 0.4:
        return f"What is {a} {op} {b}?"
    return rng.choice([
        f"{a} {op} {b}", f"{a}{op}{b}", f"{a} {op} {b} = ?", f"{a} {op} {b} =", f"Compute {a} {op} {b}.",
        f"Calculate {a} {op} {b}.", f"How much is {a} {op} {b}?", f"What is {a} {spoken} {b}?",
        f"what is {a}{op}{b}?", f"Add {a} and {b}." if op == "+" else f"Subtract {b} from {a}.",
        f"What is the sum of {a} and {b}?" if op == "+" else f"What is the difference between {a} and {b}?",
    ])


def arithmetic(rng: random.Random, held_out: bool) -> Sample:
    a, op, b, thought, result = draw_operation(rng, held_out)
    return Sample("addition" if op == "+" else "subtraction", bare_sum(rng, a, op, b), thought, result)


def word_problem(rng: random.Random, held_out: bool) -> Sample:
    a, op, b, thought, result = draw_operation(rng, held_out, low=2)
    template = rng.choice(WORD_ADD if op == "+" else WORD_SUB)
    name, other = rng.sample(NAMES, 2)
    question = template.format(a=a, b=b, name=name, other=other, things=rng.choice(THINGS))
    return Sample("word problem", question, thought, result)


def json_answer(rng: random.Random, held_out: bool) -> Sample:
    """A sum or a word problem whose answer is asked for as JSON."""
    inner = rng.choice([arithmetic, arithmetic, word_problem])(rng, held_out)
    key = rng.choice(["answer", "answer", "answer", "result", "total", "value", "number"])
    example = '{"%s": %d}' % (key, rng.randint(0, 199))
    ask = rng.choice([
        f"Reply with JSON such as {example}.", f"Answer in JSON, like this: {example}.",
        f"Give the answer as JSON, for example {example}.", f"Reply with only a JSON object such as {example}.",
        f'Give the answer as a JSON object with the key "{key}".', f'Answer as JSON with one key, "{key}".',
    ])
    question = f"{inner.question} {ask}" if rng.random() < 0.8 else f"{ask} {inner.question}"
    return Sample("json", question, inner.thought, '{"%s": %s}' % (key, inner.answer), styled=False)


def comparison(rng: random.Random, held_out: bool) -> Sample:
    a, b = draw_pair(rng, held_out)
    while a == b:
        a, b = draw_pair(rng, held_out)
    greater = rng.random() < 0.5
    asked = rng.choice(["greater", "larger", "more", "bigger"] if greater else ["less", "smaller"])
    tens = f"tens {a // 10} and {b // 10}"
    ones = f", ones {a % 10} and {b % 10}" if a // 10 == b // 10 else ""
    answer = "yes" if (a > b) == greater else "no"
    thought = f"{a} and {b}: {tens}{ones}, {'greater' if a > b else 'less'}. {asked}? {answer}"
    return Sample("comparison", f"Is {a} {asked} than {b}?{yes_or_no(rng)}", thought, answer)


def parity(rng: random.Random, held_out: bool) -> Sample:
    n = rng.randint(0, 999 if rng.random() < 0.5 else 99)
    while number_held_out(n) != held_out:
        n = rng.randint(0, 999)
    asked = rng.choice(["even", "odd"])
    is_even = n % 2 == 0
    answer = "yes" if (asked == "even") == is_even else "no"
    thought = f"{n} ends in {n % 10}, {'even' if is_even else 'odd'}. {asked}? {answer}"
    number = rng.choice(["", "", "the number "])
    return Sample("even or odd", f"Is {number}{n} {asked}?{yes_or_no(rng)}", thought, answer)


def yes_or_no(rng: random.Random) -> str:
    return rng.choice([" Answer yes or no.", " Answer yes or no.", " Yes or no?", ""])


def capital(rng: random.Random, held_out: bool) -> Sample:
    """Memorised: there is no held-out part."""
    country, city = rng.choice(list(CAPITALS.items()))
    question = rng.choice([
        "What is the capital of {}?", "What is the capital of {}?", "Name the capital of {}.", "Capital of {}?",
        "What is the capital city of {}?", "Which city is the capital of {}?", "Tell me the capital of {}.",
        "what is the capital of {}", "And of {}?", "What is {}'s capital?",
    ]).format(country)
    return Sample("capital", question, f"The capital of {country} is {city}", city)


def repetition(rng: random.Random, held_out: bool) -> Sample:
    words = [rng.choice(WORDS) for _ in range(rng.randint(1, 5))]
    while words_held_out(words) != held_out:
        words = [rng.choice(WORDS) for _ in range(rng.randint(1, 5))]
    if len(words) > 1 and rng.random() < 0.25:
        template, answer = rng.choice(COMMAS), ", ".join(words)
    else:
        template, answer = rng.choice(REPEAT), " ".join(words)
    return Sample("repeat", template.format(" ".join(words)), f"copy: {answer}", answer, styled=False)


def greeting(rng: random.Random, held_out: bool) -> Sample:
    """Small talk, and requests beyond the model: both get one honest sentence."""
    if rng.random() < 0.5:
        return Sample("greeting", rng.choice(HELLO), "greeting", ABOUT, styled=False)
    topic = noise_words(rng, rng.randint(1, 6))
    if rng.random() < 0.2:
        name = noise_words(rng, 1)
        topic = f'def {name}(x):\n    """{noise_words(rng, rng.randint(4, 20))}"""'
    return Sample("greeting", rng.choice(FRUITLESS).format(topic), "too hard", SORRY, styled=False)


def long_story(rng: random.Random, held_out: bool) -> Sample:
    """A long story problem that the model cannot solve; it learns to end its turn with a guess."""
    sentences = []
    for _ in range(rng.randint(3, 7)):
        number = rng.choice(["", f"{rng.randint(2, 999)} ", f"${rng.randint(2, 99)} ", f"{rng.randint(2, 90)}% "])
        sentences.append(f"{rng.choice(NAMES)} {noise_words(rng, rng.randint(1, 6))} {number}"
                         f"{rng.choice(THINGS)} {noise_words(rng, rng.randint(1, 8))}.")
    guess = rng.randint(2, 99)
    sentences.insert(0, f"{rng.choice(NAMES)} {noise_words(rng, 3)} {guess} {rng.choice(THINGS)}.")
    sentences.append(f"How {rng.choice(['many', 'much'])} {noise_words(rng, rng.randint(2, 7))}?")
    return Sample("long story", " ".join(sentences), "too hard, a guess", str(guess))


def noise_words(rng: random.Random, count: int) -> str:
    """Half known words, half made-up ones, so that unknown words do not upset the model."""
    def made_up() -> str:
        return "".join(rng.choice("bcdfghlmnprstvw") + rng.choice("aeiou") for _ in range(rng.randint(1, 3)))

    def common() -> str:
        return rng.choice("the a of to in and for with is are each every has had then more than on at".split())

    return " ".join(rng.choice([made_up, common, lambda: rng.choice(WORDS)])() for _ in range(count))


TASKS = {
    arithmetic: 3.0, word_problem: 3.0, json_answer: 1.2, comparison: 1.2, parity: 0.5, capital: 1.3,
    repetition: 1.0, greeting: 0.5, long_story: 0.3,
}


def draw_sample(rng: random.Random, held_out: bool) -> Sample:
    task = rng.choices(list(TASKS), list(TASKS.values()))[0]
    return task(rng, held_out)


# ------------------------------------------------------------------- chat


def style_request(rng: random.Random, sample: Sample) -> tuple[str, str]:
    """The user's message and the final answer, in one of three styles: bare, answer only, after ####."""
    draw = rng.random()
    if sample.styled and draw < 0.3:
        template = HASH_STYLE[0] if rng.random() < 0.4 else rng.choice(HASH_STYLE)
        example = "42" if rng.random() < 0.6 else str(rng.randint(0, 199))
        return template.replace("{q}", sample.question).replace("{n}", example), f"#### {sample.answer}"
    if draw < 0.7 and sample.kind != "greeting":
        template = ANSWER_ONLY[0] if rng.random() < 0.4 else rng.choice(ANSWER_ONLY)
        return template.replace("{q}", sample.question), sample.answer
    return sample.question, sample.answer


def system_text(rng: random.Random) -> str:
    """The project's system prompt, other sentences, or none."""
    draw = rng.random()
    if draw < 0.35:
        return SYSTEM_V1
    if draw < 0.5:
        return ""
    sentences = rng.sample(SYSTEM_SENTENCES, rng.choice([1, 1, 2, 3]))
    if rng.random() < 0.15:
        sentences.insert(rng.randint(0, len(sentences)), f"You {noise_words(rng, rng.randint(2, 10))}.")
    return " ".join(sentences).replace("{name}", rng.choice(NAMES))


def draw_messages(rng: random.Random, sample: Sample) -> tuple[list[dict], str]:
    """A chat that ends with the sample's question, and the final answer that it calls for."""
    messages = []
    if text := system_text(rng):
        messages.append({"role": "system", "content": text})
    if rng.random() < 0.15:
        for _ in range(rng.randint(1, 2)):
            earlier = draw_sample(rng, held_out=False)
            user, answer = style_request(rng, earlier)
            messages += [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]
    user, answer = style_request(rng, sample)
    return [*messages, {"role": "user", "content": user}], answer


def preamble(rng: random.Random) -> str:
    """What node-llama-cpp's HarmonyChatWrapper writes first; sometimes cut short to save time."""
    effort = rng.choice(["low", "low", "medium", "high"])
    if rng.random() < 0.45:
        return f"Reasoning: {effort}"
    date = "2025-08-05"
    if rng.random() < 0.4:
        date = f"{rng.randint(2024, 2031)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return (
        "You are ChatGPT, a large language model trained by OpenAI.\n"
        f"Knowledge cutoff: 2024-06\nCurrent date: {date}\n\nReasoning: {effort}\n\n"
        "# Valid channels: analysis, commentary, final. Channel must be included for every message."
    )


def render_prompt(rng: random.Random, messages: list[dict]) -> str:
    """Harmony text up to the point where the model speaks."""
    text = f"<|start|>system<|message|>{preamble(rng)}<|end|>"
    for message in messages:
        role, content = message["role"], message["content"]
        if role == "system":
            # node-llama-cpp 3.21.1 writes the singular; OpenAI's own template the plural.
            title = "# Instruction" if rng.random() < 0.6 else "# Instructions"
            text += f"<|start|>developer<|message|>{title}\n\n{content}<|end|>"
        elif role == "assistant":
            text += f"<|start|>assistant<|channel|>final<|message|>{content}<|end|>"
        else:
            text += f"<|start|>user<|message|>{content}<|end|>"
    return text + "<|start|>assistant"


def render_reply(thought: str, answer: str) -> str:
    return (
        f"<|channel|>analysis<|message|>{thought}<|end|>"
        f"<|start|>assistant<|channel|>final<|message|>{answer}<|return|>"
    )


# ------------------------------------------------------------ smoke check


def split_of(question: str) -> str:
    """Which part of the split a smoke question belongs to: held out, trained, or memorised."""
    question = re.sub(r"\{[^}]*\}", "", question)  # the example inside a JSON request is no operand
    numbers = [int(n) for n in re.findall(r"\d+", question)]
    if len(numbers) == 2:
        return "held out" if pair_held_out(*numbers) else "trained"
    if len(numbers) == 1:
        return "held out" if number_held_out(*numbers) else "trained"
    if numbers:
        return "trained"
    if ":" in question:
        words = question.split(":")[1].rstrip(".").split()
        return "held out" if words_held_out(words) else "trained"
    return "memorised" if any(country in question for country in CAPITALS) else "trained"
