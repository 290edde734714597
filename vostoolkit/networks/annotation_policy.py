"""EVA-VOS's annotation policy: what to ask of a person for a frame and its mask.

Source: Delatolas et al., EVA-VOS, section 2.3. The names of its parts are those of the release,
whose checkpoint (``eva-policy``) wasn't seen here.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vostoolkit.networks.resnet import BasicBlock, ResNet


@dataclass(frozen=True)
class PolicyConfig:
    """The sizes of a policy; the defaults are the published ones, with two actions.

    ``embedding`` is the width of SAM's picture embedding, ``image_width`` that of the linear layer
    after it; ``widths`` and ``blocks`` are those of the mask's ResNet-18.
    """

    actions: int = 2
    embedding: int = 256
    image_width: int = 512
    widths: tuple[int, ...] = (64, 64, 128, 256, 512)
    blocks: tuple[int, ...] = (2, 2, 2, 2)

    def __post_init__(self) -> None:
        if self.actions < 2 or self.embedding < 1 or self.image_width < 1:
            raise ValueError(f"{self}: give at least 2 actions and positive widths")


POLICY_NANO = PolicyConfig(
    embedding=96, image_width=32, widths=(8, 8, 16, 32, 32), blocks=(1, 1, 1, 1)
)
"""A small one, to train on a CPU: it knows pictures by the embedded XMem's deepest features."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What the policy makes of some states: a logit per action, and the value of the state.

    The value is what the critic expects of the reward, in quality per second.
    """

    logits: Float[Tensor, "b actions"]
    value: Float[Tensor, " b"]

    def log_probabilities(self) -> Float[Tensor, "b actions"]:
        """The logarithm of each action's probability."""
        return torch.log_softmax(self.logits, 1)

    def log_probability(self, actions: Int[Tensor, " b"]) -> Float[Tensor, " b"]:
        """The logarithm of the probability of these actions; PPO compares it with an older one."""
        return self.log_probabilities().gather(1, actions[:, None])[:, 0]

    def entropy(self) -> Float[Tensor, " b"]:
        """How undecided the policy is, in nats: 0 to log(actions)."""
        logarithms = self.log_probabilities()
        return -(logarithms.exp() * logarithms).sum(1)

    def best(self) -> Int[Tensor, " b"]:
        """The likeliest action of each state."""
        return self.logits.argmax(1)

    def sampled(self, generator: torch.Generator) -> Int[Tensor, " b"]:
        """An action of each state, drawn with its probability."""
        return torch.multinomial(self.logits.softmax(1), 1, generator=generator)[:, 0]


class AnnotationPolicy(nn.Module):
    """An actor and a critic, each one linear layer, on features of the picture and of the mask.

    The picture comes as SAM's embedding, the mask as 0 off the object and 1 on it (224 x 224 in
    training).
    """

    def __init__(self, config: PolicyConfig | None = None) -> None:
        super().__init__()
        self.config = config or PolicyConfig()
        image_layer = nn.Linear(self.config.embedding, self.config.image_width)
        self.embed_branch = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), image_layer)
        self.mask_branch = ResNet(BasicBlock, self.config.widths, self.config.blocks)
        width = self.config.image_width + self.config.widths[-1]
        self.policy = nn.Linear(width, self.config.actions)
        self.value = nn.Linear(width, 1)

    def forward(
        self, embedding: Float[Tensor, "b c y x"], mask: Float[Tensor, "b 1 h w"]
    ) -> Judged:
        """Logits of the actions and the value of each state."""
        image = self.embed_branch(embedding)
        own = self.mask_branch(mask.expand(-1, 3, -1, -1))[-1].mean((2, 3))
        state = torch.cat([image, own], 1)
        return Judged(self.policy(state), self.value(state)[:, 0])
