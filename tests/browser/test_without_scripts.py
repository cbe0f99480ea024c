"""Nothing needs a script: a buyer files and hands in evidence, a merchant answers, with JavaScript switched off."""

from __future__ import annotations
