"""Twenty updates of PyTorch's optimizers, and of RAdam as its paper prints it, on one sequence of gradients."""

import math
from typing import Callable, Dict

import numpy as np
import torch

UPDATES, PARAMETERS = 20, 37
BETA1, BETA2, EPS, WEIGHT_DECAY, MOMENTUM = 0.9, 0.98, 1e-9, 0.1, 0.9
SEED = 1003


def problem() -> Dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    gradients = rng.standard_normal((UPDATES, PARAMETERS)) * np.exp(rng.uniform(-6, 3, PARAMETERS))
    # Parameter 0 has no gradient at first, parameter 1 one so small that eps shows.
    gradients[:3, 0] = 0
    gradients[:, 1] = 1e-8 * rng.standard_normal(UPDATES)
    return {
        "parameters": rng.standard_normal(PARAMETERS),
        "gradients": gradients,
        "lr": rng.uniform(0.001, 0.05, UPDATES),
    }


def torch_trajectory(make: Callable, given: Dict[str, np.ndarray]) -> np.ndarray:
    parameter = torch.from_numpy(given["parameters"].copy()).requires_grad_()
    optimizer = make([parameter])
    trajectory = []
    for gradient, lr in zip(given["gradients"], given["lr"]):
        parameter.grad = torch.from_numpy(gradient.copy())
        optimizer.param_groups[0]["lr"] = float(lr)
        optimizer.step()
        trajectory.append(parameter.detach().numpy().copy())
    return np.stack(trajectory)


def paper_radam_trajectory(given: Dict[str, np.ndarray], eps: float, weight_decay: float) -> np.ndarray:
    """Liu et al. 2020, Algorithm 2; eps (none in the paper) joins the root as in Adam, weight decay the gradient."""
    theta = given["parameters"].copy()
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    rho_inf = 2 / (1 - BETA2) - 1
    trajectory = []
    for t, (gradient, lr) in enumerate(zip(given["gradients"], given["lr"]), start=1):
        gradient = gradient + weight_decay * theta
        v = BETA2 * v + (1 - BETA2) * gradient**2
        m = BETA1 * m + (1 - BETA1) * gradient
        m_hat = m / (1 - BETA1**t)
        rho_t = rho_inf - 2 * t * BETA2**t / (1 - BETA2**t)
        if rho_t > 4:
            v_hat = np.sqrt(v / (1 - BETA2**t)) + eps
            r_t = math.sqrt((rho_t - 4) * (rho_t - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho_t))
            theta = theta - lr * r_t * m_hat / v_hat
        else:
            theta = theta - lr * m_hat
        trajectory.append(theta)
    return np.stack(trajectory)


def compute() -> dict:
    """{file stem: (tensors, metadata)}"""
    given = problem()
    adam = dict(betas=(BETA1, BETA2), eps=EPS)
    optimizers = {
        "adam": lambda p: torch.optim.Adam(p, **adam),
        "adam_l2": lambda p: torch.optim.Adam(p, weight_decay=WEIGHT_DECAY, **adam),
        "adamw": lambda p: torch.optim.AdamW(p, weight_decay=WEIGHT_DECAY, **adam),
        "radam_torch": lambda p: torch.optim.RAdam(p, **adam),
        "sgd": lambda p: torch.optim.SGD(p, lr=1),
        "sgd_momentum": lambda p: torch.optim.SGD(p, lr=1, momentum=MOMENTUM),
        "sgd_momentum_l2": lambda p: torch.optim.SGD(p, lr=1, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY),
    }
    trajectories = {name: torch_trajectory(make, given) for name, make in optimizers.items()}
    trajectories["radam_paper"] = paper_radam_trajectory(given, eps=0, weight_decay=0)
    trajectories["radam_paper_eps"] = paper_radam_trajectory(given, eps=EPS, weight_decay=0)
    trajectories["radam_paper_eps_l2"] = paper_radam_trajectory(given, eps=EPS, weight_decay=WEIGHT_DECAY)
    tensors = {**given, **{f"{name}.trajectory": trajectory for name, trajectory in trajectories.items()}}
    metadata = dict(beta1=BETA1, beta2=BETA2, eps=EPS, weight_decay=WEIGHT_DECAY, momentum=MOMENTUM)
    return {"optimizers": (tensors, {key: str(value) for key, value in metadata.items()})}
