"""Set the rate, the momentum and the decay of PyTorch optimizers, each where its kind keeps it.

    momentum   SGD and RMSprop: the field "momentum". Adam's kind: the first of "betas", the other stays.
    decay      "weight_decay": L2 in SGD, RMSprop and Adam; decoupled in AdamW and where a group says so.
    rate       the first group's; the others keep the ratios they have to it.

Of an optimizer that is not known only the rate is set.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ayar.base.errors import ArgumentError
from ayar.training.base import Ability, Settings

MOMENTUM = (torch.optim.SGD, torch.optim.RMSprop)
BETA1 = (torch.optim.Adam, torch.optim.AdamW, torch.optim.NAdam, torch.optim.RAdam)
NORMS = (
    nn.modules.batchnorm._NormBase,  # noqa: SLF001 - the only name that all of them share
    nn.LayerNorm,
    nn.GroupNorm,
)


def abilities(optimizers: Sequence[Optimizer]) -> frozenset[Ability]:
    """What can be set beside the rate: only what all the optimizers understand alike."""
    each = [_abilities(optimizer) for optimizer in optimizers]
    return frozenset.intersection(*each)


def _abilities(optimizer: Optimizer) -> frozenset[Ability]:
    if not isinstance(optimizer, MOMENTUM + BETA1):
        return frozenset()
    decoupled = isinstance(optimizer, torch.optim.AdamW) or optimizer.param_groups[0].get("decoupled_weight_decay")
    return frozenset({"momentum" if isinstance(optimizer, MOMENTUM) else "beta1", "decoupled" if decoupled else "l2"})


def settings_of(optimizers: Sequence[Optimizer]) -> Settings:
    """What the first group of the first optimizer trains with."""
    group, can = optimizers[0].param_groups[0], abilities(optimizers)
    momentum = None
    if "momentum" in can:
        momentum = float(group["momentum"])
    elif "beta1" in can:
        momentum = float(group["betas"][0])
    decays = [float(g.get("weight_decay", 0.0)) for optimizer in optimizers for g in optimizer.param_groups]
    return Settings(float(group["lr"]), momentum, max(decays) if can else 0.0)


def rates(optimizers: Sequence[Optimizer]) -> list[float]:
    """The rate of each group."""
    return [float(group["lr"]) for optimizer in optimizers for group in optimizer.param_groups]


def ratios(optimizers: Sequence[Optimizer]) -> dict[int, float]:
    """Id of each parameter to the rate of its group over that of the first; by parameter, since groups may be cut.

    Raises:
        ArgumentError: the first rate is 0.
    """
    first = rates(optimizers)[0]
    if not first:
        raise ArgumentError("the first parameter group has the rate 0, so no other has a ratio to it; give it a rate")
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    return {id(p): float(group["lr"]) / first for group in groups for p in group["params"]}


def set_rate(optimizers: Sequence[Optimizer], lr: float, ratio_of: Mapping[int, float]) -> None:
    """Set the rate of each group by the ratio of its parameters."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            rate = lr * ratio_of[id(group["params"][0])] if group["params"] else lr
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate


def set_momentum(optimizers: Sequence[Optimizer], momentum: float) -> None:
    """Set momentum, or beta1, in every group."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            if isinstance(optimizer, MOMENTUM):
                group["momentum"] = momentum
            else:
                group["betas"] = (momentum, *group["betas"][1:])


def set_decay(optimizers: Sequence[Optimizer], weight_decay: float, exempt: set[int]) -> None:
    """Set the decay of all but the exempt parameters, which keep what they have; a mixed group is cut in two."""
    for optimizer in optimizers:
        for group in list(optimizer.param_groups):
            decayed = [p for p in group["params"] if id(p) not in exempt]
            rest = [p for p in group["params"] if id(p) in exempt]
            if decayed and rest:
                optimizer.param_groups.append({**group, "params": rest})
                group["params"] = decayed
            if decayed:
                group["weight_decay"] = weight_decay


def not_decayed(model: nn.Module) -> set[int]:
    """Ids of the biases and of the parameters of normalisation: a changed decay passes them by."""
    named = {id(p) for name, p in model.named_parameters() if name.rpartition(".")[2].startswith("bias")}
    return named | {id(p) for module in model.modules() if isinstance(module, NORMS) for p in module.parameters()}
