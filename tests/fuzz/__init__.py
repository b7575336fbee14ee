"""A fuzzer: input that nobody would write, drawn at random, and what must hold of each.

`make fuzz SECONDS=600` draws programs for some minutes: Python calls, TOML files, command lines, ONNX files, requests
to `serve`, and figures whose numbers are compared with exact fractions. Each program runs in a process of its own, with
limits on time and memory (`child`). Whatever breaks a rule is shrunk by Hypothesis and printed as a program to run.
"""
