"""Hand-tuned replacements in PyTorch and NumPy alone: dropout, linear layers, attention, the loss and Adam."""

import math

import numpy as np
import torch


class FastDropout:
    """Dropout masks from 16 random bits per element. On the CPU, ATen draws a mask one element at a time, which takes
    several times as long as the other operations of dropout."""

    def __init__(self, rate, seed):
        # Multiplying a float's bits, as an integer, by 0 or 1 gives 0 or that float. NumPy vectorises integer products.
        self.scale_bits = np.float32(1 / (1 - rate)).view(np.int32)
        self.dropped_below = round(rate * 65536)
        self.bits = np.random.SFC64(seed)

    def mask(self, shape):
        """0 with probability rate, else 1 / (1 - rate)."""
        count = math.prod(shape)
        bits = self.bits.random_raw((count + 3) // 4).view(np.uint16)[:count]
        keep = (bits >= self.dropped_below).view(np.uint8)
        mask = np.multiply(keep, self.scale_bits, dtype=np.int32).view(np.float32)
        return torch.from_numpy(mask).view(shape)


class MaskedAdd(torch.autograd.Function):
    """x + mask * branch in one pass over each."""

    @staticmethod
    def forward(context, x, branch, mask):
        context.save_for_backward(mask)
        return torch.addcmul(x, mask, branch)

    @staticmethod
    def backward(context, grad):
        (mask,) = context.saved_tensors
        return grad, grad * mask, None


class DirectLinear(torch.autograd.Function):
    """A linear layer over rows, optionally followed by ReLU. It adds the gradients of its weights to `.grad` inside the
    matrix product; autograd would allocate a tensor for each and add it in a second pass."""

    @staticmethod
    def forward(context, x, weight, bias, relu):
        y = torch.addmm(bias, x, weight.t())
        if relu:
            y.relu_()
        # Safe without autograd's checks: the parameters are changed in place only after the backward pass.
        context.weight, context.bias, context.relu = weight, bias, relu
        context.save_for_backward(x, y if relu else None)
        return y

    @staticmethod
    def backward(context, grad):
        x, y = context.saved_tensors
        if context.relu:
            grad = torch.ops.aten.hardtanh_backward(grad, y, 0.0, math.inf)
        weight, bias = context.weight, context.bias
        weight.grad.addmm_(grad.t(), x)
        bias.grad.add_(grad.sum(0))
        return (grad.mm(weight) if context.needs_input_grad[0] else None), None, None, None


class StridedAttention(torch.autograd.Function):
    """Scaled dot-product attention that reads queries, keys and values from, and writes all results to, the rows of the
    linear layers around it: one batched product per head, and no copies between layouts.

    own: [rows, length, 3 d] with queries, keys and values, or [rows, length, d] with queries where `memory` [rows,
    memory length, 2 d] has keys and values. mask: a tensor to add to the scores, or None.
    """

    @staticmethod
    def parts(own, memory, heads):
        """For each head, a triple of views [rows, length, d_head]: query, key and value."""
        if memory is None:
            sides = own.chunk(3, 2)
        else:
            sides = (own, *memory.chunk(2, 2))
        return zip(*(side.chunk(heads, 2) for side in sides), strict=True)

    @staticmethod
    def forward(context, own, memory, heads, mask):
        width = own.size(2) // (3 if memory is None else 1)
        result = own.new_empty(own.size(0), own.size(1), width)
        scale = (width // heads) ** -0.5
        added, beta = (own.new_empty(1), 0) if mask is None else (mask, 1)
        weights = []
        for (query, key, value), out in zip(
            StridedAttention.parts(own, memory, heads), result.chunk(heads, 2), strict=True
        ):
            scores = torch.baddbmm(added, query, key.transpose(1, 2), beta=beta, alpha=scale)
            weights.append(torch.softmax(scores, -1))
            torch.bmm(weights[-1], value, out=out)
        context.save_for_backward(own, memory, *weights)
        context.heads, context.scale = heads, scale
        return result

    @staticmethod
    def backward(context, grad):
        own, memory, *weights = context.saved_tensors
        grad_own = torch.empty_like(own)
        grad_memory = None if memory is None else torch.empty_like(memory)
        heads = zip(
            StridedAttention.parts(own, memory, context.heads),
            StridedAttention.parts(grad_own, grad_memory, context.heads),
            grad.chunk(context.heads, 2), weights, strict=True,
        )  # fmt: skip
        for (query, key, value), (grad_query, grad_key, grad_value), g, p in heads:
            torch.bmm(p.transpose(1, 2), g, out=grad_value)
            scores = torch._softmax_backward_data(torch.bmm(g, value.transpose(1, 2)), p, -1, p.dtype)
            scores.mul_(context.scale)
            torch.bmm(scores, key, out=grad_query)
            torch.bmm(scores.transpose(1, 2), query, out=grad_key)
        return grad_own, grad_memory, None, None


class ProjectedCrossEntropy(torch.autograd.Function):
    """Label-smoothed cross-entropy of h Wᵀ, summed and multiplied by `scale`, and its gradients. Rows are processed
    in chunks, so the logits of a batch never exist as a whole. Each logit is written once and read twice.

    With q = (1 - ε) onehot + ε/V, the gradient with respect to the logits is softmax - q. The ε/V is the same for all
    entries, so it enters both gradients as one row instead of a pass over the logits. The same holds for the sum over
    the logits in the loss: Σ_v h · W_v = h · Σ_v W_v.
    """

    @staticmethod
    def forward(context, h, table, gold, smoothing, scale, chunk):
        rows, vocabulary = h.size(0), table.size(0)
        uniform = smoothing / vocabulary
        column_sum = table.sum(0)
        grad_h = torch.empty_like(h)
        grad_table = torch.zeros_like(table) if table.grad is None else table.grad
        logits = h.new_empty(min(chunk, rows), vocabulary)
        loss = torch.zeros((), dtype=torch.double)
        for part, y, out in zip(h.split(chunk), gold[:, None].split(chunk), grad_h.split(chunk), strict=True):
            z = torch.mm(part, table.t(), out=logits[: part.size(0)])
            z_gold = z.gather(1, y)
            p = torch.softmax(z, 1, out=z)
            p_gold = p.gather(1, y)
            # log-sum-exp = z_y - log p_y. Where p_y underflows, this is a lower bound of the loss; the gradient is
            # exact.
            log_sum_exp = z_gold - p_gold.clamp_min(1e-37).log_()
            loss += (log_sum_exp - (1 - smoothing) * z_gold).sum() - uniform * torch.mv(part, column_sum).sum()
            p.scatter_add_(1, y, torch.full_like(z_gold, smoothing - 1))
            torch.mm(p, table, out=out)
            grad_table.addmm_(p.t(), part, alpha=scale)
        grad_h.sub_(column_sum, alpha=uniform).mul_(scale)
        grad_table.sub_(h.sum(0), alpha=uniform * scale)
        context.save_for_backward(grad_h, grad_table if table.grad is None else None)
        return (loss * scale).to(h.dtype)

    @staticmethod
    def backward(context, grad):
        """`grad` is 1: this is the last operator."""
        grad_h, grad_table = context.saved_tensors
        return grad_h, grad_table, None, None, None, None


class FlatAdam:
    """Adam (Kingma & Ba 2015) over one flat buffer, one cache-sized slice at a time."""

    SLICE = 1 << 16

    def __init__(self, parameters, gradients, beta1, beta2, eps, clip_norm):
        self.beta1, self.beta2, self.eps, self.clip_norm = beta1, beta2, eps, clip_norm
        self.gradients = gradients
        moments = [torch.zeros_like(parameters) for _ in range(2)]
        self.slices = list(zip(*(x.split(self.SLICE) for x in (parameters, gradients, *moments)), strict=True))
        self.work = torch.empty(min(self.SLICE, parameters.numel()))
        self.step_count = 0

    def squared_norm(self):
        return sum(float(torch.dot(g, g)) for _, g, _, _ in self.slices) if self.clip_norm > 0 else 0.0

    def step(self, rate, squared_norm):
        self.step_count += 1
        clip = min(1.0, self.clip_norm / (math.sqrt(squared_norm) + 1e-6)) if self.clip_norm > 0 else 1.0
        root = math.sqrt(1 - self.beta2**self.step_count)
        step = rate / (1 - self.beta1**self.step_count) * root
        for parameter, gradient, first, second in self.slices:
            if clip < 1:
                gradient.mul_(clip)
            first.lerp_(gradient, 1 - self.beta1)
            second.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
            denominator = torch.sqrt(second, out=self.work[: second.numel()]).add_(self.eps * root)
            parameter.addcdiv_(first, denominator, value=-step)
