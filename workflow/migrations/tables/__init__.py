"""The engine's tables as the first twenty-two migrations had left them; columns stand in the order they came in.

Written once and never changed: what a later release changes is a migration of its own.
"""
