#!/usr/bin/env python3
"""Train the demo model, or check that the smoke questions are held out. See README.md for the commands.

  train.py --steps 2400 --out DIR                           train from scratch
  train.py --steps 2000 --out DIR --init DIR/model.pt …     train on
  train.py --check                                          check ../datasets/smoke.jsonl against the split
  train.py --held-out 100 > held-out.jsonl                  held-out items for measure.mjs
"""

import argparse
import collections
import json
import os
import pathlib
import random
import sys
import time
from collections.abc import Iterator

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import tasks

SMOKE = pathlib.Path(__file__).parent.parent / "datasets" / "smoke.jsonl"
VOCABULARY = 1536
KINDS = [
    "addition", "subtraction", "word problem", "comparison", "even or odd", "json", "repeat", "capital", "greeting",
    "long story",
]


def check_smoke() -> None:
    """End with an error if a smoke question was seen in training; capitals are the one exception."""
    rows = [json.loads(line) for line in SMOKE.read_text().splitlines() if line]
    counts = collections.Counter()
    for row in rows:
        split = tasks.split_of(row["question"])
        if split == "trained":
            sys.exit(f"{row['id']}: not held out: {row['question']}")
        counts[split] += 1
    assert len({row["id"] for row in rows}) == len(rows), "ids must be unique"
    print(f"{len(rows)} smoke rows: {counts['held out']} held out, {counts['memorised']} memorised (capitals)")


def print_held_out(per_kind: int) -> None:
    """Held-out chats, equally many of each kind, as JSONL. Capitals are memorised and greetings fixed."""
    rng = random.Random(2025)
    wanted = dict.fromkeys(KINDS, per_kind)
    while any(wanted.values()):
        sample = tasks.draw_sample(rng, held_out=True)
        if wanted[sample.kind] > 0:
            wanted[sample.kind] -= 1
            messages, answer = tasks.draw_messages(rng, sample)
            print(json.dumps({"kind": sample.kind, "messages": messages, "answer": answer}))


def tokenizer_texts() -> list[str]:
    """What the tokenizer learns its words from; each word of a list becomes one token."""
    rng = random.Random(1)
    texts = []
    for _ in range(12000):
        sample = tasks.draw_sample(rng, held_out=False)
        messages, answer = tasks.draw_messages(rng, sample)
        texts += [message["content"] for message in messages] + [sample.thought, answer]
    texts += [tasks.preamble(rng) for _ in range(3000)]
    texts += ["analysis", "final", "commentary", "assistant", "developer", "system", "user"] * 500
    texts += ["# Instruction\n\n", "# Instructions\n\n"] * 500
    known = tasks.WORDS + tasks.THINGS + tasks.NAMES + list(tasks.CAPITALS) + list(tasks.CAPITALS.values())
    texts += [" " + word for word in known] * 200 + tasks.WORDS * 200
    return texts


def batches(tokenizer, rng: random.Random, size: int) -> Iterator[tuple]:
    """Endless (tokens, targets) of similar length; a target of -100 carries no loss."""
    import torch

    filler = tokenizer.token_to_id("<|endoftext|>")
    while True:
        pool = [encode_sample(tokenizer, rng) for _ in range(size * 16)]
        pool.sort(key=lambda entry: len(entry[0]))
        groups = group_by_cost(pool, size)
        rng.shuffle(groups)
        for group in groups:
            length = max(len(ids) for ids, _ in group) - 1
            tokens = torch.full((len(group), length), filler)
            targets = torch.full((len(group), length), -100)
            for row, (ids, prompt_length) in enumerate(group):
                tokens[row, :len(ids) - 1] = torch.tensor(ids[:-1])
                targets[row, prompt_length - 1:len(ids) - 1] = torch.tensor(ids[prompt_length:])
            yield tokens, targets


def group_by_cost(pool: list, size: int, typical: int = 140) -> list[list]:
    """Cut a pool sorted by length into groups of `size`, or fewer where samples are long."""
    groups = [[]]
    for entry in pool:
        if len(groups[-1]) == size or (len(groups[-1]) + 1) * len(entry[0]) > size * typical:
            groups.append([])
        groups[-1].append(entry)
    return groups


def encode_sample(tokenizer, rng: random.Random, held_out: bool = False) -> tuple[list[int], int]:
    sample = tasks.draw_sample(rng, held_out)
    messages, answer = tasks.draw_messages(rng, sample)
    prompt = tokenizer.encode(tasks.render_prompt(rng, messages)).ids
    reply = tokenizer.encode(tasks.render_reply(sample.thought, answer)).ids
    return prompt + reply, len(prompt)


def make_muon(parameters, learning_rate: float):
    """Muon: momentum whose matrices are made orthogonal by a Newton–Schulz iteration."""
    import torch

    class Muon(torch.optim.Optimizer):
        @torch.no_grad()
        def step(self) -> None:
            for group in self.param_groups:
                for parameter in group["params"]:
                    self._update(parameter, group["lr"])

        def _update(self, parameter, rate: float) -> None:
            momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
            momentum.lerp_(parameter.grad, 0.05)
            x = parameter.grad.lerp(momentum, 0.95)
            tall = x.shape[-2] > x.shape[-1]
            x = x.mT if tall else x
            x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
            for _ in range(5):
                square = x @ x.mT
                x = 3.4445 * x + (-4.775 * square + 2.0315 * square @ square) @ x
            scale = max(1, parameter.shape[-2] / parameter.shape[-1]) ** 0.5
            parameter.mul_(1 - rate * 0.01).add_(x.mT if tall else x, alpha=-rate * scale)

    return Muon(parameters, {"lr": learning_rate})


def make_optimizers(model, options: argparse.Namespace) -> list[tuple]:
    """Muon for the matrices inside the blocks, AdamW for all else; each with its base learning rate."""
    import torch

    inner = {
        name: parameter for name, parameter in model.named_parameters()
        if name.startswith("blocks.") and parameter.dim() >= 2 and "bias" not in name and "router" not in name
    }
    others = [parameter for name, parameter in model.named_parameters() if name not in inner]
    adam = torch.optim.AdamW(others, lr=options.lr, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    return [(adam, options.lr), (make_muon(list(inner.values()), options.muon), options.muon)]


def rate_at(step: int, steps: int) -> float:
    """Short warm-up, then constant, then a linear fall over the last half."""
    return min(1.0, (step + 1) / 30, 2 * (1 - step / steps) + 0.01)


def train(options: argparse.Namespace) -> None:
    import torch
    from model import Config, GptOss, load_checkpoint, save_checkpoint, save_gguf, train_tokenizer

    for task in (tasks.capital, tasks.repetition):
        tasks.TASKS[task] *= options.words
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    if options.init:
        model, tokenizer = load_checkpoint(options.init)
    else:
        tokenizer = train_tokenizer(tokenizer_texts(), VOCABULARY)
        model = GptOss(Config(vocab=tokenizer.get_vocab_size()))
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{count:,} parameters, vocabulary {tokenizer.get_vocab_size()}", flush=True)

    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    optimizers = make_optimizers(model, options)
    stream = batches(tokenizer, random.Random(options.seed + 123), options.batch)
    started, average, seen = time.time(), None, 0
    for step in range(options.stop or options.steps):
        for optimizer, base in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = base * rate_at(step, options.steps)
        tokens, targets = next(stream)
        loss = train_step(model, tokens, targets, [optimizer for optimizer, _ in optimizers])
        average = loss if average is None else 0.98 * average + 0.02 * loss
        seen += tokens.numel()
        if (step + 1) % 100 == 0:
            seconds = time.time() - started
            print(f"step {step + 1} loss {average:.4f} {seen / seconds:.0f} tokens/s {seconds:.0f} s", flush=True)
        if (step + 1) % 500 == 0:
            print("  held out, whole reply right:", exact_replies(model, tokenizer), flush=True)
            save_checkpoint(model, tokenizer, str(out / "model.pt"))

    save_checkpoint(model, tokenizer, str(out / "model.pt"))
    save_gguf(model, tokenizer, str(out / "demo.gguf"), "demo")
    save_gguf(model, tokenizer, str(out / "demo-f32.gguf"), "demo", quantised=False)


def train_step(model, tokens, targets, optimizers: list) -> float:
    """One step; the loss covers only what the assistant says."""
    import torch

    where = targets != -100
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(tokens, where)
    loss = torch.nn.functional.cross_entropy(logits.float(), targets[where])
    total = loss + 0.01 * model.imbalance()
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()


def exact_replies(model, tokenizer, count: int = 256) -> str:
    """Share of held-out replies that greedy decoding would write exactly, per kind, found in one pass each."""
    import torch

    rng = random.Random(7)
    right, total = collections.Counter(), collections.Counter()
    for _ in range(count):
        sample = tasks.draw_sample(rng, held_out=True)
        messages, answer = tasks.draw_messages(rng, sample)
        prompt = tokenizer.encode(tasks.render_prompt(rng, messages)).ids
        reply = tokenizer.encode(tasks.render_reply(sample.thought, answer)).ids
        tokens = torch.tensor([prompt + reply])
        where = torch.zeros(tokens.shape, dtype=torch.bool)
        where[0, len(prompt) - 1:-1] = True
        with torch.no_grad():
            guess = model(tokens, where).argmax(-1)
        right[sample.kind] += guess.tolist() == reply
        total[sample.kind] += 1
    return ", ".join(f"{kind} {right[kind]}/{total[kind]}" for kind in KINDS if total[kind])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="check datasets/smoke.jsonl and stop")
    parser.add_argument("--held-out", type=int, metavar="N", help="print N held-out items per kind and stop")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--stop", type=int, metavar="STEP", help="stop early, on the schedule of --steps")
    parser.add_argument("--words", type=float, default=1.0, help="weight of the tasks that copy or recall words")
    parser.add_argument("--out", default="out", help="folder for model.pt and demo.gguf")
    parser.add_argument("--init", help="a model.pt to train on from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.003, help="AdamW's learning rate")
    parser.add_argument("--muon", type=float, default=0.02, help="Muon's learning rate")
    options = parser.parse_args()
    if options.check:
        check_smoke()
    elif options.held_out:
        print_held_out(options.held_out)
    else:
        train(options)


if __name__ == "__main__":
    main()
