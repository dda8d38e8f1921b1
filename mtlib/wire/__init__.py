"""Bytes that explain themselves: layouts, the TL language, and the constructors spoken here."""
