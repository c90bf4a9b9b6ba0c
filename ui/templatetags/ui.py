"""The page components as template tags: a Python signature and one template each."""

from django import template

register = template.Library()
