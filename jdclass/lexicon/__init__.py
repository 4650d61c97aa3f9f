"""The Figure 1 lexicon, the collisions and the titles as data files, checked on load, and their matcher."""

from jdclass.lexicon.load import (
    Collision,
    Collisions,
    Lexicon,
    Pattern,
    idle_collisions,
    load_collisions,
    load_lexicon,
)
from jdclass.lexicon.matcher import CollisionHit, Hit, LexiconMatcher, Matches
from jdclass.lexicon.statements import STATEMENTS
from jdclass.lexicon.titles import TitleFamily, TitleForm, TitleReading, Titles, load_titles

__all__ = [
    "STATEMENTS",
    "Collision",
    "CollisionHit",
    "Collisions",
    "Hit",
    "Lexicon",
    "LexiconMatcher",
    "Matches",
    "Pattern",
    "TitleFamily",
    "TitleForm",
    "TitleReading",
    "Titles",
    "idle_collisions",
    "load_collisions",
    "load_lexicon",
    "load_titles",
]
