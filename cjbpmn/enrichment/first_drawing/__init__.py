"""A first drawing of a model that has none.

Activities stand in columns by how many steps lead to them, in the rows of their lanes. Everything
that a modelling tool can show is drawn, on one plane: sub-processes are open, because what the
customer meets may be inside.
"""

from cjbpmn.enrichment.first_drawing.plane import draw_model

__all__ = ["draw_model"]
