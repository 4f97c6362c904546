"""The tables of agreements as the first seven migrations had left them; columns stand in the order they came in.

Written once and never changed: what a later release changes is a migration of its own.
"""
