"""How quick the platform is, measured: `script/bench` runs this. Nothing here is imported by the platform.

`__main__` prepares and directs; it holds no data. Each measurement (`steps`) runs in a process of its own, so that its
peak memory is that of a worker doing this and nothing else.
"""
