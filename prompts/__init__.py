"""Prompt files and personas: text with front matter, loaded, checked and hashed."""

from prompts.personas import Persona, load_persona, load_personas
from prompts.templates import Prompt, load_prompt

__all__ = ["Persona", "Prompt", "load_persona", "load_personas", "load_prompt"]
