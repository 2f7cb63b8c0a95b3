"""A tiny network of the gpt-oss architecture, its tokenizer, and its way into a GGUF file."""

import json
import math
from dataclasses import asdict, dataclass

import gguf
import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn

SPECIAL_TOKENS = [
    "<|startoftext|>", "<|endoftext|>", "<|return|>", "<|constrain|>", "<|channel|>",
    "<|start|>", "<|end|>", "<|message|>", "<|call|>",
]

# The pre-tokenizer of gpt-oss (o200k). llama.cpp knows it as "gpt-4o".
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def train_tokenizer(texts: list[str], size: int) -> Tokenizer:
    """Byte-level BPE. No merge holds a digit, so every number is read digit by digit."""
    split = pre_tokenizers.Split(Regex(O200K), "isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, split, byte_level])
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])  # as llama.cpp will read text
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL_TOKENS)
    return tokenizer


@dataclass(frozen=True)
class Config:
    vocab: int
    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 32
    experts: int = 4
    experts_used: int = 2
    expert_width: int = 128
    window: int = 128
    context: int = 4096
    rope_base: float = 10000.0
    norm_eps: float = 1e-5


class RMSNorm(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.eps = config.norm_eps
        self.weight = nn.Parameter(torch.ones(config.width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions, halves paired (the NeoX order that llama.cpp uses for gpt-oss)."""
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Attention(nn.Module):
    """Grouped-query attention with biases and one learned sink per head."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        q_width, kv_width = config.heads * config.head_dim, config.kv_heads * config.head_dim
        self.q = nn.Linear(config.width, q_width)
        self.k = nn.Linear(config.width, kv_width)
        self.v = nn.Linear(config.width, kv_width)
        self.out = nn.Linear(q_width, config.width)
        self.sinks = nn.Parameter(torch.zeros(config.heads))

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        c = self.config
        batch, length, _ = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, length, -1, c.head_dim).transpose(1, 2)

        q, k = rotate(heads(self.q(x)), *rope), rotate(heads(self.k(x)), *rope)
        k = k.repeat_interleave(c.heads // c.kv_heads, 1)
        v = heads(self.v(x)).repeat_interleave(c.heads // c.kv_heads, 1)
        scores = (q @ k.transpose(-1, -2)) / math.sqrt(c.head_dim) + mask
        sinks = self.sinks.view(1, c.heads, 1, 1).expand(batch, -1, length, 1)
        weights = torch.cat((scores, sinks), -1).softmax(-1)[..., :-1]
        return self.out((weights.to(v.dtype) @ v).transpose(1, 2).reshape(batch, length, -1))


class Experts(nn.Module):
    """Mixture of experts with gpt-oss's clamped SwiGLU. All experts are computed; unused ones weigh zero."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        n, inner, width = config.experts, config.expert_width, config.width
        self.router = nn.Linear(width, n)
        self.gate = nn.Parameter(torch.randn(n, inner, width) / math.sqrt(width))
        self.up = nn.Parameter(torch.randn(n, inner, width) / math.sqrt(width))
        self.down = nn.Parameter(torch.randn(n, width, inner) / math.sqrt(inner))
        self.gate_bias = nn.Parameter(torch.zeros(n, inner))
        self.up_bias = nn.Parameter(torch.zeros(n, inner))
        self.down_bias = nn.Parameter(torch.zeros(n, width))
        self.load = torch.zeros(n)

    def forward(self, x: Tensor) -> Tensor:
        c = self.config
        logits = self.router(x)
        top, index = logits.topk(c.experts_used, -1)
        share = torch.zeros_like(logits).scatter(-1, index, top.softmax(-1))  # softmax after top-k
        self.load = share.mean((0, 1))
        gate = F.linear(x, self.gate.flatten(0, 1), self.gate_bias.flatten()).clamp(max=7.0)
        up = F.linear(x, self.up.flatten(0, 1), self.up_bias.flatten()).clamp(-7.0, 7.0)
        hidden = gate * torch.sigmoid(1.702 * gate) * (up + 1)
        hidden = hidden * share.repeat_interleave(c.expert_width, -1)
        return F.linear(hidden, self.down.permute(1, 0, 2).flatten(1)) + share @ self.down_bias


class Block(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.attention_norm, self.experts_norm = RMSNorm(config), RMSNorm(config)
        self.attention, self.experts = Attention(config), Experts(config)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), rope, mask)
        return x + self.experts(self.experts_norm(x))


class GptOss(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = RMSNorm(config)
        self.head = nn.Linear(config.width, config.vocab, bias=False)
        self._initialise()
        frequencies = config.rope_base ** -(torch.arange(0, config.head_dim, 2) / config.head_dim)
        angles = torch.outer(torch.arange(config.context), frequencies)
        self.cos, self.sin = angles.cos(), angles.sin()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.7 / math.sqrt(module.in_features))
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, tokens: Tensor, where: Tensor) -> Tensor:
        """Logits at the positions that the boolean `where` selects."""
        length = tokens.shape[1]
        rope = self.cos[:length], self.sin[:length]
        position = torch.arange(length)
        distance = position[:, None] - position[None]
        causal = torch.zeros(length, length).masked_fill(distance < 0, -torch.inf)
        windowed = causal.masked_fill(distance >= self.config.window, -torch.inf)
        x = self.embedding(tokens)
        for index, block in enumerate(self.blocks):
            x = block(x, rope, windowed if index % 2 == 0 else causal)  # even layers see a sliding window
        return self.head(self.norm(x)[where])

    def imbalance(self) -> Tensor:
        """How unevenly the last batch used the experts; zero is even."""
        n = self.config.experts
        return sum(((block.experts.load - 1 / n) ** 2).sum() * n for block in self.blocks)


# ------------------------------------------------------------------- GGUF


def save_gguf(model: GptOss, tokenizer: Tokenizer, path: str, name: str, quantised: bool = True) -> None:
    """Write the model as q8_0 (or f32, to measure what quantising costs)."""
    writer = gguf.GGUFWriter(path, "gpt-oss")
    _write_settings(writer, model.config, name, quantised)
    _write_tokenizer(writer, tokenizer)
    for tensor_name, tensor in _tensors(model).items():
        array = tensor.detach().float().contiguous().numpy()
        keep = array.ndim < 2 or tensor_name.endswith(".bias") or "ffn_gate_inp" in tensor_name
        if keep or not quantised:
            writer.add_tensor(tensor_name, array)
        else:
            q8 = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(tensor_name, gguf.quants.quantize(array, q8), raw_dtype=q8)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_settings(writer: gguf.GGUFWriter, c: Config, name: str, quantised: bool) -> None:
    writer.add_name(name)
    writer.add_description("A toy that adds, subtracts and names capitals. It is not gpt-oss-20b.")
    writer.add_license("MIT")
    file_type = gguf.LlamaFileType.MOSTLY_Q8_0 if quantised else gguf.LlamaFileType.ALL_F32
    writer.add_file_type(file_type)
    writer.add_vocab_size(c.vocab)
    writer.add_context_length(c.context)
    writer.add_embedding_length(c.width)
    writer.add_block_count(c.layers)
    writer.add_feed_forward_length(c.expert_width)
    writer.add_expert_feed_forward_length(c.expert_width)
    writer.add_expert_count(c.experts)
    writer.add_expert_used_count(c.experts_used)
    writer.add_head_count(c.heads)
    writer.add_head_count_kv(c.kv_heads)
    writer.add_key_length(c.head_dim)
    writer.add_value_length(c.head_dim)
    writer.add_sliding_window(c.window)
    writer.add_rope_dimension_count(c.head_dim)
    writer.add_rope_freq_base(c.rope_base)
    writer.add_layer_norm_rms_eps(c.norm_eps)


def _write_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    tokens = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-4o")
    writer.add_token_list(tokens)
    writer.add_token_types([control if token in SPECIAL_TOKENS else normal for token in tokens])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(tokenizer.token_to_id("<|startoftext|>"))
    writer.add_eos_token_id(tokenizer.token_to_id("<|return|>"))
    writer.add_pad_token_id(tokenizer.token_to_id("<|endoftext|>"))
    writer.add_add_bos_token(False)


def _tensors(model: GptOss) -> dict[str, Tensor]:
    """The weights under llama.cpp's names for gpt-oss."""
    named = {
        "token_embd.weight": model.embedding.weight,
        "output_norm.weight": model.norm.weight,
        "output.weight": model.head.weight,
    }
    for index, block in enumerate(model.blocks):
        attention, experts, prefix = block.attention, block.experts, f"blk.{index}."
        named[f"{prefix}attn_norm.weight"] = block.attention_norm.weight
        named[f"{prefix}post_attention_norm.weight"] = block.experts_norm.weight
        named[f"{prefix}attn_sinks.weight"] = attention.sinks
        layers = {
            "attn_q": attention.q, "attn_k": attention.k, "attn_v": attention.v,
            "attn_output": attention.out, "ffn_gate_inp": experts.router,
        }
        for name, layer in layers.items():
            named[f"{prefix}{name}.weight"] = layer.weight
            named[f"{prefix}{name}.bias"] = layer.bias
        for name in ("gate", "up", "down"):
            named[f"{prefix}ffn_{name}_exps.weight"] = getattr(experts, name)
            named[f"{prefix}ffn_{name}_exps.bias"] = getattr(experts, f"{name}_bias")
    return named


def save_checkpoint(model: GptOss, tokenizer: Tokenizer, path: str) -> None:
    torch.save({"config": asdict(model.config), "tokenizer": tokenizer.to_str(), "weights": model.state_dict()}, path)


def load_checkpoint(path: str) -> tuple[GptOss, Tokenizer]:
    saved = torch.load(path)
    model = GptOss(Config(**saved["config"]))
    model.load_state_dict(saved["weights"])
    return model, Tokenizer.from_str(saved["tokenizer"])
