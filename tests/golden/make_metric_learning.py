#!/usr/bin/env python3
"""Prints losses between the examples of a batch and their gradients by embeddings: the table of tests/losses/metric_learning.cpp. TF-Slim's
definitions, written down in PyTorch, which differentiates them.

    python3 make_metric_learning.py      needs PyTorch
"""

import math

import torch

torch.set_default_dtype(torch.float64)
BATCH, NUMBERS = 6, 3
labels = torch.tensor([0, 1, 0, 2, 1, 0])
lists = torch.tensor([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1], [0, 0, 1]], dtype=torch.float64)
same = labels[:, None] == labels[None, :]
pairs = same & ~torch.eye(BATCH, dtype=torch.bool)


def embeddings(sequence):
    return torch.tensor([math.sin(sequence + 0.7 * i) for i in range(BATCH * NUMBERS)]).reshape(BATCH, NUMBERS).requires_grad_()


def squared(a):
    return ((a[:, None] - a[None, :]) ** 2).sum(-1)


def contrastive(a, p):
    y = (labels == 0).double()
    d = ((a - p) ** 2).sum(-1).sqrt()
    return (y * d ** 2 + (1 - y) * torch.clamp(1.5 - d, min=0) ** 2).mean()


def triplet_semihard(a):
    d, total = squared(a), 0
    for i in range(BATCH):
        for j in range(BATCH):
            if pairs[i, j]:
                others = d[i][~same[i]]
                further = others[others > d[i, j]]
                total = total + torch.clamp(0.8 + d[i, j] - (further.min() if len(further) else others.max()), min=0)
    return total / pairs.sum()


def lifted_struct(a):
    d = torch.where(torch.eye(BATCH, dtype=torch.bool), 0, (squared(a) + torch.eye(BATCH)).sqrt())
    total = 0
    for i in range(BATCH):
        for j in range(BATCH):
            if pairs[i, j]:
                others = torch.cat([1.2 - d[i][~same[i]], 1.2 - d[j][~same[j]]])
                total = total + torch.clamp(torch.logsumexp(others, 0) + d[i, j], min=0) ** 2
    return 0.25 * total / (pairs.sum() / 2)


def npairs(a, p, shared):
    targets = shared / shared.sum(1, keepdim=True)
    return -(targets * torch.log_softmax(a @ p.T, 1)).sum(1).mean() + 0.25 * 0.1 * ((a ** 2).sum(1).mean() + (p ** 2).sum(1).mean())


def row(values):
    return '{' + ', '.join(f'{v:.17g}' for v in values) + '}'


for name, loss in [('contrastive', contrastive), ('triplet_semihard', lambda a, p: triplet_semihard(a)), ('lifted_struct', lambda a, p: lifted_struct(a)),
                   ('npairs', lambda a, p: npairs(a, p, same.double())), ('npairs_multilabel', lambda a, p: npairs(a, p, lists @ lists.T))]:
    a, p = embeddings(1), embeddings(2)
    value = loss(a, p)
    value.backward()
    print(f'    {{{value.item():.17g}, {row(a.grad.ravel().tolist())},\n     {row(p.grad.ravel().tolist() if p.grad is not None else [])}}},  // {name}')
