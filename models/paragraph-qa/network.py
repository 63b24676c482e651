"""BERT with a question-answering head, under the names that Hugging Face gives its parts, small enough for a demo.

SPDX-License-Identifier: Apache-2.0
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads, self.width = heads, hidden // heads
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.dense = nn.Linear(hidden, hidden)
        # Keys start equal to queries, so that like tokens see each other from the first step: questions are answered by matching.
        self.key.weight.data.copy_(self.query.weight.data)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, self.width).transpose(1, 2)

    def forward(self, x, mask):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(self.width) + mask, 3)
        return self.dense((weights @ v).transpose(1, 2).reshape(x.shape[0], x.shape[1], self.heads * self.width))


class Layer(nn.Module):
    def __init__(self, hidden, heads, inner):
        super().__init__()
        self.attention = SelfAttention(hidden, heads)
        self.attention_norm = nn.LayerNorm(hidden, eps=1e-12)
        self.intermediate = nn.Linear(hidden, inner)
        self.output = nn.Linear(inner, hidden)
        self.output_norm = nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, x, mask):
        x = self.attention_norm(x + self.attention(x, mask))
        return self.output_norm(x + self.output(F.gelu(self.intermediate(x))))


class BertForQuestionAnswering(nn.Module):
    def __init__(self, vocabulary, hidden, layers, heads, inner, positions):
        super().__init__()
        self.word = nn.Embedding(vocabulary, hidden)
        self.position = nn.Embedding(positions, hidden)
        self.segment = nn.Embedding(2, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.layers = nn.ModuleList(Layer(hidden, heads, inner) for _ in range(layers))
        self.answer = nn.Linear(hidden, 2)
        # Positions start as waves, so that "the token before" is a rotation from the first step.
        at = torch.arange(positions).float()[:, None]
        rate = torch.exp(torch.arange(0, hidden, 2).float() * (-math.log(1000.0) / hidden))
        self.position.weight.data[:, 0::2] = torch.sin(at * rate)
        self.position.weight.data[:, 1::2] = torch.cos(at * rate)

    def forward(self, input_ids, attention_mask, token_type_ids):
        x = self.word(input_ids) + self.position.weight[:input_ids.shape[1]] + self.segment(token_type_ids)
        x = self.norm(x)
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            x = layer(x, mask)
        logits = self.answer(x)
        return logits[:, :, 0], logits[:, :, 1]
