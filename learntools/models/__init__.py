"""Reference networks: `nn.Module` only, one file per paper, each readable top to bottom."""
