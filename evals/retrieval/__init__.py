"""How well the guidance search finds the right card."""
