"""Blocks to lines, lines to tokens, with offsets all the way."""

from jdclass.segment.lines import Line, split_lines, split_text
from jdclass.segment.tokens import Tokens, english_tokenizer, tokenize, word_of

__all__ = ["Line", "Tokens", "english_tokenizer", "split_lines", "split_text", "tokenize", "word_of"]
