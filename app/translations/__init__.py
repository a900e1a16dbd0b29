"""Catalogues of translations and how their messages are collected."""
