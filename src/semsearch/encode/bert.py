"""The forward pass of BERT with mean pooling, and nothing else: what bulk encoding spends its time in.

Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019). Against the same model by
transformers, query, key and value are one product, residuals are added in place, and in bfloat16 the mean is
taken in float32: by transformers, bfloat16 moves a vector ten times as far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module


def bert_of(model: Any) -> Module | None:
    """The BERT in a SentenceTransformer that is one with mean pooling over it; None for any other model."""
    modules = list(model)
    kinds = [type(module).__name__ for module in modules]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        return None
    bert = getattr(modules[0], "auto_model", None)
    config = getattr(bert, "config", None)
    if type(bert).__name__ != "BertModel" or config is None or config.hidden_act != "gelu":
        return None
    if getattr(config, "position_embedding_type", "absolute") != "absolute":
        return None
    return bert if modules[1].pooling_mode == "mean" else None


class Bert:
    """The pass.

    Args:
        bert: A BertModel of transformers.
        half: Compute in bfloat16.
    """

    def __init__(self, bert: Any, *, half: bool) -> None:
        import torch

        weights = {
            name: tensor.to(torch.bfloat16) if half else tensor
            for name, tensor in bert.state_dict().items()
            if tensor.is_floating_point()
        }
        self._heads = int(bert.config.num_attention_heads)
        self._epsilon = float(bert.config.layer_norm_eps)
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _pair(weights, "embeddings.LayerNorm")
        self._layers = [
            _Layer(weights, f"encoder.layer.{number}.") for number in range(bert.config.num_hidden_layers)
        ]

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Vectors, shape ``(texts, dim)``, float32, of ids and mask, shape ``(texts, tokens)`` each."""
        import torch
        from torch.nn import functional

        texts, tokens = ids.shape
        dim = self._words.shape[1]

        def norm(x: Tensor, weights: Sequence[Tensor]) -> Tensor:
            return functional.layer_norm(x, (dim,), weights[0], weights[1], self._epsilon)

        x = norm(self._words[ids] + self._places[:tokens], self._norm).view(texts * tokens, dim)
        seen = None if bool(mask.all()) else mask.bool()[:, None, None, :]
        for layer in self._layers:
            heads = functional.linear(x, *layer.attend).view(texts, tokens, 3, self._heads, -1)
            query, key, value = heads.permute(2, 0, 3, 1, 4)
            context = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
            context = context.transpose(1, 2).reshape(texts * tokens, dim)
            x = norm(functional.linear(context, *layer.project).add_(x), layer.attended)
            wide = functional.gelu(functional.linear(x, *layer.widen))
            x = norm(functional.linear(wide, *layer.narrow).add_(x), layer.done)
        counted = mask.unsqueeze(-1).to(torch.float32)
        total = (x.view(texts, tokens, dim).to(torch.float32) * counted).sum(dim=1)
        return total / counted.sum(dim=1)


class _Layer:
    """The weights and biases of one layer."""

    def __init__(self, weights: dict[str, Tensor], prefix: str) -> None:
        import torch

        parts = [_pair(weights, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
        self.attend = [torch.cat(tensors) for tensors in zip(*parts, strict=True)]
        self.project = _pair(weights, f"{prefix}attention.output.dense")
        self.attended = _pair(weights, f"{prefix}attention.output.LayerNorm")
        self.widen = _pair(weights, f"{prefix}intermediate.dense")
        self.narrow = _pair(weights, f"{prefix}output.dense")
        self.done = _pair(weights, f"{prefix}output.LayerNorm")


def _pair(weights: dict[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]
