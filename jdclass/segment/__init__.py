"""Blocks to lines, lines to tokens, with offsets all the way."""

from jdclass.segment.lines import Line, split_lines, split_text
from jdclass.segment.tokens import Tokens, blank_english, tokenize

__all__ = ["Line", "Tokens", "blank_english", "split_lines", "split_text", "tokenize"]
