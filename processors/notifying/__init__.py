"""Telling people of their open tasks: which to tell of now, and in which words. They name no person."""
